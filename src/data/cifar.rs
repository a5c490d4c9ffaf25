//! CIFAR-10 and CIFAR-100 in the binary layout (Krizhevsky 2009): records without a header, 3,073 bytes (label, then
//! 32×32 red, green and blue) or 3,074 (coarse label, fine label, then the same).
//!
//! Nothing in the file says which: both are tried at once, on the labels alone, and the length decides.

use super::error::Fault;
use super::part::{Format, Images, Labels};
use crate::model::Shape;

/// One image.
pub const SHAPE: Shape = Shape { c: 3, h: 32, w: 32 };

/// Bytes of one image.
pub const PIXELS: usize = 3_072;

/// One of the two layouts.
struct Layout {
    format: Format,
    /// Bytes before the pixels; each is a label below its bound, and the last is the class.
    bounds: &'static [u8],
}

const LAYOUTS: [Layout; 2] = [
    Layout { format: Format::Cifar10Binary, bounds: &[10] },
    Layout { format: Format::Cifar100Binary, bounds: &[20, 100] },
];

/// A file on its way.
pub struct Reader {
    /// Most images kept.
    limit: usize,
    /// The beginning of the file.
    kept: Vec<u8>,
    /// Bytes so far.
    taken: usize,
    /// The first label of each layout that is none.
    wrong: [Option<Fault>; 2],
}

impl Layout {
    fn record(&self) -> usize {
        self.bounds.len() + PIXELS
    }

    fn begins(&self, head: &[u8]) -> bool {
        !head.is_empty() && head.iter().zip(self.bounds).all(|(label, bound)| label < bound)
    }
}

/// Whether a file that begins so can be records: its first label is one.
pub fn begins(head: &[u8]) -> bool {
    LAYOUTS.iter().any(|layout| layout.begins(head))
}

/// Whether a file of this size that begins so is records.
pub fn fits(size: usize, head: &[u8]) -> bool {
    LAYOUTS.iter().any(|layout| size.is_multiple_of(layout.record()) && layout.begins(head))
}

impl Reader {
    /// A reader that keeps the first `limit` images.
    pub fn new(limit: usize) -> Self {
        Self { limit, kept: Vec::new(), taken: 0, wrong: [None, None] }
    }

    /// Takes in the next bytes of the file.
    ///
    /// # Errors
    /// As soon as it can be neither of the two.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        for (layout, wrong) in LAYOUTS.iter().zip(&mut self.wrong) {
            if wrong.is_none() {
                *wrong = wrong_label(layout, self.taken, bytes);
            }
        }
        if let [Some(ten), Some(hundred)] = &self.wrong {
            // The layout that held longer is the likelier one.
            return Err(if hundred.byte > ten.byte { hundred } else { ten }.clone());
        }
        let room = self.limit.saturating_mul(PIXELS + 2) - self.kept.len();
        self.kept.extend_from_slice(&bytes[..room.min(bytes.len())]);
        self.taken += bytes.len();
        Ok(())
    }

    /// The images, their classes and which of the two it is.
    ///
    /// # Errors
    /// A length that is no whole number of records.
    pub fn finish(mut self) -> Result<(Format, Images, Labels), Fault> {
        let fits = |(layout, wrong): &(&Layout, &Option<Fault>)| {
            wrong.is_none() && self.taken > 0 && self.taken.is_multiple_of(layout.record())
        };
        let Some((layout, _)) = LAYOUTS.iter().zip(&self.wrong).find(fits) else {
            let expected = match &self.wrong {
                [None, Some(_)] => "whole records of 3073 bytes (CIFAR-10)",
                [Some(_), None] => "whole records of 3074 bytes (CIFAR-100)",
                _ => "whole records of 3073 bytes (CIFAR-10) or 3074 (CIFAR-100)",
            };
            return Err(Fault::new(self.taken, expected, format!("the end, a length of {}", self.taken)));
        };
        let record = layout.record();
        let count = self.taken / record;
        let kept = count.min(self.limit);
        let mut labels = Labels { count, ..Labels::default() };
        for i in 0..kept {
            let start = i * record + layout.bounds.len();
            labels.kept.push(self.kept[start - 1]);
            // In place: the file is not held twice.
            self.kept.copy_within(start..start + PIXELS, i * PIXELS);
        }
        self.kept.truncate(kept * PIXELS);
        labels.highest = layout.bounds[layout.bounds.len() - 1] - 1;
        Ok((layout.format, Images { shape: SHAPE, count, pixels: self.kept }, labels))
    }
}

/// The first label in `bytes`, which begin at byte `start` of the file, that the layout does not allow.
fn wrong_label(layout: &Layout, start: usize, bytes: &[u8]) -> Option<Fault> {
    let record = layout.record();
    for first in (start - start % record..start + bytes.len()).step_by(record) {
        for (i, &bound) in layout.bounds.iter().enumerate() {
            let at = first + i;
            if let Some(&label) = at.checked_sub(start).and_then(|i| bytes.get(i))
                && label >= bound
            {
                let expected = format!("a label below {bound} ({}, records of {record} bytes)", layout.format.label());
                return Some(Fault::new(at, expected, label.to_string()));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::sample::records;

    fn read(file: &[u8], limit: usize, chunk: usize) -> Result<(Format, Images, Labels), Fault> {
        let mut reader = Reader::new(limit);
        file.chunks(chunk).try_for_each(|piece| reader.push(piece))?;
        reader.finish()
    }

    #[test]
    fn both_layouts_are_told_apart() {
        let (ten, hundred) = (records(&[&[6], &[9], &[0]]), records(&[&[19, 7], &[0, 99], &[3, 4]]));
        for chunk in [1, 7, 3_073, 1 << 20] {
            let (format, images, labels) = read(&ten, 2, chunk).unwrap();
            assert_eq!((format, images.count, labels.count), (Format::Cifar10Binary, 3, 3));
            assert_eq!((labels.kept, labels.highest), (vec![6, 9], 9));
            assert_eq!(images.pixels, [&ten[1..3_073], &ten[3_074..6_146]].concat());
            let (format, images, labels) = read(&hundred, 9, chunk).unwrap();
            assert_eq!((format, labels.kept, labels.highest), (Format::Cifar100Binary, vec![7, 99, 4], 99));
            assert_eq!(images.pixels[PIXELS..2 * PIXELS], hundred[3_076..6_148]);
        }
    }

    #[test]
    fn faults_name_their_byte() {
        for chunk in [1, 511, 1 << 20] {
            let says = |file: &[u8]| read(file, 9, chunk).unwrap_err().of("x", false).to_string();
            let second = says(&records(&[&[6], &[10]]));
            assert!(second.starts_with("x: at byte 3073 expected a label below 10 (CIFAR-10"), "{second}");
            let second = says(&records(&[&[19, 7], &[0, 100]]));
            assert!(second.starts_with("x: at byte 3075 expected a label below 100 (CIFAR-100"), "{second}");
            let cut = says(&records(&[&[6], &[9]])[..6_000]);
            assert_eq!(
                cut,
                "x: at byte 6000 expected whole records of 3073 bytes (CIFAR-10), found the end, a length of 6000."
            );
        }
    }
}
