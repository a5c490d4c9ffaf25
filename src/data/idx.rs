//! The IDX format of the MNIST family: two zero bytes, the element type (8 = unsigned byte), the number of dimensions,
//! each dimension as a big-endian u32, then the elements. One dimension holds labels, three hold grey images.

use super::error::Fault;
use super::part::{Images, Labels, check_label, check_side, fill};
use crate::model::Shape;

/// The first three bytes; the fourth is the number of dimensions.
pub const MAGIC: [u8; 3] = [0, 0, 8];

/// A file on its way.
#[derive(Debug, Default)]
pub struct Reader {
    /// Most images kept.
    most_images: usize,
    /// Most labels kept.
    most_labels: usize,
    header: Vec<u8>,
    /// Elements of the body taken so far.
    taken: u64,
    pixels: Vec<u8>,
    labels: Labels,
}

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Content {
    /// Three dimensions.
    Images(Images),
    /// One dimension.
    Labels(Labels),
}

impl Reader {
    /// A reader that keeps the first `most_images` images, or the first `most_labels` labels.
    pub fn new(most_images: usize, most_labels: usize) -> Self {
        Self { most_images, most_labels, ..Self::default() }
    }

    /// Takes in the next bytes of the file.
    ///
    /// # Errors
    /// The first thing that is not as the format demands.
    pub fn push(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        if self.header.len() < 4 {
            if !fill(&mut self.header, 4, &mut bytes) {
                return Ok(());
            }
            self.check_magic()?;
        }
        let size = self.header_size();
        if self.header.len() < size {
            if !fill(&mut self.header, size, &mut bytes) {
                return Ok(());
            }
            self.check_dimensions()?;
        }
        let there = self.taken + bytes.len() as u64;
        if there > self.elements() {
            let end = size + self.elements() as usize;
            return Err(Fault::new(end, format!("the end of {}", self.product()), "more bytes"));
        }
        if self.is_images() {
            let room = self.most_images.saturating_mul(self.dimension(1) * self.dimension(2)) - self.pixels.len();
            self.pixels.extend_from_slice(&bytes[..room.min(bytes.len())]);
        } else {
            for (i, &label) in bytes.iter().enumerate() {
                let class = check_label(label.into(), size + self.taken as usize + i)?;
                self.labels.add(class, self.most_labels);
            }
        }
        self.taken = there;
        Ok(())
    }

    /// What the file holds.
    ///
    /// # Errors
    /// A file that ends too early.
    pub fn finish(self) -> Result<Content, Fault> {
        let there = self.header.len();
        if there < 4 {
            return Err(Fault::new(there, "a header of at least 8 bytes", "the end"));
        }
        if there < self.header_size() {
            return Err(Fault::new(there, format!("a header of {} bytes", self.header_size()), "the end"));
        }
        if self.taken < self.elements() {
            return Err(Fault::new(there, format!("{} up to the end", self.product()), self.taken.to_string()));
        }
        let count = self.dimension(0);
        Ok(if self.is_images() {
            let shape = Shape { c: 1, h: self.dimension(1), w: self.dimension(2) };
            Content::Images(Images { shape, count, pixels: self.pixels })
        } else {
            Content::Labels(Labels { at: 4, ..self.labels })
        })
    }

    fn is_images(&self) -> bool {
        self.header[3] == 3
    }

    fn header_size(&self) -> usize {
        4 + 4 * usize::from(self.header[3])
    }

    fn dimension(&self, i: usize) -> usize {
        let word = |at: usize| u32::from(self.header[at]);
        let at = 4 + 4 * i;
        (word(at) << 24 | word(at + 1) << 16 | word(at + 2) << 8 | word(at + 3)) as usize
    }

    fn dimensions(&self) -> impl Iterator<Item = usize> {
        (0..usize::from(self.header[3])).map(|i| self.dimension(i))
    }

    fn elements(&self) -> u64 {
        // No overflow: the sides are checked, and the count has 32 bits.
        self.dimensions().map(|d| d as u64).product()
    }

    /// The number of elements and where it comes from, for people.
    fn product(&self) -> String {
        let factors: Vec<String> = self.dimensions().map(|d| d.to_string()).collect();
        format!("{} bytes ({})", self.elements(), factors.join(" × "))
    }

    fn check_magic(&self) -> Result<(), Fault> {
        let expected = "the first bytes of an IDX file of labels (00 00 08 01) or of grey images (00 00 08 03)";
        if self.header[..3] == MAGIC && [1, 3].contains(&self.header[3]) {
            return Ok(());
        }
        let found: Vec<String> = self.header.iter().map(|b| format!("{b:02x}")).collect();
        Err(Fault::new(0, expected, found.join(" ")))
    }

    fn check_dimensions(&self) -> Result<(), Fault> {
        if self.dimension(0) == 0 {
            return Err(Fault::new(4, "a positive count", "0"));
        }
        if self.is_images() {
            check_side("height", self.dimension(1), 8)?;
            check_side("width", self.dimension(2), 12)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::idx;

    fn read(file: &[u8], limit: usize, chunk: usize) -> Result<Content, Fault> {
        let mut reader = Reader::new(limit, limit);
        file.chunks(chunk).try_for_each(|piece| reader.push(piece))?;
        reader.finish()
    }

    #[test]
    fn images_and_labels_are_read_in_any_pieces() {
        let pixels: Vec<u8> = (0..3 * 8 * 9).map(|i| i as u8).collect();
        let shape = Shape { c: 1, h: 8, w: 9 };
        for chunk in [1, 7, 511] {
            let whole = read(&idx(&[3, 8, 9], &pixels), 5, chunk);
            assert_eq!(whole, Ok(Content::Images(Images { shape, count: 3, pixels: pixels.clone() })));
            let first = read(&idx(&[3, 8, 9], &pixels), 2, chunk);
            assert_eq!(first, Ok(Content::Images(Images { shape, count: 3, pixels: pixels[..144].to_vec() })));
            let labels = read(&idx(&[4], &[0, 99, 4, 1]), 3, chunk);
            assert_eq!(labels, Ok(Content::Labels(Labels { at: 4, count: 4, kept: vec![0, 99, 4], highest: 99 })));
        }
    }

    #[test]
    fn every_fault_gets_its_sentence() {
        let image_file = idx(&[2, 8, 8], &[7; 128]);
        let says = |bytes: &[u8], sentence: &str| {
            for chunk in [1, 6, 511] {
                assert_eq!(read(bytes, 1, chunk).unwrap_err().of("x", false).to_string(), sentence);
            }
        };
        let first = "x: at byte 0 expected the first bytes of an IDX file of labels (00 00 08 01) or of grey images \
                     (00 00 08 03), found";
        says(&[0, 0], "x: at byte 2 expected a header of at least 8 bytes, found the end.");
        says(&idx(&[3, 3], &[0; 9]), &format!("{first} 00 00 08 02."));
        says(&image_file[..9], "x: at byte 9 expected a header of 16 bytes, found the end.");
        says(&image_file[..20], "x: at byte 16 expected 128 bytes (2 × 8 × 8) up to the end, found 4.");
        says(
            &[&image_file[..], &[0]].concat(),
            "x: at byte 144 expected the end of 128 bytes (2 × 8 × 8), found more bytes.",
        );
        says(&idx(&[0, 8, 8], &[]), "x: at byte 4 expected a positive count, found 0.");
        says(&idx(&[2, 0, 8], &[]), "x: at byte 8 expected a height from 8 to 32 pixels, found 0.");
        says(&idx(&[2, 8, 33], &[0; 528]), "x: at byte 12 expected a width from 8 to 32 pixels, found 33.");
        says(
            &idx(&[u32::MAX; 3], &[0; 5]),
            &format!("x: at byte 8 expected a height from 8 to 32 pixels, found {}.", u32::MAX),
        );
        says(&idx(&[3], &[0, 100, 2]), "x: at byte 9 expected a label from 0 to 99, found 100.");
    }
}
