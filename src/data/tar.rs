//! The tar format in pieces: blocks of 512 bytes, a header a member, its content filled up to whole blocks; long names
//! of GNU and pax.
//!
//! The reader is our own: the known crates pull from a source they may wait for, and here the bytes are pushed, as
//! they leave gunzip. What is read of a header is five fields.

use super::error::Fault;
use super::part::fill;

const BLOCK: usize = 512;

/// Longest name kept; what is longer is cut off at its beginning.
const LONGEST_NAME: usize = 4_096;

/// What an archive holds, piece by piece.
#[derive(Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// A file begins.
    Begin {
        /// Its path.
        path: String,
        /// Its length in bytes.
        size: usize,
    },
    /// The next bytes of the file.
    Data(&'a [u8]),
    /// The file is complete.
    End,
}

/// What the present member's content is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    File,
    /// The name of the next member, as GNU writes it.
    LongName,
    /// Attributes of the next member, as pax writes them.
    Attributes,
    /// A folder, a link or something else.
    Other,
}

/// An archive on its way.
pub struct Tar {
    header: Vec<u8>,
    /// Bytes of the archive taken so far.
    taken: usize,
    /// The member whose content comes next, and how much of it and of the filling bytes.
    member: Option<(Member, u64, usize)>,
    /// The name of the next file, if it did not fit its header.
    long: Vec<u8>,
    /// A block of zeros was seen: what follows does not count.
    ended: bool,
}

impl Default for Tar {
    fn default() -> Self {
        Self { header: Vec::with_capacity(BLOCK), taken: 0, member: None, long: Vec::new(), ended: false }
    }
}

/// Whether a file that begins so is an archive.
pub fn is_tar(head: &[u8]) -> bool {
    head.get(257..262) == Some(b"ustar")
}

impl Tar {
    /// The next event; takes what it needs off the front of `input`. `None` where the input is used up.
    ///
    /// # Errors
    /// A header that is none.
    pub fn next<'a>(&mut self, input: &mut &'a [u8]) -> Result<Option<Event<'a>>, Fault> {
        loop {
            if self.ended {
                self.taken += input.len();
                *input = &[];
                return Ok(None);
            }
            let event = match &mut self.member {
                None => {
                    let before = input.len();
                    let full = fill(&mut self.header, BLOCK, input);
                    self.taken += before - input.len();
                    if !full {
                        return Ok(None);
                    }
                    self.begin()?
                }
                Some((_, 0, 0)) => self.end(),
                _ if input.is_empty() => return Ok(None),
                Some((_, 0, filling)) => {
                    let take = input.len().min(*filling);
                    *filling -= take;
                    self.taken += take;
                    *input = &input[take..];
                    None
                }
                Some((member, left, _)) => {
                    let take = usize::try_from(*left).unwrap_or(usize::MAX).min(input.len());
                    let (bytes, rest) = input.split_at(take);
                    *left -= take as u64;
                    self.taken += take;
                    *input = rest;
                    match member {
                        Member::File => Some(Event::Data(bytes)),
                        Member::LongName | Member::Attributes if self.long.len() < LONGEST_NAME => {
                            self.long.extend_from_slice(&bytes[..take.min(LONGEST_NAME)]);
                            None
                        }
                        Member::LongName | Member::Attributes | Member::Other => None,
                    }
                }
            };
            if event.is_some() {
                return Ok(event);
            }
        }
    }

    /// Says whether the archive was complete.
    ///
    /// # Errors
    /// An archive that ends too early.
    pub fn finish(&self) -> Result<(), Fault> {
        let expected = match (&self.member, self.ended) {
            (_, true) => return Ok(()),
            (Some((_, left, _)), false) => format!("{left} more bytes of this member"),
            (None, false) => "the block of zeros at the archive's end".to_owned(),
        };
        Err(Fault::new(self.taken, expected, "the end of the file"))
    }

    /// What the complete header says.
    fn begin<'a>(&mut self) -> Result<Option<Event<'a>>, Fault> {
        let header = std::mem::take(&mut self.header);
        let start = self.taken - BLOCK;
        if header.iter().all(|&b| b == 0) {
            self.ended = true;
            return Ok(None);
        }
        let sum: u64 =
            header.iter().enumerate().map(|(i, &b)| if (148..156).contains(&i) { 32 } else { b.into() }).sum();
        let stored = number(&header[148..156]);
        if stored != Some(sum) {
            let found = stored.map_or("no number".to_owned(), |n| n.to_string());
            return Err(Fault::new(start + 148, format!("the checksum {sum} of a tar header"), found));
        }
        let Some(size) = number(&header[124..136]) else {
            return Err(Fault::new(start + 124, "the size of a member", "no number"));
        };
        let member = match header[156] {
            b'0' | b'7' | 0 => Member::File,
            b'L' => Member::LongName,
            b'x' => Member::Attributes,
            _ => Member::Other,
        };
        self.member = Some((member, size, (size.wrapping_neg() % BLOCK as u64) as usize));
        if member != Member::File {
            return Ok(None);
        }
        let path = match std::mem::take(&mut self.long) {
            long if long.is_empty() => short_path(&header),
            long => text(&long),
        };
        Ok(Some(Event::Begin { path, size: usize::try_from(size).unwrap_or(usize::MAX) }))
    }

    /// The present member is complete.
    fn end<'a>(&mut self) -> Option<Event<'a>> {
        match self.member.take()?.0 {
            Member::File => return Some(Event::End),
            Member::Attributes => self.long = pax_path(&self.long).unwrap_or_default(),
            Member::LongName | Member::Other => {}
        }
        None
    }
}

/// A number of a header: octal digits between blanks, or 2⁸-adic behind a set highest bit (GNU).
fn number(field: &[u8]) -> Option<u64> {
    if field[0] & 0x80 != 0 {
        let (high, low) = field.split_at(field.len() - 8);
        let fits = high.first() == Some(&0x80) && high[1..].iter().all(|&b| b == 0) && low[0] < 0x80;
        return fits.then(|| low.iter().fold(0, |n, &b| n << 8 | u64::from(b)));
    }
    let digits = std::str::from_utf8(field).ok()?.trim_matches([' ', '\0']);
    u64::from_str_radix(digits, 8).ok()
}

/// The path in the header: a name, and in POSIX archives what stands before it.
fn short_path(header: &[u8]) -> String {
    let name = text(&header[..100]);
    let prefix = if &header[257..263] == b"ustar\0" { text(&header[345..500]) } else { String::new() };
    if prefix.is_empty() { name } else { format!("{prefix}/{name}") }
}

/// Up to the first zero.
fn text(field: &[u8]) -> String {
    let end = field.iter().position(|&b| b == 0).unwrap_or(field.len());
    String::from_utf8_lossy(&field[..end]).into_owned()
}

/// The path among pax attributes: lines `length key=value`.
fn pax_path(attributes: &[u8]) -> Option<Vec<u8>> {
    let line = attributes.split(|&b| b == b'\n').find_map(|line| {
        let space = line.iter().position(|&b| b == b' ')?;
        line[space + 1..].strip_prefix(b"path=")
    })?;
    Some(line.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::{block, member, tar};

    fn read(archive: &[u8], chunk: usize) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        let (mut tar, mut files) = (Tar::default(), Vec::new());
        for mut piece in archive.chunks(chunk) {
            while let Some(event) = tar.next(&mut piece)? {
                match event {
                    Event::Begin { path, .. } => files.push((path, Vec::new())),
                    Event::Data(bytes) => files.last_mut().unwrap().1.extend(bytes),
                    Event::End => files.last_mut().unwrap().0.push('.'),
                }
            }
        }
        tar.finish().map(|()| files)
    }

    #[test]
    fn members_come_out_in_any_pieces() {
        let content: Vec<u8> = (0..1_300).map(|i| i as u8).collect();
        let archive = tar(&[("folder/a", &content), ("empty", &[]), ("b", &content[..512])]);
        let want = [("folder/a.", &content[..]), ("empty.", &[]), ("b.", &content[..512])];
        let want: Vec<_> = want.map(|(path, bytes)| (path.to_owned(), bytes.to_vec())).into();
        for chunk in [1, 7, 511, 1 << 20] {
            assert_eq!(read(&archive, chunk).as_ref(), Ok(&want));
        }
    }

    #[test]
    fn long_names_belong_to_the_next_member() {
        let long = format!("{}/test_batch.bin", "folder".repeat(30));
        let pax = format!("{} path={long}\n", long.len() + 10);
        for (kind, before) in [(b'L', format!("{long}\0")), (b'x', format!("20 mtime=123456789\n{pax}"))] {
            let mut archive = member("x", kind, before.as_bytes());
            archive.extend(member("folder", b'0', &[1, 2]));
            archive.extend(tar(&[("b", &[3])]));
            let want = vec![(format!("{long}."), vec![1, 2]), ("b.".to_owned(), vec![3])];
            assert_eq!(read(&archive, 100), Ok(want));
        }
        let mut posix = block("name", b'0', 0, b"ustar\x0000");
        posix[345..348].copy_from_slice(b"dir");
        assert_eq!(short_path(&posix), "dir/name");
    }

    #[test]
    fn every_fault_gets_its_sentence() {
        let archive = tar(&[("a", &[7; 700])]);
        let says = |archive: &[u8], sentence: &str| {
            assert_eq!(read(archive, 100).unwrap_err().of("x", false).to_string(), sentence);
        };
        let cut = &archive[..1_600];
        says(cut, "x: at byte 1600 expected 124 more bytes of this member, found the end of the file.");
        let whole = "expected the block of zeros at the archive's end, found the end of the file.";
        says(&archive[..2_048], &format!("x: at byte 2048 {whole}"));
        says(&archive[..2_100], &format!("x: at byte 2100 {whole}"));
        let mut damaged = archive.clone();
        damaged[513] = 1;
        let sentence = read(&damaged, 9).unwrap_err().of("x", false).to_string();
        assert!(sentence.starts_with("x: at byte 660 expected the checksum "), "{sentence}");
    }

    #[test]
    fn sizes_are_octal_or_binary() {
        assert_eq!(number(b"00000001750\0"), Some(1_000));
        assert_eq!(number(b"      17 "), Some(15));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2]), Some(258));
        assert_eq!((number(b"          12x"), number(&[0xff; 12]), number(&[0xff; 8])), (None, None, None));
    }
}
