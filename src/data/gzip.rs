//! Gunzip (RFC 1952) in pieces: one member, its checksum and its length.

use super::crc::Crc32;
use super::error::Fault;
use super::inflate::{Damaged, Inflate};

/// The first bytes of every gzip file.
pub const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Fixed part of a member's header, and its trailer (CRC-32 and length).
const HEADER: usize = 10;
const TRAILER: usize = 8;

/// Longest header with its optional fields (a name, a comment): beyond what any program writes.
const LONGEST_HEADER: usize = 4_096;

/// A file on its way.
#[derive(Default)]
pub struct Gunzip {
    /// Bytes of the file taken so far.
    taken: usize,
    /// The header, until it is complete.
    header: Vec<u8>,
    body: Option<Inflate>,
    crc: Crc32,
    /// Unpacked bytes so far.
    length: usize,
    trailer: Vec<u8>,
}

impl Gunzip {
    /// The next unpacked bytes; takes what it needs off the front of `input`. `None` where the input is used up.
    ///
    /// # Errors
    /// A damaged header or stream, a wrong checksum or length, something after the member.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<&[u8]>, Fault> {
        if self.body.is_none() {
            self.read_header(input)?;
        }
        let Some(body) = &mut self.body else { return Ok(None) };
        let before = input.len();
        let out = body.next(input).map_err(|Damaged| {
            Fault::new(self.taken, "a valid DEFLATE stream up to here", "a code that does not exist")
        })?;
        self.taken += before - input.len();
        if let Some(bytes) = out {
            self.crc.update(bytes);
            self.length += bytes.len();
        } else if !input.is_empty() {
            // The body takes all there is unless it has ended.
            let end = self.taken - self.trailer.len();
            let take = input.len().min(TRAILER - self.trailer.len());
            self.trailer.extend_from_slice(&input[..take]);
            self.taken += take;
            *input = &input[take..];
            if self.trailer.len() == TRAILER {
                check_trailer(&self.trailer, end, self.length, self.crc.value())?;
            }
            if !input.is_empty() {
                return Err(Fault::new(self.taken, "the end of the file", "more bytes"));
            }
        }
        Ok(out)
    }

    /// Says whether the file was complete.
    ///
    /// # Errors
    /// A file that ends too early.
    pub fn finish(&self) -> Result<(), Fault> {
        match &self.body {
            None => Err(Fault::new(self.taken, "the rest of the gzip header", "the end of the file")),
            Some(body) if !body.done => Err(Fault::new(self.taken, "more compressed data", "the end of the file")),
            Some(_) if self.trailer.len() < TRAILER => {
                let (there, end) = (self.trailer.len(), self.taken - self.trailer.len());
                Err(Fault::new(end, format!("the {TRAILER} bytes of the gzip trailer"), format!("{there} bytes")))
            }
            Some(_) => Ok(()),
        }
    }

    fn read_header(&mut self, input: &mut &[u8]) -> Result<(), Fault> {
        let before = self.header.len();
        let take = input.len().min(LONGEST_HEADER - before);
        self.header.extend_from_slice(&input[..take]);
        let (used, complete) = match deflate_start(&self.header)? {
            Some(start) => (start - before, true),
            None if self.header.len() == LONGEST_HEADER => {
                let longest = format!("a gzip header of at most {LONGEST_HEADER} bytes");
                return Err(Fault::new(LONGEST_HEADER, longest, "a longer one"));
            }
            None => (take, false),
        };
        *input = &input[used..];
        self.taken += used;
        if complete {
            self.header = Vec::new();
            self.body = Some(Inflate::default());
        }
        Ok(())
    }
}

fn check_trailer(trailer: &[u8], at: usize, length: usize, sum: u32) -> Result<(), Fault> {
    let [crc, len] = [0, 4].map(|i| u32::from_le_bytes([trailer[i], trailer[i + 1], trailer[i + 2], trailer[i + 3]]));
    // The format counts modulo 2³².
    if len != length as u32 {
        return Err(Fault::new(at + 4, format!("the unpacked length {length}"), len.to_string()));
    }
    if crc != sum {
        return Err(Fault::new(at, format!("the checksum {sum:08x} of the unpacked data"), format!("{crc:08x}")));
    }
    Ok(())
}

/// First byte of the DEFLATE stream, after the optional fields; `None` if the header goes on.
fn deflate_start(bytes: &[u8]) -> Result<Option<usize>, Fault> {
    let expected = "a gzip header with method 8 and no reserved flags";
    let &[_, _, method, flags, ..] = bytes else {
        return Ok(None);
    };
    if method != 8 {
        return Err(Fault::new(2, expected, format!("method {method}")));
    }
    if flags & 0xe0 != 0 {
        return Err(Fault::new(3, expected, format!("flags {flags:#04x}")));
    }
    let mut next = HEADER;
    if flags & 4 != 0 {
        let Some(&[low, high]) = bytes.get(next..).and_then(|rest| rest.first_chunk()) else {
            return Ok(None);
        };
        next += 2 + usize::from(u16::from_le_bytes([low, high]));
    }
    // File name and comment, each ended by a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            let Some(end) = bytes.get(next..).and_then(|rest| rest.iter().position(|&b| b == 0)) else {
                return Ok(None);
            };
            next += 1 + end;
        }
    }
    next += if flags & 2 != 0 { 2 } else { 0 };
    Ok((next <= bytes.len()).then_some(next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::gz;

    fn unpacked(file: &[u8], chunk: usize) -> Result<Vec<u8>, Fault> {
        let (mut gunzip, mut out) = (Gunzip::default(), Vec::new());
        for mut piece in file.chunks(chunk) {
            while let Some(bytes) = gunzip.next(&mut piece)? {
                out.extend_from_slice(bytes);
            }
        }
        gunzip.finish().map(|()| out)
    }

    #[test]
    fn any_pieces_unpack_to_the_same() {
        let plain: Vec<u8> = (0..50_000u32).map(|i| (i / 7) as u8).collect();
        for chunk in [1, 7, 511, 1 << 20] {
            assert_eq!(unpacked(&gz(&plain), chunk).as_ref(), Ok(&plain), "pieces of {chunk}");
        }
        // With all optional fields: extra, name, comment, header checksum.
        let mut full = vec![0x1f, 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 1, 2, 3];
        full.extend(b"name\0comment\0..");
        full.extend(&gz(&plain)[15..]);
        for chunk in [1, 20, 1 << 20] {
            assert_eq!(unpacked(&full, chunk).as_ref(), Ok(&plain));
        }
    }

    #[test]
    fn every_fault_is_told_whatever_the_pieces() {
        let good = gz(&[0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2]);
        let end = good.len();
        let says = |change: &dyn Fn(&mut Vec<u8>), byte: usize, part: &str| {
            let mut bytes = good.clone();
            change(&mut bytes);
            for chunk in [1, 5, 1 << 20] {
                let fault = unpacked(&bytes, chunk).unwrap_err();
                let sentence = format!("expected {}, found {}", fault.expected, fault.found);
                assert!(sentence.contains(part), "{sentence}");
                assert!(fault.byte == byte || byte == usize::MAX, "{fault:?} should be at {byte}");
            }
        };
        says(&|b| b[2] = 7, 2, "expected a gzip header with method 8");
        says(&|b| b[3] = 0x80, 3, "flags 0x80");
        says(&|b| b.truncate(6), 6, "the rest of the gzip header, found the end of the file");
        says(&|b| b.truncate(17), 17, "expected more compressed data, found the end of the file");
        says(&|b| b.truncate(end - 3), end - 8, "the 8 bytes of the gzip trailer, found 5 bytes");
        says(&|b| b[end - 1] = 1, end - 4, "expected the unpacked length 11");
        says(&|b| b[end - 8] ^= 1, end - 8, "expected the checksum");
        says(&|b| b.push(0), end, "expected the end of the file, found more bytes");
        says(&|b| b[15] = 0x07, usize::MAX, "a code that does not exist");
        says(&|b| drop(b.splice(10..14, [b'x'; 5_000])), 4_096, "a gzip header of at most 4096 bytes");
    }
}
