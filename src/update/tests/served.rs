//! A directory of updates behind a small server of the test's own, which also breaks off and lies.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use serde_json::json;

use super::maker::sha256;
use super::*;
use crate::update::{Release, Source};

/// A server that answers one request after another with what `answer` makes of its head; its address is the directory's.
fn serve(mut answer: impl FnMut(usize, &str) -> Vec<u8> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/updates", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (count, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            // A client that has heard enough hangs up; that is its right.
            let _ = stream.write_all(&answer(count, &head.join("\n").to_ascii_lowercase()));
        }
    });
    address
}

fn reply(status: &str, body: &[u8]) -> Vec<u8> {
    broken(status, body.len(), body)
}

/// A reply that promises `length` bytes.
fn broken(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

const BODY: &[u8] = b"the bytes of a bundle, which are many";

fn release() -> Release {
    Release {
        version: Version::new(0, 3, 0),
        arch: std::env::consts::ARCH.into(),
        file: "usher-0.3.0.bundle".into(),
        bytes: BODY.len() as u64,
        sha256: sha256(BODY),
        notes: String::new(),
    }
}

fn download(address: &str, folder: &Path) -> Result<Vec<u8>, UpdateError> {
    let source = Source::open(address, None).unwrap();
    let path = source.download(&release(), folder, &Stop::new(), &mut |_| {})?;
    Ok(std::fs::read(path).unwrap())
}

fn list(maker: &Maker, file: &str) -> (Vec<u8>, Vec<u8>) {
    let arch = std::env::consts::ARCH;
    let release =
        |version: &str, arch: &str| json!({"version": version, "arch": arch, "file": file, "bytes": 9, "sha256": "0"});
    let releases = [release("0.3.0", arch), release("0.10.0", arch), release("9.0.0", "riscv64")];
    let list = json!({"format": 1, "made_at": "2026-11-23T08:00:00Z", "releases": releases}).to_string().into_bytes();
    let signature = maker.sign(&list);
    (list, signature)
}

fn newest(list: Vec<u8>, signature: Vec<u8>, keys: &Keys) -> Result<Release, UpdateError> {
    let address = serve(move |_, head| match head {
        _ if head.starts_with("get /updates/latest.json http") => reply("200 OK", &list),
        _ if head.starts_with("get /updates/latest.json.minisig") => reply("200 OK", &signature),
        _ => reply("404 Not Found", b""),
    });
    Source::open(&address, None).unwrap().newest(keys)
}

#[test]
fn the_newest_of_this_machine_is_found_and_proved() {
    let (maker, other) = (Maker::new(), Maker::new());
    let (text, signature) = list(&maker, "x.bundle");
    let found = newest(text.clone(), signature.clone(), &maker.trusted()).unwrap();
    assert_eq!(found.version.to_string(), "0.10.0");
    assert!(refusal(newest(text.clone(), signature.clone(), &other.trusted())).contains("which is not trusted here"));
    let mut changed = text;
    changed[5] ^= 1;
    assert!(refusal(newest(changed, signature, &maker.trusted())).contains("the signature of http://"));
    let (text, signature) = list(&maker, "../x.bundle");
    assert!(refusal(newest(text, signature, &maker.trusted())).contains("is not the name of a bundle"));
    let long = vec![b' '; 70 << 10];
    assert!(refusal(newest(long, Vec::new(), &maker.trusted())).contains("longer than 65536 bytes"));
}

#[test]
fn a_broken_transfer_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let address = serve(|count, head| match count {
        0 => broken("200 OK", BODY.len(), &BODY[..10]),
        _ => {
            assert!(head.contains("range: bytes=10-"), "{head}");
            reply("206 Partial Content", &BODY[10..])
        }
    });
    assert_eq!(download(&address, folder.path()).unwrap(), BODY);
    assert!(!folder.path().join("usher-0.3.0.bundle.part").exists());
}

#[test]
fn a_server_that_knows_no_ranges_begins_anew_and_other_leftovers_go() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("usher-0.3.0.bundle.part"), "the wrong start").unwrap();
    std::fs::write(folder.path().join("usher-0.2.0.bundle"), "old").unwrap();
    let address = serve(|_, _| reply("200 OK", BODY));
    assert_eq!(download(&address, folder.path()).unwrap(), BODY);
    assert!(!folder.path().join("usher-0.2.0.bundle").exists());
}

#[test]
fn other_bytes_are_deleted_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let other = vec![b'x'; BODY.len()];
    let address = serve(move |_, _| reply("200 OK", &other));
    assert!(refusal(download(&address, folder.path())).contains("another sha256 than the list says"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let endless = serve(|_, _| reply("200 OK", &[b'x'; 4096]));
    assert!(refusal(download(&endless, folder.path())).contains("is longer than its list says"));
    let gone = serve(|_, _| reply("404 Not Found", b""));
    assert!(refusal(download(&gone, folder.path())).contains("answered 404"));
}

#[test]
fn addresses_of_other_kinds_are_refused_without_their_secrets() {
    assert!(refusal(Source::open("file:///etc", None)).contains("write the http or https address"));
    let text = refusal(Source::open("ftp://me:secret@host/x", None));
    assert!(!text.contains("secret"), "{text}");
}
