//! A stream under a passphrase: argon2id makes the key, XChaCha20-Poly1305 seals pieces of 64 KiB in the STREAM way (Hoang, Reyhanitabar,
//! Rogaway, Vizár 2015: a counter and a mark for the last piece in each nonce), so that no piece can be changed, moved or cut off.
//! Must not know what it carries.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::base::secret::random;

/// How an encrypted backup begins. What follows: 16 bytes of salt, 19 of nonce, the pieces.
pub(super) const MAGIC: &[u8; 23] = b"usher encrypted backup\x01";

/// Shortest passphrase: whoever has the file can guess for ever.
pub const PASSPHRASE_CHARS_MIN: usize = 12;

const SALT_BYTES: usize = 16;
const PREFIX_BYTES: usize = 19;
const PIECE_BYTES: usize = 64 << 10;
const TAG_BYTES: usize = 16;

/// argon2id with 64 MiB and three passes (RFC 9106, second choice): half a second on a kiosk, and it must fit beside the models.
const MEMORY_KIB: u32 = 64 << 10;
const PASSES: u32 = 3;

/// The reader's fault, inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
#[error("the passphrase is wrong, or the file was altered")]
pub(super) struct WrongPassphrase;

/// One direction of a stream: the cipher and the next piece's number.
struct Pieces {
    cipher: XChaCha20Poly1305,
    prefix: [u8; PREFIX_BYTES],
    next: u32,
}

impl Pieces {
    fn new(passphrase: &str, salt: &[u8], prefix: [u8; PREFIX_BYTES]) -> io::Result<Self> {
        let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(io::Error::other)?;
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
            .map_err(io::Error::other)?;
        let cipher = XChaCha20Poly1305::new_from_slice(key.as_ref()).expect("a key has 32 bytes");
        Ok(Self { cipher, prefix, next: 0 })
    }

    fn nonce(&mut self, is_last: bool) -> io::Result<XNonce> {
        let mut nonce = [0; 24];
        nonce[..PREFIX_BYTES].copy_from_slice(&self.prefix);
        nonce[PREFIX_BYTES..23].copy_from_slice(&self.next.to_be_bytes());
        nonce[23] = u8::from(is_last);
        // 2^32 pieces are 256 TiB; a backup ends at 8 GiB.
        self.next = self.next.checked_add(1).ok_or(ErrorKind::FileTooLarge)?;
        Ok(XNonce::from(nonce))
    }

    fn seal(&mut self, piece: &[u8], is_last: bool) -> io::Result<Vec<u8>> {
        let nonce = self.nonce(is_last)?;
        self.cipher
            .encrypt(&nonce, Payload { msg: piece, aad: MAGIC })
            .map_err(|_| io::Error::other("a piece is too long"))
    }

    fn open(&mut self, piece: &[u8], is_last: bool) -> io::Result<Vec<u8>> {
        let nonce = self.nonce(is_last)?;
        let opened = self.cipher.decrypt(&nonce, Payload { msg: piece, aad: MAGIC });
        opened.map_err(|_| io::Error::new(ErrorKind::InvalidData, WrongPassphrase))
    }
}

/// Encrypts what is written. Without [`Sealing::finish`] the file has no end and is refused.
pub(super) struct Sealing<W: Write> {
    to: W,
    pieces: Pieces,
    piece: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    pub fn begin(mut to: W, passphrase: &str) -> io::Result<Self> {
        let (salt, prefix): ([u8; SALT_BYTES], [u8; PREFIX_BYTES]) = (random(), random());
        to.write_all(MAGIC)?;
        to.write_all(&salt)?;
        to.write_all(&prefix)?;
        Ok(Self { to, pieces: Pieces::new(passphrase, &salt, prefix)?, piece: Vec::with_capacity(PIECE_BYTES) })
    }

    pub fn finish(mut self) -> io::Result<W> {
        let last = self.pieces.seal(&self.piece, true)?;
        self.to.write_all(&last)?;
        Ok(self.to)
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A full piece waits for the next byte: only then is it known not to be the last.
        if self.piece.len() == PIECE_BYTES && !bytes.is_empty() {
            let sealed = self.pieces.seal(&self.piece, false)?;
            self.to.write_all(&sealed)?;
            self.piece.clear();
        }
        let taken = bytes.len().min(PIECE_BYTES - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Decrypts what is read; a stream that was cut off is [`ErrorKind::UnexpectedEof`] or [`WrongPassphrase`], never a short success.
pub(super) struct Opening<R: Read> {
    from: BufReader<R>,
    pieces: Pieces,
    piece: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl<R: Read> Opening<R> {
    /// `from` stands behind [`MAGIC`].
    pub fn begin(from: R, passphrase: &str) -> io::Result<Self> {
        let mut from = BufReader::new(from);
        let (mut salt, mut prefix) = ([0; SALT_BYTES], [0; PREFIX_BYTES]);
        from.read_exact(&mut salt)?;
        from.read_exact(&mut prefix)?;
        let pieces = Pieces::new(passphrase, &salt, prefix)?;
        Ok(Self { from, pieces, piece: Vec::new(), at: 0, is_over: false })
    }

    fn next_piece(&mut self) -> io::Result<()> {
        let mut sealed = Vec::with_capacity(PIECE_BYTES + TAG_BYTES);
        (&mut self.from).take((PIECE_BYTES + TAG_BYTES) as u64).read_to_end(&mut sealed)?;
        if sealed.len() < TAG_BYTES {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.is_over = self.from.fill_buf()?.is_empty();
        self.piece = self.pieces.open(&sealed, self.is_over)?;
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            if self.is_over {
                return Ok(0);
            }
            self.next_piece()?;
        }
        let rest = self.piece.get(self.at..).unwrap_or_default();
        let given = rest.len().min(into.len());
        into[..given].copy_from_slice(&rest[..given]);
        self.at += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHRASE: &str = "correct horse battery";

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealing = Sealing::begin(Vec::new(), PHRASE).unwrap();
        sealing.write_all(plain).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(sealed: &[u8], passphrase: &str) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Opening::begin(&sealed[MAGIC.len()..], passphrase)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn any_length_comes_back_and_no_cut_change_or_swap_does() {
        for length in [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1] {
            let plain: Vec<u8> = (0..length).map(|number| number as u8).collect();
            assert_eq!(opened(&sealed(&plain), PHRASE).unwrap(), plain);
        }
        let whole = sealed(&vec![7; PIECE_BYTES * 2]);
        let head = MAGIC.len() + SALT_BYTES + PREFIX_BYTES;
        let piece = PIECE_BYTES + TAG_BYTES;
        assert!(opened(&whole[..head + piece], PHRASE).is_err(), "cut between two pieces");
        assert!(opened(&whole[..head], PHRASE).is_err());
        let mut swapped = whole[..head].to_vec();
        swapped.extend_from_slice(&whole[head + piece..]);
        swapped.extend_from_slice(&whole[head..head + piece]);
        assert!(opened(&swapped, PHRASE).is_err());
        let mut changed = whole.clone();
        changed[head + 5] ^= 1;
        assert!(opened(&changed, PHRASE).is_err());
        let error = opened(&whole, "another passphrase").unwrap_err();
        assert!(error.get_ref().is_some_and(|fault| fault.is::<WrongPassphrase>()));
    }
}
