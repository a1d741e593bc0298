//! A camera that sends H.264 over RTSP (RFC 2326), interleaved in its TCP connection.

use futures_util::StreamExt;
use jiff::{SignedDuration, Timestamp};
use retina::client::{self, Demuxed, InitialTimestampPolicy, PlayOptions, SessionOptions, SetupOptions};
use retina::codec::{CodecItem, FrameFormat, ParametersRef, VideoFrame};
use tokio::time::{Instant, timeout_at};

use super::decode::{Sink, shot};
use super::h264::{Decoded, Screen, fits};
use super::source::Source;
use super::{CameraError, PICTURE_BYTES_MAX};

pub async fn run(source: &Source, sink: &mut Sink) -> Result<(), CameraError> {
    let deadline = Instant::now() + source.timeout();
    let (mut stream, index) = timeout_at(deadline, played(source)).await.map_err(|_| source.stalled())??;
    let mut screen =
        sink.on_thread(Screen::open).await.and_then(|opened| opened).map_err(|error| source.no_picture(&error))?;
    let mut pace = Pace::default();
    loop {
        let item = match timeout_at(sink.patience(source.timeout()), stream.next()).await {
            Ok(item) => item,
            Err(_) if sink.is_done() => return Ok(()),
            Err(_) => return Err(source.stalled()),
        };
        let frame = match item {
            Some(Ok(CodecItem::VideoFrame(frame))) if frame.stream_id() == index => frame,
            Some(Ok(_)) => continue,
            Some(Err(error)) => return Err(broken(source, &error)),
            None => return Err(source.ended("the stream is over")),
        };
        check(&stream, index, &frame).map_err(|reason| source.no_picture(&reason))?;
        let at = pace.received(frame.timestamp().elapsed_secs(), Timestamp::now());
        screen = decoded(sink, screen, frame, at).await.map_err(|reason| source.no_picture(&reason))?;
        if sink.is_done() {
            return Ok(());
        }
    }
}

/// Describes, sets up and plays; the stream's index is that of its H.264 pictures.
async fn played(source: &Source) -> Result<(Demuxed, usize), CameraError> {
    let refused = |error: retina::Error| match error.status_code() {
        Some(status) => source.status(status),
        None if error.to_string().starts_with("Unable to connect") => source.unreachable(&error.to_string()),
        None => source.no_picture(&error.to_string()),
    };
    let credentials = source.credentials.as_ref();
    let credentials =
        credentials.map(|known| client::Credentials { username: known.user.clone(), password: known.password.clone() });
    let options = SessionOptions::default().creds(credentials).user_agent("usher".into());
    let mut session = client::Session::describe(source.url()?, options).await.map_err(refused)?;
    let video =
        session.streams().iter().position(|stream| stream.media() == "video" && stream.encoding_name() == "h264");
    let Some(index) = video else {
        let others: Vec<&str> = session.streams().iter().map(client::Stream::encoding_name).collect();
        return Err(
            source.no_picture(&format!("no H.264 but {}; choose H.264 in the camera's settings", others.join(", ")))
        );
    };
    // The default transport is TCP.
    let setup = SetupOptions::default().frame_format(FrameFormat::SIMPLE);
    session.setup(index, setup).await.map_err(refused)?;
    let play = PlayOptions::default().initial_timestamp(InitialTimestampPolicy::Permissive);
    let stream = session.play(play).await.and_then(|session| session.demuxed()).map_err(refused)?;
    Ok((stream, index))
}

/// What the stream says of its size, before the decoder believes it.
fn check(stream: &Demuxed, index: usize, frame: &VideoFrame) -> Result<(), String> {
    if frame.data().len() > PICTURE_BYTES_MAX {
        return Err(format!("a picture is larger than {PICTURE_BYTES_MAX} bytes"));
    }
    match stream.streams().get(index).and_then(client::Stream::parameters) {
        Some(ParametersRef::Video(video)) => {
            let (width, height) = video.coded_pixel_dimensions();
            fits(width, height)
        }
        _ => Err("the stream has no parameters".into()),
    }
}

/// When pictures were received. A machine that decodes more slowly than the camera sends takes them late from the connection; the
/// stream's own clock then says when they came. It is believed backwards only, and never before the picture that came earlier.
#[derive(Default)]
struct Pace {
    began: Option<(f64, Timestamp)>,
    last: Option<Timestamp>,
}

impl Pace {
    /// `seconds` on the stream's clock, taken from the connection at `now`.
    fn received(&mut self, seconds: f64, now: Timestamp) -> Timestamp {
        let (begin, began) = *self.began.get_or_insert((seconds, now));
        let sent =
            SignedDuration::try_from_secs_f64(seconds - begin).ok().and_then(|passed| began.checked_add(passed).ok());
        let at = sent.unwrap_or(now).max(self.last.unwrap_or(began)).min(now);
        self.last = Some(at);
        at
    }
}

/// Decodes a frame on its thread, where the decoder goes and comes back from.
async fn decoded(sink: &mut Sink, mut screen: Screen, frame: VideoFrame, at: Timestamp) -> Result<Screen, String> {
    let is_wanted = sink.wants();
    let work = move || {
        let is_key = frame.is_random_access_point();
        let decoded = screen.decode(frame.data(), is_key, is_wanted).map(|decoded| match decoded {
            Decoded::Picture(picture) => Some(Some(shot(at, picture))),
            Decoded::Unwanted => Some(None),
            Decoded::Nothing => None,
        });
        (screen, decoded)
    };
    let (screen, decoded) = sink.on_thread(work).await?;
    match decoded {
        Ok(Some(Some(shot))) => sink.push(shot),
        Ok(Some(None)) => sink.pass(),
        Ok(None) => {}
        Err(reason) => sink.fault(reason)?,
    }
    Ok(screen)
}

fn broken(source: &Source, error: &retina::Error) -> CameraError {
    let text = error.to_string();
    if text.starts_with("Error reading") { source.ended(&text) } else { source.no_picture(&text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_waited_keeps_its_time() {
        let mut pace = Pace::default();
        let at = |millis: i64| Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap();
        assert_eq!(pace.received(7.0, at(0)), at(0));
        assert_eq!(pace.received(7.5, at(2_000)), at(500), "it lay in the connection");
        assert_eq!(pace.received(99.0, at(2_100)), at(2_100), "nothing comes from the future");
        assert_eq!(pace.received(7.0, at(2_200)), at(2_100), "nor before the one that came earlier");
        assert_eq!(pace.received(f64::NAN, at(2_300)), at(2_300));
    }
}
