//! Gunzip (RFC 1952) with a limit on what comes out, over `miniz_oxide`'s inflate.

use super::error::{At, DataError};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use std::borrow::Cow;

/// Most bytes a file may unpack to: five times the largest set of this format, 60,000 images of 28×28.
pub const MAX_UNPACKED: usize = 256 << 20;

/// DEFLATE cannot do better than 258 bytes out of 2 bits: a bound on the output that only the real length decides.
const MAX_RATIO: usize = 1_032;

/// Fixed part of a member's header, and its trailer (CRC-32 and length).
const HEADER: usize = 10;
const TRAILER: usize = 8;

/// A file's content: unpacked if it begins like gzip, itself if not.
#[derive(Clone, Debug)]
pub struct Content<'a> {
    /// The bytes.
    pub bytes: Cow<'a, [u8]>,
    /// Whether they were packed.
    pub unpacked: bool,
}

impl Content<'_> {
    /// Names byte `offset` of the content.
    pub fn at(&self, offset: usize) -> At {
        if self.unpacked { At::Unpacked(offset) } else { At::File(offset) }
    }
}

/// Whether `bytes` begin like gzip.
pub fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// Unpacks `bytes` if they are gzip, to at most `limit` bytes.
///
/// # Errors
/// A damaged or cut-off member, a wrong checksum or length, something after the member, or more than `limit` bytes.
pub fn content<'a>(file: &str, bytes: &'a [u8], limit: usize) -> Result<Content<'a>, DataError> {
    if !is_gzip(bytes) {
        return Ok(Content { bytes: Cow::Borrowed(bytes), unpacked: false });
    }
    let wrong = |byte: usize, expected: String, found: String| DataError {
        file: file.to_owned(),
        at: At::File(byte),
        expected,
        found,
    };
    let start = deflate_start(bytes)
        .map_err(|(byte, found)| wrong(byte, "a gzip header with method 8 and no reserved flags".into(), found))?;
    let (out, used) = inflate(&bytes[start..], limit).map_err(|(byte, status)| match status {
        TINFLStatus::HasMoreOutput => {
            wrong(start + byte, format!("at most {limit} unpacked bytes"), "more than that".into())
        }
        TINFLStatus::FailedCannotMakeProgress | TINFLStatus::NeedsMoreInput => {
            wrong(bytes.len(), "more compressed data".into(), "the end of the file".into())
        }
        _ => wrong(start + byte, "a valid DEFLATE stream up to here".into(), "a code that does not exist".into()),
    })?;
    let end = start + used;
    let trailer: [u8; TRAILER] = bytes[end..].first_chunk().copied().ok_or_else(|| {
        wrong(end, format!("the {TRAILER} bytes of the gzip trailer"), format!("{} bytes", bytes.len() - end))
    })?;
    let [crc, len] = [0, 4].map(|i| u32::from_le_bytes([trailer[i], trailer[i + 1], trailer[i + 2], trailer[i + 3]]));
    if len != out.len() as u32 {
        return Err(wrong(end + 4, format!("the unpacked length {}", out.len()), len.to_string()));
    }
    let sum = crc32(&out);
    if crc != sum {
        return Err(wrong(end, format!("the checksum {sum:08x} of the unpacked data"), format!("{crc:08x}")));
    }
    match bytes.len() - end - TRAILER {
        0 => Ok(Content { bytes: Cow::Owned(out), unpacked: true }),
        more => Err(wrong(end + TRAILER, "the end of the file".into(), format!("{more} more bytes"))),
    }
}

/// First byte of the DEFLATE stream, after the optional fields; or the byte that is wrong and what is there.
fn deflate_start(bytes: &[u8]) -> Result<usize, (usize, String)> {
    let cut = || (bytes.len(), "the end of the file".to_owned());
    let &[_, _, method, flags, ..] = bytes else {
        return Err(cut());
    };
    if method != 8 {
        return Err((2, format!("method {method}")));
    }
    if flags & 0xe0 != 0 {
        return Err((3, format!("flags {flags:#04x}")));
    }
    let mut next = HEADER;
    if flags & 4 != 0 {
        let &[low, high] = bytes.get(next..next + 2).and_then(|b| b.first_chunk()).ok_or_else(cut)?;
        next += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    // File name and comment, each ended by a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            next += 1 + bytes.get(next..).and_then(|rest| rest.iter().position(|&b| b == 0)).ok_or_else(cut)?;
        }
    }
    next += if flags & 2 != 0 { 2 } else { 0 };
    if next > bytes.len() { Err(cut()) } else { Ok(next) }
}

/// Inflates to at most `limit` bytes; also how many bytes of input were used.
fn inflate(packed: &[u8], limit: usize) -> Result<(Vec<u8>, usize), (usize, TINFLStatus)> {
    let most = limit.min(packed.len().saturating_mul(MAX_RATIO));
    let mut out = vec![0; most.min(packed.len().saturating_mul(4).max(1_024))];
    let (mut read, mut written) = (0, 0);
    let mut state = Box::<DecompressorOxide>::default();
    loop {
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, took, gave) = decompress(&mut state, &packed[read..], &mut out, written, flags);
        read += took;
        written += gave;
        match status {
            TINFLStatus::Done => {
                out.truncate(written);
                return Ok((out, read));
            }
            TINFLStatus::HasMoreOutput if out.len() < most => out.resize((out.len() * 2).min(most), 0),
            _ => return Err((read, status)),
        }
    }
}

/// CRC-32 of ISO 3309 (the polynomial 0xedb88320, reflected).
pub fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            let mut c = i as u32;
            let mut bit = 0;
            while bit < 8 {
                c = if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
                bit += 1;
            }
            table[i] = c;
            i += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |c, &b| TABLE[usize::from(c as u8 ^ b)] ^ (c >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
