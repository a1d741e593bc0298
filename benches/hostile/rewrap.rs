//! Puts what was bent inside back into honest wrappings, so that the first checksum does not end every case.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

const BLOCK: usize = 512;

/// Plain files as a tar.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_path(name).expect("a short name");
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, *bytes).expect("memory takes it");
    }
    tar.into_inner().expect("memory takes it")
}

/// The files of a tar that is whole.
pub fn untar(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = tar::Archive::new(bytes);
    let read = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.expect("the tar is whole");
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("the tar is whole");
        (name, content)
    };
    archive.entries().expect("the tar is whole").map(read).collect()
}

/// Makes the sums of a tar's headers right again, as far as headers can be found.
pub fn right_sums(tar: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = tar.get_mut(at..at + BLOCK) {
        // Blocks of zeros end a tar.
        if header.iter().all(|&byte| byte == 0) {
            at += BLOCK;
            continue;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let digits = String::from_utf8_lossy(&header[124..135]).into_owned();
        let size = usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).unwrap_or(0);
        at = at.saturating_add(BLOCK).saturating_add(size.min(1 << 32).next_multiple_of(BLOCK));
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).and_then(|()| gzip.finish()).expect("memory takes it")
}

pub fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut plain).expect("the file is whole");
    plain
}

/// Makes the sums of Ogg's pages right again (RFC 3533, section 6).
pub fn right_pages(ogg: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = ogg[at..].windows(4).position(|four| four == b"OggS") {
        at += found;
        let Some(&segments) = ogg.get(at + 26) else { return };
        let lengths = at + 27..at + 27 + usize::from(segments);
        let Some(table) = ogg.get(lengths.clone()) else { return };
        let end = lengths.end + table.iter().map(|&length| usize::from(length)).sum::<usize>();
        let Some(page) = ogg.get_mut(at..end) else { return };
        page[22..26].fill(0);
        let sum = page.iter().fold(0u32, |sum, &byte| {
            (0..8).fold(sum ^ (u32::from(byte) << 24), |sum, _| (sum << 1) ^ (0x04c1_1db7 * (sum >> 31)))
        });
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        at = end;
    }
}
