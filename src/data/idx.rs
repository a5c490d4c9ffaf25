//! The IDX format of the MNIST family: two zero bytes, the element type (8 = unsigned byte), the number of dimensions,
//! each dimension as a big-endian u32, then the elements. Plain or gzipped, told apart by content.

use super::error::{At, DataError};
use super::gzip::{self, Content};

/// A stack of grey images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// How many.
    pub count: usize,
    /// Height of each.
    pub height: usize,
    /// Width of each.
    pub width: usize,
    /// `[count, height, width]`, 0 = black.
    pub pixels: Vec<u8>,
}

/// Reads an image file (magic 0x00000803).
///
/// # Errors
/// One sentence about the first thing that is not as the format demands; lengths must match to the byte.
pub fn images(file: &str, bytes: &[u8]) -> Result<Images, DataError> {
    let content = gzip::content(file, bytes, gzip::MAX_UNPACKED)?;
    let [count, height, width] = dimensions(file, &content, "an image file (00 00 08 03)")?;
    Ok(Images { count, height, width, pixels: content.bytes[16..].to_vec() })
}

/// Reads a label file (magic 0x00000801): one class an image, each below `classes`.
///
/// # Errors
/// As [`images`]; also a class out of range.
pub fn labels(file: &str, bytes: &[u8], classes: usize) -> Result<Vec<u8>, DataError> {
    let content = gzip::content(file, bytes, gzip::MAX_UNPACKED)?;
    let [_] = dimensions(file, &content, "a label file (00 00 08 01)")?;
    let labels = content.bytes[8..].to_vec();
    if let Some(bad) = labels.iter().position(|&class| usize::from(class) >= classes) {
        return Err(DataError {
            file: file.to_owned(),
            at: content.at(8 + bad),
            expected: format!("a class below {classes}"),
            found: labels[bad].to_string(),
        });
    }
    Ok(labels)
}

/// The `N` dimensions, all positive, once the content is exactly as long as they say.
fn dimensions<const N: usize>(file: &str, content: &Content<'_>, kind: &str) -> Result<[usize; N], DataError> {
    let bytes = &content.bytes[..];
    let wrong = |at: At, expected: String, found: String| DataError { file: file.to_owned(), at, expected, found };
    let magic = [0, 0, 8, N as u8];
    let header = 4 + 4 * N;
    if bytes.get(..4) != Some(&magic) {
        let first: Vec<String> = bytes.iter().take(4).map(|b| format!("{b:02x}")).collect();
        let found = if first.is_empty() { "an empty file".to_owned() } else { first.join(" ") };
        return Err(wrong(content.at(0), format!("the first bytes of {kind}"), found));
    }
    if bytes.len() < header {
        return Err(wrong(content.at(bytes.len()), format!("a header of {header} bytes"), "the end".to_owned()));
    }
    let mut dims = [0; N];
    let mut elements = 1u64;
    for (i, dim) in dims.iter_mut().enumerate() {
        let at = 4 + 4 * i;
        let word = u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if word == 0 {
            return Err(wrong(content.at(at), "a positive dimension".to_owned(), "0".to_owned()));
        }
        // Saturating: three full words exceed 64 bits, and no file is that long.
        elements = elements.saturating_mul(u64::from(word));
        *dim = word as usize;
    }
    let there = (bytes.len() - header) as u64;
    if there != elements {
        let product = dims.map(|d| d.to_string()).join(" × ");
        let found = format!("{there}");
        return Err(wrong(content.at(header), format!("{elements} bytes ({product}) up to the end"), found));
    }
    Ok(dims)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idx(dims: &[u32], elements: &[u8]) -> Vec<u8> {
        let mut out = vec![0, 0, 8, dims.len() as u8];
        dims.iter().for_each(|d| out.extend(d.to_be_bytes()));
        out.extend(elements);
        out
    }

    fn gz(content: &[u8]) -> Vec<u8> {
        let mut out = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3];
        out.extend(b"name\0");
        out.extend(miniz_oxide::deflate::compress_to_vec(content, 6));
        out.extend(gzip::crc32(content).to_le_bytes());
        out.extend((content.len() as u32).to_le_bytes());
        out
    }

    #[test]
    fn plain_and_gzipped_files_say_the_same() {
        let plain = idx(&[2, 2, 3], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255]);
        let want = Images { count: 2, height: 2, width: 3, pixels: plain[16..].to_vec() };
        assert_eq!(images("a", &plain).unwrap(), want);
        assert_eq!(images("a", &gz(&plain)).unwrap(), want);
        assert_eq!(labels("b", &gz(&idx(&[3], &[0, 9, 4])), 10).unwrap(), [0, 9, 4]);
    }

    #[test]
    fn every_fault_gets_its_sentence() {
        let image_file = idx(&[2, 2, 3], &[7; 12]);
        let says = |bytes: &[u8], sentence: &str| {
            assert_eq!(images("x", bytes).unwrap_err().to_string(), sentence);
        };
        let first = "x: at byte 0 expected the first bytes of an image file (00 00 08 03), found";
        says(&[], &format!("{first} an empty file."));
        says(&[0, 0], &format!("{first} 00 00."));
        says(&idx(&[3], &[0, 1, 2]), &format!("{first} 00 00 08 01."));
        says(&image_file[..9], "x: at byte 9 expected a header of 16 bytes, found the end.");
        says(&image_file[..20], "x: at byte 16 expected 12 bytes (2 × 2 × 3) up to the end, found 4.");
        says(&idx(&[2, 0, 3], &[]), "x: at byte 8 expected a positive dimension, found 0.");
        let huge = format!("{} bytes ({m} × {m} × {m})", u64::MAX, m = u32::MAX);
        says(&idx(&[u32::MAX; 3], &[0; 5]), &format!("x: at byte 16 expected {huge} up to the end, found 5."));
        let error = labels("y", &idx(&[3], &[0, 10, 2]), 10).unwrap_err();
        assert_eq!(error.to_string(), "y: at byte 9 expected a class below 10, found 10.");
    }

    #[test]
    fn every_fault_of_a_gzip_file_gets_its_sentence() {
        let good = gz(&idx(&[3], &[0, 1, 2]));
        let says = |change: &dyn Fn(&mut Vec<u8>), part: &str| {
            let mut bytes = good.clone();
            change(&mut bytes);
            let sentence = labels("x.gz", &bytes, 10).unwrap_err().to_string();
            assert!(sentence.starts_with("x.gz: at byte ") && sentence.contains(part), "{sentence}");
        };
        let end = good.len();
        says(&|b| b[2] = 7, "at byte 2 expected a gzip header with method 8");
        says(&|b| b[3] = 0x80, "flags 0x80");
        says(&|b| b.truncate(6), "found the end of the file");
        says(&|b| b.truncate(17), "expected more compressed data, found the end of the file");
        says(&|b| b.truncate(end - 3), "expected the 8 bytes of the gzip trailer, found 5 bytes");
        says(&|b| b[end - 1] = 1, "expected the unpacked length 11");
        says(&|b| b[end - 8] ^= 1, "expected the checksum");
        says(&|b| b.push(0), "expected the end of the file, found 1 more bytes");
        says(&|b| b[15] = 0x07, "a code that does not exist");
        let bytes = gz(&idx(&[4], &[0, 1, 2]));
        let sentence = labels("x.gz", &bytes, 10).unwrap_err().to_string();
        assert_eq!(sentence, "x.gz: at byte 8 of the unpacked data expected 4 bytes (4) up to the end, found 3.");
    }

    #[test]
    fn a_gzip_bomb_stops_at_the_limit() {
        let bomb = gz(&vec![0; 10_000_000]);
        assert!(bomb.len() < 20_000);
        let sentence = gzip::content("bomb", &bomb, 1 << 20).unwrap_err().to_string();
        assert!(sentence.ends_with("expected at most 1048576 unpacked bytes, found more than that."), "{sentence}");
    }
}
