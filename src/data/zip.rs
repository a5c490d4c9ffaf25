//! The zip format, of which an `.npz` is one: members stored or deflated, their directory at the end.
//!
//! The directory at the end is why such a file is read as a whole (the archives of MNIST's size are small; there is a
//! limit). The reader is our own: the known crate brings a dozen others into the page for what is here in two tables.

use super::crc::Crc32;
use super::error::{DataError, Fault};
use super::inflate::{Damaged, Inflate};
use super::store::Store;
use super::stream::Stream;

/// Longest archive.
pub const LONGEST: usize = 64 << 20;

/// Most bytes of all members together.
const LONGEST_CONTENT: usize = 512 << 20;

/// Most members.
const MOST: usize = 10_000;

const END: [u8; 4] = *b"PK\x05\x06";
const ENTRY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// Its path.
    pub path: String,
    /// Its content as the archive holds it.
    pub packed: &'a [u8],
    /// Whether that is DEFLATE.
    pub deflated: bool,
    /// Length of its content.
    pub size: usize,
    /// Checksum of its content.
    pub crc: u32,
    /// First byte of `packed` in the archive.
    pub start: usize,
    /// Byte of its entry in the directory.
    pub entry: usize,
}

/// Whether a file that begins so is an archive.
pub fn is_zip(head: &[u8]) -> bool {
    head.starts_with(&LOCAL) || head.starts_with(&END)
}

/// Unpacks the members of the archive `name` into the store.
///
/// # Errors
/// As [`members`]; a damaged member; what the members' formats say.
pub fn unpack(name: &str, archive: &[u8], store: &mut Store) -> Result<(), DataError> {
    let mut unpacked = 0;
    for member in members(archive).map_err(|fault| fault.of(name, false))? {
        let wrong = |byte, expected: String, found: String| Fault::new(byte, expected, found).of(name, false);
        unpacked += member.size;
        if unpacked > LONGEST_CONTENT {
            return Err(wrong(member.entry, format!("at most {LONGEST_CONTENT} bytes unpacked"), "more".into()));
        }
        let mut stream = Stream::member(name, &member.path, member.size);
        let (mut crc, mut length, mut input) = (Crc32::default(), 0, member.packed);
        let mut inflate = Inflate::default();
        loop {
            let bytes = match member.deflated {
                false => Some(std::mem::take(&mut input)).filter(|stored| !stored.is_empty()),
                true => inflate.next(&mut input).map_err(|Damaged| {
                    let byte = member.start + member.packed.len() - input.len();
                    wrong(byte, "a valid DEFLATE stream up to here".into(), "a code that does not exist".into())
                })?,
            };
            let Some(bytes) = bytes else { break };
            length += bytes.len();
            crc.update(bytes);
            if length > member.size {
                break;
            }
            stream.push(bytes, store)?;
        }
        if length != member.size {
            let found = if length > member.size { "more".into() } else { length.to_string() };
            return Err(wrong(member.entry + 24, format!("the {} bytes of {}", member.size, member.path), found));
        }
        if crc.value() != member.crc {
            let expected = format!("the checksum {:08x} of {}", crc.value(), member.path);
            return Err(wrong(member.entry + 16, expected, format!("{:08x}", member.crc)));
        }
        stream.finish(store)?;
    }
    Ok(())
}

/// The files of an archive, in the order of its directory.
///
/// # Errors
/// A directory that does not fit the archive, a method that is not read.
pub fn members(archive: &[u8]) -> Result<Vec<Member<'_>>, Fault> {
    // The end record is 22 bytes long and may carry a comment of up to 65,535.
    let from = archive.len().saturating_sub(22 + 65_535);
    let there = |i: &usize| archive[*i..].starts_with(&END) && archive.len() - i >= 22;
    let Some(end) = (from..archive.len()).rev().find(there) else {
        return Err(Fault::new(archive.len(), "a zip archive's directory", "the end of the file"));
    };
    let (count, mut at) = (word(archive, end + 10, 2)? as usize, word(archive, end + 16, 4)? as usize);
    if count > MOST {
        return Err(Fault::new(end + 10, format!("at most {MOST} members"), count.to_string()));
    }
    let (mut members, mut packed) = (Vec::new(), 0);
    for _ in 0..count {
        let member = member(archive, at)?;
        packed += member.packed.len();
        if packed > archive.len() {
            return Err(Fault::new(at, "members that do not overlap", "more bytes than the archive has"));
        }
        let rest = [28, 30, 32].iter().try_fold(0, |sum, i| Ok(sum + word(archive, at + i, 2)? as usize))?;
        at += 46 + rest;
        if !member.path.ends_with('/') {
            members.push(member);
        }
    }
    Ok(members)
}

/// The member whose entry in the directory is at byte `at`.
fn member(archive: &[u8], at: usize) -> Result<Member<'_>, Fault> {
    signature(archive, at, ENTRY, "an entry of the zip directory")?;
    let get = |offset: usize, size: usize| word(archive, at + offset, size);
    if get(8, 2)? & 1 != 0 {
        return Err(Fault::new(at + 8, "members without a password", "an encrypted one"));
    }
    let deflated = match get(10, 2)? {
        0 => false,
        8 => true,
        other => return Err(Fault::new(at + 10, "a member stored or deflated", format!("method {other}"))),
    };
    let name = bytes(archive, at + 46, get(28, 2)? as usize)?;
    let (crc, size) = (get(16, 4)?, get(24, 4)? as usize);
    let local = get(42, 4)? as usize;
    signature(archive, local, LOCAL, "a zip member")?;
    let start = local + 30 + word(archive, local + 26, 2)? as usize + word(archive, local + 28, 2)? as usize;
    let packed = bytes(archive, start, get(20, 4)? as usize)?;
    let path = String::from_utf8_lossy(name).into_owned();
    Ok(Member { path, packed, deflated, size, crc, start, entry: at })
}

fn signature(archive: &[u8], at: usize, signature: [u8; 4], what: &str) -> Result<(), Fault> {
    match bytes(archive, at, 4)? == signature {
        true => Ok(()),
        false => Err(Fault::new(at, what, "something else")),
    }
}

/// A little-endian number.
fn word(archive: &[u8], at: usize, size: usize) -> Result<u32, Fault> {
    Ok(bytes(archive, at, size)?.iter().rev().fold(0, |n, &b| n << 8 | u32::from(b)))
}

fn bytes(archive: &[u8], at: usize, size: usize) -> Result<&[u8], Fault> {
    let there = archive.get(at..).and_then(|rest| rest.get(..size));
    there.ok_or_else(|| {
        Fault::new(at.min(archive.len()), format!("{size} bytes of the zip archive"), "the end of the file")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::crc::crc32;
    use crate::data::sample::zip;

    #[test]
    fn the_directory_leads_to_the_members() {
        let archive = zip(&[("folder/", b""), ("a", b"hello"), ("b", b"stored"), ("c", b"")]);
        let members = members(&archive).unwrap();
        let told: Vec<_> = members.iter().map(|m| (m.path.as_str(), m.deflated, m.size)).collect();
        assert_eq!(told, [("a", true, 5), ("b", false, 6), ("c", true, 0)]);
        assert_eq!(members[1].packed, b"stored");
        assert_eq!(members[1].crc, crc32(b"stored"));
    }

    #[test]
    fn every_fault_gets_its_sentence() {
        let good = zip(&[("a", b"hello")]);
        let says = |change: &dyn Fn(&mut Vec<u8>), sentence: &str| {
            let mut archive = good.clone();
            change(&mut archive);
            assert_eq!(members(&archive).unwrap_err().of("x", false).to_string(), sentence);
        };
        let entry = 30 + 1 + 5;
        says(
            &|b| b.truncate(b.len() - 1),
            "x: at byte 104 expected a zip archive's directory, found the end of the file.",
        );
        says(&|b| b[entry] = 0, "x: at byte 36 expected an entry of the zip directory, found something else.");
        says(&|b| b[entry + 8] = 1, "x: at byte 44 expected members without a password, found an encrypted one.");
        says(&|b| b[entry + 10] = 9, "x: at byte 46 expected a member stored or deflated, found method 9.");
        says(&|b| b[entry + 42] = 1, "x: at byte 1 expected a zip member, found something else.");
        says(&|b| b[entry + 21] = 1, "x: at byte 31 expected 261 bytes of the zip archive, found the end of the file.");
        says(&|b| b[entry + 45] = 1, "x: at byte 105 expected 4 bytes of the zip archive, found the end of the file.");
    }
}
