//! The sets the program brings along: Fashion-MNIST (Xiao et al. 2017, MIT licence) in 16 grey levels, the first images
//! of each class. Averaged to 14×14 with 4,000 training and 1,000 test images it travels inside the program; with 28×28
//! and 20,000 and 5,000 natively too, and beside the page as four files, fetched when asked for.

use super::Dataset;
use super::error::DataError;
use super::load::files;
use super::names::FASHION;
use std::sync::OnceLock;

/// The names of the four files, behind `fashion14q4-4000-` and `fashion28q4-20000-`.
const PARTS: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

/// The four files of a set, in the order of [`PARTS`].
macro_rules! set {
    ($name:literal) => {
        [
            include_bytes!(concat!("../../assets/", $name, "-train-images-idx3-ubyte.gz")).as_slice(),
            include_bytes!(concat!("../../assets/", $name, "-train-labels-idx1-ubyte.gz")).as_slice(),
            include_bytes!(concat!("../../assets/", $name, "-t10k-images-idx3-ubyte.gz")).as_slice(),
            include_bytes!(concat!("../../assets/", $name, "-t10k-labels-idx1-ubyte.gz")).as_slice(),
        ]
    };
}

/// The small set; unpacked once, shared afterwards.
///
/// # Panics
/// Never with the files it was built with: a test reads them.
pub fn fashion_mnist() -> Dataset {
    static SET: OnceLock<Dataset> = OnceLock::new();
    SET.get_or_init(|| {
        known("fashion14", "Fashion-MNIST 14×14", set!("fashion14q4-4000"))
            .unwrap_or_else(|error| unreachable!("the embedded set is damaged: {error}"))
    })
    .clone()
}

/// The large set; unpacked once, shared afterwards. The page fetches its files: [`fashion28_from`].
///
/// # Panics
/// Never with the files it was built with: a test reads them.
#[cfg(not(target_arch = "wasm32"))]
pub fn fashion28() -> Dataset {
    static SET: OnceLock<Dataset> = OnceLock::new();
    SET.get_or_init(|| {
        fashion28_from(set!("fashion28q4-20000"))
            .unwrap_or_else(|error| unreachable!("the embedded set is damaged: {error}"))
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
    fn files_in_the_wrong_order_are_refused() {
        let [a, b, c, d] = set!("fashion14q4-4000");
        assert!(fashion28_from([a, d, c, b]).is_err());
    }
}
