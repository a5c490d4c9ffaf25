//! Bytes → images and labels, and the seeded order in which they are trained on.

pub mod batches;
pub mod dataset;
pub mod embedded;
pub mod error;
pub mod gzip;
pub mod idx;

pub use batches::BatchOrder;
pub use embedded::fashion_mnist;
pub use error::DataError;

use crate::model::Shape;
use std::sync::Arc;

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
    /// One image.
    pub shape: Shape,
    /// Number of classes.
    pub classes: usize,
    /// What is trained on.
    pub train: Split,
    /// What is evaluated on.
    pub test: Split,
}
