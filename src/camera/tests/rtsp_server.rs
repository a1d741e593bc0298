//! A small RTSP server for tests: it replays H.264 over its TCP connection, and stalls, lies or goes as a test wants it.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use openh264::OpenH264API;
use openh264::encoder::{Encoder, EncoderConfig, IntraFramePeriod};
use openh264::formats::{RgbSliceU8, YUVBuffer};

/// What the server does with its pictures.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Does {
    All,
    /// Sends so many and then nothing, with the connection open.
    Stalls(usize),
    /// Sends so many and closes the connection.
    Goes(usize),
    /// Sends so many and then what is no RTSP.
    Rubbish(usize),
    /// Answers DESCRIBE with 401 unless the credentials are given by Digest.
    AsksWho,
    /// Says that its pictures are H.265.
    OtherCodec,
    /// Accepts and never says a word.
    Silent,
}

/// Time between two pictures.
const GAP: Duration = Duration::from_millis(40);

/// Starts a server of one connection; gives its address.
pub fn serve(units: Vec<Vec<u8>>, does: Does) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("rtsp://{}/live", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        // A client that leaves ends the thread with an error of the socket.
        let _ = talk(stream, &units, does);
    });
    address
}

fn talk(mut stream: TcpStream, units: &[Vec<u8>], does: Does) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    if does == Does::Silent {
        return reader.read_line(&mut String::new()).map(drop).and_then(|()| hold(&mut reader));
    }
    loop {
        let request = request(&mut reader)?;
        let header =
            |name: &str| request.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
        let (method, cseq) = (request[0].split(' ').next().unwrap().to_owned(), header("CSeq:"));
        let known = header("Authorization:");
        let is_refused =
            does == Does::AsksWho && (!known.starts_with("Digest username=\"viewer\"") || known.contains("geheim"));
        let body = if method == "DESCRIBE" { description(units, does) } else { String::new() };
        let more = match method.as_str() {
            _ if is_refused => String::new(),
            "DESCRIBE" => format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n", body.len()),
            "SETUP" => "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n".into(),
            _ => "Session: 1\r\n".into(),
        };
        if is_refused {
            write!(
                stream,
                "RTSP/1.0 401 Unauthorized\r\nCSeq: {cseq}\r\nWWW-Authenticate: Digest realm=\"cam\", nonce=\"1\"\r\n\r\n"
            )?;
            continue;
        }
        write!(stream, "RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n{more}\r\n{body}")?;
        if method == "PLAY" {
            return play(stream, reader, units, does);
        }
    }
}

fn request(reader: &mut impl BufRead) -> std::io::Result<Vec<String>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end() {
            "" => return Ok(lines),
            line => lines.push(line.to_owned()),
        }
    }
}

/// Waits until the client leaves.
fn hold(reader: &mut impl BufRead) -> std::io::Result<()> {
    while reader.read_line(&mut String::new())? > 0 {}
    Ok(())
}

fn description(units: &[Vec<u8>], does: Does) -> String {
    let nals = nals(&units[0]);
    let sets: Vec<String> =
        nals.iter().filter(|nal| matches!(nal[0] & 31, 7 | 8)).map(|nal| STANDARD.encode(nal)).collect();
    let codec = if does == Does::OtherCodec { "H265" } else { "H264" };
    format!(
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 {codec}/90000\r\n\
         a=fmtp:96 packetization-mode=1;sprop-parameter-sets={}\r\na=control:track1\r\n",
        sets.join(",")
    )
}

fn play(mut stream: TcpStream, mut reader: impl BufRead, units: &[Vec<u8>], does: Does) -> std::io::Result<()> {
    let last = match does {
        Does::Stalls(count) | Does::Goes(count) | Does::Rubbish(count) => count,
        _ => units.len(),
    };
    let mut sequence = 0u16;
    for (index, unit) in units.iter().take(last).enumerate() {
        let nals = nals(unit);
        for (at, nal) in nals.iter().enumerate() {
            for (payload, is_last) in packets(nal) {
                let marker = if is_last && at + 1 == nals.len() { 0x80 } else { 0 };
                let mut packet = vec![0x80, 96 | marker];
                packet.extend(sequence.to_be_bytes());
                packet.extend((index as u32 * 3600).to_be_bytes());
                packet.extend([0, 0, 0, 7]);
                packet.extend(payload);
                stream.write_all(&[b'$', 0])?;
                stream.write_all(&(packet.len() as u16).to_be_bytes())?;
                stream.write_all(&packet)?;
                sequence = sequence.wrapping_add(1);
            }
        }
        std::thread::sleep(GAP);
    }
    match does {
        Does::Goes(_) => return Ok(()),
        Does::Rubbish(_) => stream.write_all(&[0x15; 4096])?,
        _ => {}
    }
    hold(&mut reader)
}

/// A NAL unit as RTP payloads: whole, or in fragments (FU-A, RFC 6184, section 5.8).
fn packets(nal: &[u8]) -> Vec<(Vec<u8>, bool)> {
    const FRAGMENT: usize = 1200;
    if nal.len() <= FRAGMENT {
        return vec![(nal.to_vec(), true)];
    }
    let pieces: Vec<&[u8]> = nal[1..].chunks(FRAGMENT).collect();
    let last = pieces.len() - 1;
    let fragment = |(at, piece): (usize, &&[u8])| {
        let edge = if at == 0 {
            0x80
        } else if at == last {
            0x40
        } else {
            0
        };
        let mut payload = vec![(nal[0] & 0xE0) | 28, edge | (nal[0] & 31)];
        payload.extend(*piece);
        (payload, at == last)
    };
    pieces.iter().enumerate().map(fragment).collect()
}

/// The NAL units of an annex B access unit.
fn nals(unit: &[u8]) -> Vec<&[u8]> {
    let starts: Vec<usize> =
        unit.windows(3).enumerate().filter(|(_, w)| *w == [0, 0, 1]).map(|(at, _)| at + 3).collect();
    let ends = starts.iter().skip(1).map(|start| start - 3).chain([unit.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| {
            let nal = &unit[start..end];
            nal.strip_suffix(&[0]).unwrap_or(nal)
        })
        .collect()
}

/// Pictures of a bright square that moves over grey, as access units with a key picture every tenth.
pub fn moving(width: usize, height: usize, count: usize) -> Vec<Vec<u8>> {
    let config = EncoderConfig::new().intra_frame_period(IntraFramePeriod::from_num_frames(10)).skip_frames(false);
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config).unwrap();
    (0..count)
        .map(|index| {
            let mut rgb = vec![90; width * height * 3];
            for row in 8..40 {
                let start = (row * width + index * 4) * 3;
                rgb[start..start + 96].fill(230);
            }
            let yuv = YUVBuffer::from_rgb8_source(RgbSliceU8::new(&rgb, (width, height)));
            encoder.encode(&yuv).unwrap().to_vec()
        })
        .collect()
}
