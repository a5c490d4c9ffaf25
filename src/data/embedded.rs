//! The set that travels inside the program: Fashion-MNIST (Xiao et al. 2017, MIT licence) averaged to 14×14 in 16 grey
//! levels, the first 400 training and 100 test images of each class.

use super::Dataset;
use std::sync::OnceLock;

/// A file of the set by the part of its name that differs.
macro_rules! file {
    ($part:literal) => {
        ($part, include_bytes!(concat!("../../assets/fashion14q4-4000-", $part, "-ubyte.gz")).as_slice())
    };
}

/// The embedded set; unpacked once, shared afterwards.
///
/// # Panics
/// Never with the files it was built with: a test reads them.
pub fn fashion_mnist() -> Dataset {
    static SET: OnceLock<Dataset> = OnceLock::new();
    SET.get_or_init(|| {
        let train = [file!("train-images-idx3"), file!("train-labels-idx1")];
        let test = [file!("t10k-images-idx3"), file!("t10k-labels-idx1")];
        Dataset::from_idx("Fashion-MNIST 14×14", 10, train, test)
            .unwrap_or_else(|error| unreachable!("the embedded set is damaged: {error}"))
    })
    .clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_set_is_what_the_page_says_it_is() {
        let set = fashion_mnist();
        assert_eq!((set.shape.c, set.shape.h, set.shape.w, set.classes), (1, 14, 14, 10));
        assert_eq!((set.train.len(), set.test.len()), (4_000, 1_000));
        assert_eq!((set.train.images.len(), set.test.images.len()), (784_000, 196_000));
        for class in 0..10 {
            assert_eq!(set.train.labels.iter().filter(|&&l| l == class).count(), 400);
            assert_eq!(set.test.labels.iter().filter(|&&l| l == class).count(), 100);
        }
        // The first ten classes of the original files, in their order.
        assert_eq!(set.train.labels[..8], [9, 0, 0, 3, 0, 2, 7, 2]);
    }

    #[test]
    fn pixels_are_sixteen_greys_from_black_to_white() {
        let set = fashion_mnist();
        for split in [set.train, set.test] {
            let mut greys = split.images.to_vec();
            greys.sort_by(f32::total_cmp);
            greys.dedup();
            assert_eq!((greys.len(), greys[0], greys[15]), (16, 0.0, 1.0));
        }
    }
}
