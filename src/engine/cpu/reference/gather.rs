//! Picks the images of a batch and brings the channel outside.

use crate::model::Shape;

/// `out[c, i, h, w] = images[batch[i], c, h, w]`.
///
/// # Panics
/// If an index is not that of an image.
pub fn gather<T: Copy>(images: &[T], shape: Shape, batch: &[u32], out: &mut [T]) {
    let hw = shape.h * shape.w;
    for (i, &image) in batch.iter().enumerate() {
        for c in 0..shape.c {
            for p in 0..hw {
                out[(c * batch.len() + i) * hw + p] = images[image as usize * shape.len() + c * hw + p];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_channel_comes_out() {
        // Two images of two channels and two pixels: each value says image, channel, pixel.
        let images = [0, 1, 10, 11, 100, 101, 110, 111];
        let mut out = [0; 12];
        gather(&images, Shape { c: 2, h: 1, w: 2 }, &[1, 0, 1], &mut out);
        assert_eq!(out, [100, 101, 0, 1, 100, 101, 110, 111, 10, 11, 110, 111]);
    }
}
