//! Bytes → images and labels, and the seeded order in which they are trained on.
//!
//! [`load::Loader`] takes every file a person may have. A file is recognised by its content and read as it comes:
//!
//! | module | what it reads |
//! |---|---|
//! | [`stream`], [`sniff`] | a file of any kind: what it is, and what is in it |
//! | [`gzip`], [`tar`], [`zip`] | what files are packed in |
//! | [`idx`], [`cifar`], [`pickle`], [`npy`] | images and labels |
//! | [`store`], [`pair`], [`split`], [`dataset`] | what is kept, what belongs together, a set |
//! | [`embedded`], `packed` | the sets that the program brings along, and how their images are packed |

pub mod batches;
pub mod cifar;
pub mod crc;
pub mod dataset;
pub mod embedded;
pub mod error;
pub mod gzip;
pub mod idx;
pub mod inflate;
pub mod leaf;
pub mod load;
pub mod names;
pub mod npy;
mod packed;
pub mod pair;
pub mod part;
pub mod pickle;
pub mod sniff;
pub mod split;
pub mod store;
pub mod stream;
pub mod tar;
pub mod zip;

/// Small files, shared with the tests over all formats; not all of them are used here.
#[cfg(test)]
#[allow(dead_code)]
#[path = "../../tests/data/sample.rs"]
mod sample;

pub use batches::BatchOrder;
#[cfg(not(target_arch = "wasm32"))]
pub use embedded::fashion28;
pub use embedded::{fashion_mnist, fashion28_files, fashion28_from};
pub use error::DataError;

use crate::model::Shape;
use std::sync::Arc;

/// Fewest training images of a set: one batch of the default size.
pub const MIN_TRAIN: usize = 64;

/// Fewest test images of a set: an engine evaluates so many at a time.
pub const MIN_TEST: usize = 300;

/// Images and their classes.
#[derive(Clone, Debug)]
pub struct Split {
    /// `[n, c, h, w]`, in 0..=1.
    pub images: Arc<[f32]>,
    /// One class an image, below [`Dataset::classes`].
    pub labels: Arc<[u8]>,
}

impl Split {
    /// Number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }
}

/// A training and a test split of one set.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// For people.
    pub name: String,
    /// For links: the same for the same images, whatever the files were called; `fashion14`, `fashion28`, `cifar10`,
    /// `cifar100` or `own-` and eight hexadecimal digits.
    pub key: String,
    /// For people, one a class; numbers where nobody told their names.
    pub class_names: Vec<String>,
    /// What was recognised, what was not kept and what was made of it, in sentences for people.
    pub notes: Vec<String>,
    /// One image.
    pub shape: Shape,
    /// Number of classes.
    pub classes: usize,
    /// What is trained on.
    pub train: Split,
    /// What is evaluated on.
    pub test: Split,
}
