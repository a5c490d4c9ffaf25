//! Which image stands in a batch, and how it is moved.

/// One place of a batch: the training image `image`, mirrored left-right where `flip` says so, then shifted by
/// (`dx`, `dy`) pixels (right and down where positive) with zeros moving in:
/// `out[c, y, x] = m[c, y − dy, x − dx]`, 0 outside, with `m[c, y, x] = images[image, c, y, w − 1 − x]` where mirrored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draw {
    /// Index of the image.
    pub image: u32,
    /// Pixels to the right.
    pub dx: i8,
    /// Pixels down.
    pub dy: i8,
    /// Whether it is mirrored left-right.
    pub flip: bool,
}

impl Draw {
    /// The image as it is.
    pub const fn plain(image: u32) -> Self {
        Self { image, dx: 0, dy: 0, flip: false }
    }
}

/// How training images are moved at random; the default leaves them alone. Test images are never moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Augment {
    /// Each image is shifted by up to so many pixels, uniformly and independently in both directions; 127 at most.
    pub shift: u8,
    /// Whether every second image on average is mirrored left-right.
    pub flip: bool,
}
