//! Cameras against real servers on the loopback that stall, lie, break off and send rubbish.

mod rtsp_server;

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::StreamExt;
use rtsp_server::{Does, moving, serve};

use super::*;
use crate::domain::Language;

/// A picture of one grey with some noise of `seed` on it, as JPEG.
fn jpeg(width: u32, height: u32, grey: u8, seed: u32) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([grey.saturating_add(((x * 7 + y * 13 + seed * 29) % 11) as u8); 3])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[derive(Default)]
struct Seen(AtomicUsize);

async fn snapshot(Path(kind): Path<String>, State(seen): State<Arc<Seen>>, headers: HeaderMap) -> Response {
    let count = seen.0.fetch_add(1, Ordering::SeqCst) as u32;
    let known = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.as_str() {
        "good" => jpeg(320, 240, 120, count).into_response(),
        "8k" => jpeg(7680, 4320, 120, count).into_response(),
        "black" => jpeg(320, 240, 4, count).into_response(),
        "frozen" => jpeg(320, 240, 120, 0).into_response(),
        "unplugged" if count > 1 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        "unplugged" => jpeg(320, 240, 120, count).into_response(),
        "stall" => std::future::pending().await,
        "html" => axum::response::Html("<p>login</p>").into_response(),
        "truncated" => jpeg(320, 240, 120, count)[..900].to_vec().into_response(),
        "giant" => Body::from_stream(futures_util::stream::repeat(Ok::<_, std::convert::Infallible>(vec![7; 1 << 16])))
            .into_response(),
        "secret" if known.starts_with("Digest username=\"viewer\"") => jpeg(320, 240, 120, count).into_response(),
        "secret" => {
            (StatusCode::UNAUTHORIZED, [("www-authenticate", "Digest realm=\"cam\", nonce=\"1\", qop=\"auth\"")])
                .into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn mjpeg(Path(kind): Path<String>) -> Response {
    let part = move |index: u32| {
        let picture = jpeg(320, 240, 120, index);
        let head = match kind.as_str() {
            "no-length" => "--frame\r\nContent-Type: image/jpeg\r\n\r\n".to_owned(),
            "other-boundary" => format!("--something\r\nContent-Length: {}\r\n\r\n", picture.len()),
            "long-length" => "--frame\r\nContent-Length: 99999999\r\n\r\n".to_owned(),
            "short-length" => "--frame\r\nContent-Length: 3\r\n\r\n".to_owned(),
            _ => format!("--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n", picture.len()),
        };
        let cut = if kind == "cut-parts" && index.is_multiple_of(2) { picture.len() / 2 } else { picture.len() };
        [head.as_bytes(), &picture[..cut], b"\r\n"].concat()
    };
    let stream = futures_util::stream::iter(0..).then(move |index| {
        let part = part(index);
        async move {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok::<_, std::convert::Infallible>(part)
        }
    });
    ([("content-type", "multipart/x-mixed-replace; boundary=frame")], Body::from_stream(stream)).into_response()
}

async fn server() -> (String, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let app = axum::Router::new()
        .route("/snapshot/{kind}", get(snapshot))
        .route("/mjpeg/{kind}", get(mjpeg))
        .with_state(seen.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, seen)
}

fn camera(kind: &str, source: &str, more: &str) -> Cameras {
    let text = format!(
        "[hold-3]\ntitle = {{ en = 'Hold 3', zh = '3号货舱' }}\nplace = {{ en = 'Hold 3', zh = '3号货舱' }}\n\
         kind = '{kind}'\nsource = '{source}'\nfps_max = 4\n{more}"
    );
    let settings: Settings = toml::from_str(&text).unwrap();
    settings.check(&Language::ALL).unwrap();
    Cameras::open(&settings).unwrap()
}

async fn grab(cameras: &Cameras, how_long_ms: u64) -> Result<Arc<Grab>, CameraError> {
    cameras.grab("hold-3", Duration::from_millis(how_long_ms), &Stop::new()).await
}

#[tokio::test]
async fn snapshots_carry_the_time_they_were_received() {
    let (address, _) = server().await;
    let before = Timestamp::now();
    let found = grab(&camera("snapshot", &format!("{address}/snapshot/good"), ""), 600).await.unwrap();
    assert!((2..=4).contains(&found.shots.len()), "{} shots", found.shots.len());
    assert!(found.is_live && !found.is_black && !found.is_frozen && found.cut_short.is_none());
    assert!(found.taken_at >= before && found.shots.windows(2).all(|pair| pair[0].at < pair[1].at));
    assert!(found.shots.last().unwrap().at <= Timestamp::now());
    assert_eq!((found.shots[0].picture.width(), found.shots[0].picture.height()), (320, 240));
}

#[tokio::test]
async fn each_fault_of_a_snapshot_has_its_name_and_ends_in_time() {
    let (address, _) = server().await;
    for (kind, said) in [
        ("stall", "sent no picture for 400 ms"),
        ("html", "it sends text/html; is the path of a snapshot right?"),
        ("truncated", "sends what cannot be shown: a picture is cut off"),
        ("giant", "the reply is longer than 8388608 bytes"),
        ("secret", "refused usher's credentials"),
        ("none", "has nothing there (404)"),
    ] {
        let begin = Instant::now();
        let cameras = camera("snapshot", &format!("{address}/snapshot/{kind}?pwd=geheim"), "timeout_ms = 400");
        let error = grab(&cameras, 1000).await.unwrap_err();
        assert!(error.to_string().contains(said), "{kind}: {error}");
        assert!(!error.to_string().contains("geheim"), "{error}");
        assert!(begin.elapsed() < Duration::from_secs(8), "{kind} took {:?}", begin.elapsed());
    }
    let error = grab(&camera("snapshot", "http://127.0.0.1:1/x", ""), 100).await.unwrap_err();
    assert!(matches!(error, CameraError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn what_is_wrong_with_good_pictures_is_said() {
    let (address, _) = server().await;
    let at = |kind: &str| camera("snapshot", &format!("{address}/snapshot/{kind}"), "timeout_ms = 15000");
    let black = grab(&at("black"), 0).await.unwrap();
    assert!(black.is_black && black.remark(Language::English).unwrap().contains("dark"));
    let frozen = grab(&at("frozen"), 2200).await.unwrap();
    assert!(frozen.is_frozen && !frozen.is_black);
    let (address, _) = server().await;
    let unplugged = camera("snapshot", &format!("{address}/snapshot/unplugged"), "timeout_ms = 15000");
    let cut = grab(&unplugged, 5000).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(matches!(cut.cut_short, Some(CameraError::Unreachable { .. })) && !cut.shots.is_empty());
    let large = grab(&at("8k"), 0).await.unwrap();
    assert_eq!((large.shots[0].picture.width(), large.shots[0].picture.height()), (1280, 720));
}

#[tokio::test]
async fn digest_credentials_come_from_their_file() {
    let (address, _) = server().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("camera.user");
    std::fs::write(&path, "viewer:geheim\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let more = format!("credentials_file = '{}'", path.display());
    let found = grab(&camera("snapshot", &format!("{address}/snapshot/secret"), &more), 0).await.unwrap();
    assert_eq!(found.shots.len(), 1);
    let rtsp = serve(moving(320, 240, 30), Does::AsksWho);
    assert!(grab(&camera("rtsp", &rtsp, &more), 300).await.is_ok());
    let error = grab(&camera("rtsp", &serve(moving(320, 240, 3), Does::AsksWho), ""), 300).await.unwrap_err();
    assert!(matches!(error, CameraError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn one_grab_is_shared_and_ends_when_nobody_follows() {
    let (address, seen) = server().await;
    let cameras = Arc::new(camera("snapshot", &format!("{address}/snapshot/good"), "keep_s = 30"));
    let stop = Stop::new();
    let mut first = cameras.follow("hold-3", Duration::from_millis(600)).unwrap();
    let shot = first.next(&stop).await.unwrap().unwrap();
    let (one, other) = tokio::join!(first.whole(&stop), grab(&cameras, 600));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert!(Arc::ptr_eq(&one, &other) && Arc::ptr_eq(&one.shots[0], &shot));
    assert!(Arc::ptr_eq(&one, &grab(&cameras, 600).await.unwrap()), "kept for those who come a moment later");
    assert_eq!(seen.0.load(Ordering::SeqCst), one.shots.len());

    let (address, seen) = server().await;
    let cameras = camera("snapshot", &format!("{address}/snapshot/good"), "");
    let mut only = cameras.follow("hold-3", GRAB_MAX).unwrap();
    only.next(&stop).await.unwrap();
    drop(only);
    while cameras.feeds.is_running("hold-3") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(seen.0.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn a_stop_ends_the_wait_at_once() {
    let (address, _) = server().await;
    let cameras = camera("snapshot", &format!("{address}/snapshot/stall"), "timeout_ms = 15000");
    let (stop, begin) = (Stop::new(), Instant::now());
    let later = async {
        tokio::task::yield_now().await;
        stop.request();
    };
    let (outcome, ()) = tokio::join!(cameras.grab("hold-3", GRAB_MAX, &stop), later);
    assert!(matches!(outcome, Err(CameraError::Stopped { .. })));
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn mjpeg_is_read_whatever_its_parts_say() {
    let (address, _) = server().await;
    for kind in ["good", "no-length", "other-boundary", "long-length", "short-length", "cut-parts"] {
        let found = grab(&camera("mjpeg", &format!("{address}/mjpeg/{kind}"), ""), 600).await;
        let found = found.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert!((2..=4).contains(&found.shots.len()), "{kind}: {} shots", found.shots.len());
        assert!(found.cut_short.is_none(), "{kind}: {:?}", found.cut_short);
    }
}

/// A server that writes `bytes` behind a reply's head, and then holds or closes the connection.
fn raw(bytes: Vec<u8>, holds: bool) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/x", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n");
        let _ = stream.write_all(&bytes);
        // Until the client leaves.
        let _ = holds.then(|| std::io::copy(&mut stream, &mut std::io::sink()));
    });
    address
}

#[tokio::test]
async fn an_mjpeg_stream_that_breaks_off_is_cut_short_and_one_without_pictures_fails() {
    let good = [jpeg(320, 240, 120, 1), b"\r\n--frame\r\n".to_vec()].concat();
    let cut = grab(&camera("mjpeg", &raw(good.clone(), false), ""), 3000).await.unwrap();
    assert!(matches!(cut.cut_short, Some(CameraError::Ended { .. })) && cut.shots.len() == 1);
    let stalled = grab(&camera("mjpeg", &raw(good, true), "timeout_ms = 400"), 3000).await.unwrap();
    assert!(matches!(stalled.cut_short, Some(CameraError::Stalled { .. })), "{:?}", stalled.cut_short);
    for (bytes, said) in [
        (vec![b'x'; 1 << 20], "there are no JPEG pictures in it"),
        ([&jpeg(320, 240, 120, 1)[..700], &vec![7; 9 << 20]].concat(), "larger than 8388608 bytes"),
        (Vec::new(), "sent no picture for 400 ms"),
    ] {
        let error = grab(&camera("mjpeg", &raw(bytes, true), "timeout_ms = 400"), 500).await.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[tokio::test]
async fn rtsp_pictures_are_decoded_and_move() {
    let found = grab(&camera("rtsp", &serve(moving(320, 240, 60), Does::All), ""), 1000).await.unwrap();
    assert!((3..=6).contains(&found.shots.len()), "{} shots", found.shots.len());
    let first = &found.shots[0].picture;
    assert_eq!((first.width(), first.height()), (320, 240));
    // Grey behind, a bright square before it.
    let grey = first.rgb()[(200 * 320 + 100) * 3];
    assert!((80..=100).contains(&grey), "{grey}");
    assert!(first.luma().iter().filter(|&&luma| luma > 200).count() > 600);
    assert!(found.is_live && !found.is_frozen && found.shots[0].picture != found.shots[1].picture);
}

#[tokio::test]
async fn a_stream_may_change_its_size() {
    let units = [moving(320, 240, 15), moving(640, 480, 45)].concat();
    let found = grab(&camera("rtsp", &serve(units, Does::All), ""), 1500).await.unwrap();
    let widths: Vec<u32> = found.shots.iter().map(|shot| shot.picture.width()).collect();
    assert!(widths.contains(&320) && widths.contains(&640), "{widths:?}");
    assert!(found.cut_short.is_none(), "{:?}", found.cut_short);
}

#[tokio::test]
async fn an_rtsp_camera_that_stalls_lies_or_goes_is_named() {
    let units = || moving(320, 240, 12);
    for (does, said) in [
        (Does::Stalls(8), "sent no picture for 700 ms"),
        (Does::Goes(8), "ended its pictures"),
        (Does::Rubbish(8), "sends what cannot be shown"),
    ] {
        let found = grab(&camera("rtsp", &serve(units(), does), "timeout_ms = 700"), 8000).await.unwrap();
        let reason = found.cut_short.as_ref().unwrap().to_string();
        assert!(reason.contains(said) && !found.shots.is_empty(), "{reason}");
    }
    for (does, said) in [
        (Does::Silent, "sent no picture for 700 ms"),
        (Does::OtherCodec, "no H.264 but h265; choose H.264"),
        (Does::Stalls(0), "sent no picture for 700 ms"),
        (Does::Rubbish(0), "sends what cannot be shown"),
    ] {
        let error = grab(&camera("rtsp", &serve(units(), does), "timeout_ms = 700"), 1000).await.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
    let error = grab(&camera("rtsp", "rtsp://127.0.0.1:1/live", ""), 100).await.unwrap_err();
    assert!(matches!(error, CameraError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn a_recording_is_never_live_and_has_its_files_time() {
    let folder = tempfile::tempdir().unwrap();
    let then = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
        path.display().to_string()
    };
    write("folder/1.jpg", &jpeg(64, 48, 120, 1));
    write("folder/2.jpg", &jpeg(64, 48, 120, 2));
    write("folder/readme.txt", b"x");
    let one = write("one.jpg", &jpeg(64, 48, 120, 1));
    let stream = write("all.mjpeg", &(0..20).flat_map(|index| jpeg(64, 48, 120, index)).collect::<Vec<u8>>());
    let frame = [b"FRAME\n".to_vec(), vec![128; 64 * 48 * 3 / 2]].concat();
    let y4m = write("all.y4m", &[b"YUV4MPEG2 W64 H48 F20:1 C420jpeg\n".to_vec(), frame.repeat(30)].concat());
    let pictures = folder.path().join("folder").display().to_string();
    for (source, shots) in [(pictures, 2), (one, 1), (stream, 8), (y4m, 6)] {
        let begin = Instant::now();
        let found = grab(&camera("file", &source, ""), 2000).await.unwrap_or_else(|error| panic!("{source}: {error}"));
        assert_eq!(found.shots.len(), shots, "{source}");
        assert!(!found.is_live && !found.is_frozen, "{source}");
        assert_eq!(found.taken_at.as_second(), 1_700_000_000);
        assert!(found.remark(Language::Chinese).unwrap().contains("录像"));
        assert!(begin.elapsed() < Duration::from_secs(2));
    }
    let error = grab(&camera("file", "/nowhere/x.jpg", ""), 100).await.unwrap_err();
    assert!(error.to_string().contains("No such file"), "{error}");
}
