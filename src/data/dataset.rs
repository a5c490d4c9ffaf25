//! Two splits made from files: paired, checked and scaled.

use super::error::{At, DataError};
use super::{Dataset, Split, gzip, idx};
use crate::model::Shape;

/// A file's name and bytes.
type File<'a> = (&'a str, &'a [u8]);

impl Dataset {
    /// A set from two pairs of IDX files (images, labels). Pixels become x/255 and are not centred: with the zero padding
    /// of the convolutions a dark border then stays dark, and the runs are less chaotic (measured: the one-ulp control is
    /// 1e-5 away after 1,000 steps instead of 6e-5).
    ///
    /// # Errors
    /// What [`idx`] says of a file; counts or sizes that do not belong together.
    pub fn from_idx(name: &str, classes: usize, train: [File; 2], test: [File; 2]) -> Result<Self, DataError> {
        let (train_images, train_labels) = pair(classes, train)?;
        let (test_images, test_labels) = pair(classes, test)?;
        let size = |i: &idx::Images| format!("images of {}×{}", i.height, i.width);
        if size(&train_images) != size(&test_images) {
            return Err(mismatch(test[0], 8, size(&train_images), size(&test_images)));
        }
        let scaled = |pixels: &[u8]| pixels.iter().map(|&x| f32::from(x) / 255.0).collect();
        Ok(Self {
            name: name.to_owned(),
            shape: Shape { c: 1, h: train_images.height, w: train_images.width },
            classes,
            train: Split { images: scaled(&train_images.pixels), labels: train_labels.into() },
            test: Split { images: scaled(&test_images.pixels), labels: test_labels.into() },
        })
    }
}

/// A fault at `byte` of the file's content, seen only beside another file.
fn mismatch((file, bytes): File, byte: usize, expected: String, found: String) -> DataError {
    let at = if gzip::is_gzip(bytes) { At::Unpacked(byte) } else { At::File(byte) };
    DataError { file: file.to_owned(), at, expected, found }
}

/// As many images as labels.
fn pair(classes: usize, [images, labels]: [File; 2]) -> Result<(idx::Images, Vec<u8>), DataError> {
    let pictures = idx::images(images.0, images.1)?;
    let classes = idx::labels(labels.0, labels.1, classes)?;
    if pictures.count != classes.len() {
        let expected = format!("{} labels, one for each image of {}", pictures.count, images.0);
        return Err(mismatch(labels, 4, expected, classes.len().to_string()));
    }
    Ok((pictures, classes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(count: u32, side: u32, pixels: &[u8]) -> Vec<u8> {
        let words = [0x0803, count, side, side];
        words.iter().flat_map(|w| w.to_be_bytes()).chain(pixels.iter().copied()).collect()
    }

    fn labels(of: &[u8]) -> Vec<u8> {
        [0x0801, of.len() as u32].iter().flat_map(|w| w.to_be_bytes()).chain(of.iter().copied()).collect()
    }

    #[test]
    fn a_small_set_is_scaled() {
        let (xs, ys) = (images(2, 1, &[0, 255]), labels(&[0, 1]));
        let (xt, yt) = (images(1, 1, &[51]), labels(&[1]));
        let set = Dataset::from_idx("tiny", 2, [("a", &xs), ("b", &ys)], [("c", &xt), ("d", &yt)]).unwrap();
        assert_eq!(set.train.images[..], [0.0, 1.0]);
        assert_eq!(set.test.images[..], [0.2]);
        assert_eq!(set.test.labels[..], [1]);
    }

    #[test]
    fn files_that_do_not_belong_together_are_named() {
        let (xs, ys) = (images(2, 1, &[0, 255]), labels(&[0, 1]));
        let three = labels(&[0, 1, 1]);
        let large = images(2, 2, &[1; 8]);
        let sentence = |train: [&[u8]; 2], test: [&[u8]; 2]| {
            let [a, b, c, d] = [train[0], train[1], test[0], test[1]];
            Dataset::from_idx("", 2, [("a", a), ("b", b)], [("c", c), ("d", d)]).unwrap_err().to_string()
        };
        assert!(sentence([&xs, &three], [&xs, &ys]).contains("expected 2 labels, one for each image of a, found 3"));
        assert!(sentence([&xs, &ys], [&large, &ys]).starts_with("c: at byte 8"));
    }
}
