//! The sets the program brings along: Fashion-MNIST (Xiao et al. 2017, MIT licence) in 16 grey levels, the first images
//! of each class. Averaged to 14×14 with 4,000 training and 1,000 test images it travels inside the program, its images
//! packed as nothing else here is (`packed.rs`); with 28×28 and 20,000 and 5,000 natively too, and beside the page as four
//! files, fetched when asked for.

use super::Dataset;
use super::error::DataError;
use super::load::files;
use super::names::FASHION;
use super::packed;
use std::sync::OnceLock;

/// The names of the four files of a set, behind `fashion28q4-20000-`.
const PARTS: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

/// The small set: 4,000 training and 1,000 test images, one behind the other, packed.
const SMALL_IMAGES: &[u8] = include_bytes!("../../assets/fashion14q4-5000-images.packed");
const SMALL_TRAIN_LABELS: &[u8] = include_bytes!("../../assets/fashion14q4-4000-train-labels-idx1-ubyte.gz");
const SMALL_TEST_LABELS: &[u8] = include_bytes!("../../assets/fashion14q4-4000-t10k-labels-idx1-ubyte.gz");
const SMALL_TRAIN: usize = 4_000;
const SMALL_TEST: usize = 1_000;
const SMALL_SIDE: usize = 14;

/// The large set, in the order of [`PARTS`].
#[cfg(not(target_arch = "wasm32"))]
const LARGE: [&[u8]; 4] = [
    include_bytes!("../../assets/fashion28q4-20000-train-images-idx3-ubyte.gz"),
    include_bytes!("../../assets/fashion28q4-20000-train-labels-idx1-ubyte.gz"),
    include_bytes!("../../assets/fashion28q4-20000-t10k-images-idx3-ubyte.gz"),
    include_bytes!("../../assets/fashion28q4-20000-t10k-labels-idx1-ubyte.gz"),
];

/// The small set; unpacked once, shared afterwards.
///
/// # Panics
/// Never with the files it was built with: a test reads them.
pub fn fashion_mnist() -> Dataset {
    static SET: OnceLock<Dataset> = OnceLock::new();
    SET.get_or_init(|| {
        let [train, test] = small_images();
        known("fashion14", "Fashion-MNIST 14×14", [&train, SMALL_TRAIN_LABELS, &test, SMALL_TEST_LABELS])
            .unwrap_or_else(|error| unreachable!("the embedded set is damaged: {error}"))
    })
    .clone()
}

/// The small set's training and test images as IDX files.
fn small_images() -> [Vec<u8>; 2] {
    let pixels = packed::unpack(SMALL_IMAGES, SMALL_TRAIN + SMALL_TEST, SMALL_SIDE);
    let (train, test) = pixels.split_at(SMALL_TRAIN * SMALL_SIDE * SMALL_SIDE);
    [(train, SMALL_TRAIN), (test, SMALL_TEST)].map(|(pixels, count)| {
        let sizes = [count, SMALL_SIDE, SMALL_SIDE].map(|size| (size as u32).to_be_bytes());
        // Bytes in three dimensions; grey 15 is 255.
        [0, 0, 8, 3].into_iter().chain(sizes.into_iter().flatten()).chain(pixels.iter().map(|p| 17 * p)).collect()
    })
}

/// The large set; unpacked once, shared afterwards. The page fetches its files: [`fashion28_from`].
///
/// # Panics
/// Never with the files it was built with: a test reads them.
#[cfg(not(target_arch = "wasm32"))]
pub fn fashion28() -> Dataset {
    static SET: OnceLock<Dataset> = OnceLock::new();
    SET.get_or_init(|| {
        fashion28_from(LARGE).unwrap_or_else(|error| unreachable!("the embedded set is damaged: {error}"))
    })
    .clone()
}

/// The names of the large set's files as they lie in assets/ and beside the page.
pub fn fashion28_files() -> [String; 4] {
    PARTS.map(|part| format!("fashion28q4-20000-{part}"))
}

/// The large set from its files as they lie in assets/: training images, training labels, test images, test labels.
///
/// # Errors
/// Files that are damaged or others.
pub fn fashion28_from(files: [&[u8]; 4]) -> Result<Dataset, DataError> {
    known("fashion28", "Fashion-MNIST 28×28", files)
}

fn known(key: &str, name: &str, bytes: [&[u8]; 4]) -> Result<Dataset, DataError> {
    let named: Vec<(&str, &[u8])> = PARTS.into_iter().zip(bytes).collect();
    let set = files(&named)?;
    if set.classes != FASHION.len() {
        return Err(DataError::whole(name, format!("{} classes", FASHION.len()), set.classes.to_string()));
    }
    Ok(Dataset { name: name.to_owned(), key: key.to_owned(), class_names: FASHION.map(str::to_owned).into(), ..set })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::crc::crc32;

    #[test]
    fn the_sets_are_what_the_page_says_they_are() {
        let (small, large) = (fashion_mnist(), fashion28());
        for (set, key, side, scale) in [(small, "fashion14", 14, 1), (large, "fashion28", 28, 5)] {
            assert_eq!((set.shape.c, set.shape.h, set.shape.w, set.classes), (1, side, side, 10));
            assert_eq!((set.train.len(), set.test.len()), (4_000 * scale, 1_000 * scale));
            assert_eq!(set.train.images.len(), 4_000 * scale * side * side);
            assert_eq!(set.test.images.len(), 1_000 * scale * side * side);
            for class in 0..10 {
                assert_eq!(set.train.labels.iter().filter(|&&l| l == class).count(), 400 * scale);
                assert_eq!(set.test.labels.iter().filter(|&&l| l == class).count(), 100 * scale);
            }
            // The first classes of the original files, in their order.
            assert_eq!(set.train.labels[..8], [9, 0, 0, 3, 0, 2, 7, 2]);
            assert_eq!((set.key.as_str(), set.class_names[9].as_str()), (key, "Ankle boot"));
        }
    }

    #[test]
    fn pixels_are_sixteen_greys_from_black_to_white() {
        for set in [fashion_mnist(), fashion28()] {
            for split in [set.train, set.test] {
                let mut greys = split.images.to_vec();
                greys.sort_by(f32::total_cmp);
                greys.dedup();
                assert_eq!((greys.len(), greys[0], greys[15]), (16, 0.0, 1.0));
            }
        }
    }

    #[test]
    fn the_small_images_are_those_of_the_files_they_were_packed_from() {
        // The checksums at the ends of the gzip files that stood here before.
        assert_eq!(small_images().map(|file| crc32(&file)), [0xfcab_4db1, 0x0c40_de1e]);
        let pixels = packed::unpack(SMALL_IMAGES, SMALL_TRAIN + SMALL_TEST, SMALL_SIDE);
        assert!(packed::tests::pack(&pixels, SMALL_SIDE) == SMALL_IMAGES, "another packer made the file");
    }

    #[test]
    fn files_in_the_wrong_order_are_refused() {
        let [a, b, c, d] = LARGE;
        assert!(fashion28_from([a, d, c, b]).is_err());
    }
}
