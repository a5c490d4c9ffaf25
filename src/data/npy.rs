//! One array of NumPy (`.npy`, format versions 1 to 3): the magic bytes, the length of a header, the header as a Python
//! dictionary of three keys, the elements.
//!
//! The reader is our own: the crate that writes the arrays of `explr export` wants a file it can ask, and its parser of
//! Python literals is larger in the page than everything here.

use super::error::Fault;
use super::part::{Images, Labels, check_label, check_side, fill};
use crate::model::Shape;

/// The first bytes of every array.
pub const MAGIC: &[u8] = b"\x93NUMPY";

/// NumPy writes 128 bytes; more than this is no header.
const LONGEST_HEADER: usize = 4_096;

/// What an array holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// `[n, h, w]`, `[n, h, w, 1]` or `[n, h, w, 3]`.
    Images(Images),
    /// `[n]` or `[n, 1]`.
    Labels(Labels),
}

/// What the header says.
struct Array {
    count: usize,
    /// Of one image; `None` for labels.
    image: Option<Shape>,
    /// Bytes of a number.
    width: usize,
    /// Bytes of all elements.
    size: u64,
}

/// An array on its way.
pub struct Reader {
    /// Most images kept.
    most_images: usize,
    /// Most labels kept.
    most_labels: usize,
    header: Vec<u8>,
    array: Option<Array>,
    /// Bytes of elements taken so far.
    taken: u64,
    /// Elements in the order of the file: `[kept, h, w, c]`.
    pixels: Vec<u8>,
    labels: Labels,
    /// The bytes of a label that is not yet complete.
    number: Vec<u8>,
}

impl Reader {
    /// A reader that keeps the first `most_images` images, or the first `most_labels` labels.
    pub fn new(most_images: usize, most_labels: usize) -> Self {
        let (header, pixels, number, labels) = Default::default();
        Self { most_images, most_labels, header, array: None, taken: 0, pixels, labels, number }
    }

    /// Takes in the next bytes of the array.
    ///
    /// # Errors
    /// A header that NumPy does not write, elements or dimensions that are neither images nor labels.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        if self.array.is_none() {
            // Version and length of the header: 2 bytes long in version 1, 4 in the others.
            if !fill(&mut self.header, 8, &mut bytes) {
                return Ok(());
            }
            let start = if self.header[6] == 1 { 10 } else { 12 };
            if !fill(&mut self.header, start, &mut bytes) {
                return Ok(());
            }
            let length = self.header[8..start].iter().rev().fold(0, |n, &b| n << 8 | usize::from(b));
            if self.header[..6] != *MAGIC || !(1..=3).contains(&self.header[6]) || length > LONGEST_HEADER {
                let found = format!("version {}, {length} bytes", self.header[6]);
                return Err(Fault::new(6, "an array of NumPy, version 1 to 3, with a short header", found));
            }
            if !fill(&mut self.header, start + length, &mut bytes) {
                return Ok(());
            }
            self.array = Some(parse(&String::from_utf8_lossy(&self.header[start..])).map_err(|mut fault| {
                fault.byte = start;
                fault
            })?);
        }
        let Some(array) = &self.array else { return Ok(()) };
        let there = self.taken + bytes.len() as u64;
        if there > array.size {
            let end = self.header.len() + array.size as usize;
            return Err(Fault::new(end, format!("the end of {} bytes of elements", array.size), "more bytes"));
        }
        match array.image {
            Some(shape) => {
                let room = self.most_images.saturating_mul(shape.len()) - self.pixels.len();
                self.pixels.extend_from_slice(&bytes[..room.min(bytes.len())]);
            }
            None => self.add_labels(bytes, array.width, self.header.len() + self.taken as usize)?,
        }
        self.taken = there;
        Ok(())
    }

    /// What the array holds.
    ///
    /// # Errors
    /// An array that ends too early.
    pub fn finish(self) -> Result<Content, Fault> {
        let Some(array) = self.array else {
            return Err(Fault::new(self.header.len(), "the rest of the array's header", "the end"));
        };
        if self.taken < array.size {
            let expected = format!("{} bytes of elements up to the end", array.size);
            return Err(Fault::new(self.header.len(), expected, self.taken.to_string()));
        }
        Ok(match array.image {
            Some(shape) => Content::Images(Images { shape, count: array.count, pixels: planar(self.pixels, shape) }),
            None => Content::Labels(Labels { at: 10, ..self.labels }),
        })
    }

    fn add_labels(&mut self, bytes: &[u8], width: usize, start: usize) -> Result<(), Fault> {
        for (i, &byte) in bytes.iter().enumerate() {
            self.number.push(byte);
            if self.number.len() == width {
                // Little-endian; a negative number is a very large one, and too high.
                let label = self.number.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b));
                self.number.clear();
                self.labels.add(check_label(label, start + i + 1 - width)?, self.most_labels);
            }
        }
        Ok(())
    }
}

/// `[n, h, w, c]` → `[n, c, h, w]`.
fn planar(pixels: Vec<u8>, shape: Shape) -> Vec<u8> {
    if shape.c == 1 {
        return pixels;
    }
    let plane = shape.h * shape.w;
    let mut out = Vec::with_capacity(pixels.len());
    for image in pixels.chunks_exact(shape.len()) {
        out.extend((0..shape.len()).map(|i| image[i % plane * shape.c + i / plane]));
    }
    out
}

/// Reads the header's dictionary, as NumPy writes it. The faults' byte is the caller's to fill in.
fn parse(text: &str) -> Result<Array, Fault> {
    let wrong = |expected: &str, found: &str| Fault::new(0, expected, found.chars().take(40).collect::<String>());
    let value = |key: &str| {
        let (_, rest) = text.split_once(&format!("'{key}':")).ok_or_else(|| wrong(&format!("'{key}'"), text.trim()))?;
        Ok(rest.trim_start())
    };
    let descr = value("descr")?.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map_or("", |(d, _)| d);
    if !value("fortran_order")?.starts_with("False") {
        return Err(wrong("an array in C order", "one in Fortran order"));
    }
    let shape = value("shape")?;
    let inner = shape.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(shape, |(inner, _)| inner);
    let dims: Result<Vec<u32>, _> = inner.split(',').map(str::trim).filter(|d| !d.is_empty()).map(str::parse).collect();
    let dims: Vec<usize> = match dims {
        Ok(dims) => dims.into_iter().map(|d| d as usize).collect(),
        Err(_) => return Err(wrong("a shape of whole numbers", inner)),
    };
    let (image, width) = match dims[..] {
        [_] | [_, 1] => (None, label_width(descr).ok_or_else(|| wrong("labels as |u1, <i4 or <i8", descr))?),
        [_, h, w] | [_, h, w, 1] => (Some(Shape { c: 1, h, w }), 1),
        [_, h, w, 3] => (Some(Shape { c: 3, h, w }), 1),
        _ => {
            let expected = "images [n, h, w] or [n, h, w, 3], or labels [n] or [n, 1]";
            return Err(wrong(expected, &format!("the shape ({inner})")));
        }
    };
    if let Some(shape) = image {
        if descr != "|u1" {
            return Err(wrong("images of bytes from 0 to 255 (|u1)", descr));
        }
        check_side("height", shape.h, 0)?;
        check_side("width", shape.w, 0)?;
    }
    // No overflow: a count has 32 bits, the rest is checked.
    let size = dims[0] as u64 * (image.map_or(1, Shape::len) * width) as u64;
    Ok(Array { count: dims[0], image, width, size })
}

/// Bytes of a whole number of NumPy's type `descr`, if it is little-endian.
fn label_width(descr: &str) -> Option<usize> {
    match descr {
        "|u1" | "|i1" => Some(1),
        "<i2" | "<u2" => Some(2),
        "<i4" | "<u4" => Some(4),
        "<i8" | "<u8" => Some(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::npy;

    fn read(file: &[u8], limit: usize, chunk: usize) -> Result<Content, Fault> {
        let mut reader = Reader::new(limit, limit);
        file.chunks(chunk).try_for_each(|piece| reader.push(piece))?;
        reader.finish()
    }

    #[test]
    fn colour_becomes_planar_and_labels_of_any_width_are_read() {
        let mixed: Vec<u8> = (0..2 * 8 * 9 * 3).map(|i| (i % 251) as u8).collect();
        for chunk in [1, 7, 511] {
            let Ok(Content::Images(images)) = read(&npy("|u1", "2, 8, 9, 3", &mixed), 9, chunk) else { panic!() };
            assert_eq!((images.count, images.shape), (2, Shape { c: 3, h: 8, w: 9 }));
            for (n, c, y, x) in [(0, 0, 0, 0), (0, 2, 7, 8), (1, 1, 3, 4), (1, 0, 5, 0)] {
                assert_eq!(images.pixels[((n * 3 + c) * 8 + y) * 9 + x], mixed[((n * 8 + y) * 9 + x) * 3 + c]);
            }
            let eight: Vec<u8> = [3i64, 99, 0].iter().flat_map(|n| n.to_le_bytes()).collect();
            let labels = Labels { at: 10, count: 3, kept: vec![3, 99], highest: 99 };
            assert_eq!(read(&npy("<i8", "3, 1", &eight), 2, chunk), Ok(Content::Labels(labels.clone())));
            assert_eq!(read(&npy("|u1", "3,", &[3, 99, 0]), 2, chunk), Ok(Content::Labels(labels)));
        }
    }

    #[test]
    fn every_fault_gets_its_sentence() {
        let says = |file: &[u8], part: &str| {
            for chunk in [1, 511] {
                let sentence = read(file, 9, chunk).unwrap_err().of("x", false).to_string();
                assert!(sentence.contains(part), "{sentence}");
            }
        };
        let grey = npy("|u1", "2, 8, 8", &[1; 128]);
        says(&grey[..9], "at byte 9 expected the rest of the array's header");
        says(&grey[..200], "at byte 128 expected 128 bytes of elements up to the end, found 72");
        says(&[&grey[..], &[1]].concat(), "at byte 256 expected the end of 128 bytes of elements, found more");
        says(&npy("<f4", "2, 8, 8", &[1; 512]), "at byte 10 expected images of bytes from 0 to 255 (|u1), found <f4");
        says(&npy("<f4", "2,", &[1; 8]), "at byte 10 expected labels as |u1, <i4 or <i8, found <f4");
        says(&npy("|u1", "2, 64, 64", &[1; 128]), "expected a height from 8 to 32 pixels, found 64");
        says(&npy("|u1", "2, 3, 8, 8", &[1; 384]), "found the shape (2, 3, 8, 8)");
        says(&npy("|u1", "-1,", &[]), "a shape of whole numbers");
        says(
            &npy("<i4", "2,", &[1, 0, 0, 0, 255, 255, 255, 255]),
            "at byte 132 expected a label from 0 to 99, found 4294967295",
        );
        says(b"\x93NUMPY\x09\0\0\0\0\0", "version 9");
    }
}
