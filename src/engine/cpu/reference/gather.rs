//! Picks the images of a batch, moves them and brings the channel outside.

use crate::model::{Draw, Shape};

/// `out[c, i, h, w] = m[c, h − dy, w − dx]`, 0 outside, with m the image of `batch[i]`, mirrored where it says so.
///
/// # Panics
/// If an index is not that of an image.
pub fn gather<T: Copy + Default>(images: &[T], shape: Shape, batch: &[Draw], out: &mut [T]) {
    let inside = |at: i64, len: usize| (0..len as i64).contains(&at).then_some(at as usize);
    for (i, draw) in batch.iter().enumerate() {
        for c in 0..shape.c {
            for y in 0..shape.h {
                for x in 0..shape.w {
                    let from_y = inside(y as i64 - i64::from(draw.dy), shape.h);
                    let from_x = inside(x as i64 - i64::from(draw.dx), shape.w);
                    let value = match (from_y, from_x) {
                        (Some(y), Some(x)) => {
                            let x = if draw.flip { shape.w - 1 - x } else { x };
                            images[((draw.image as usize * shape.c + c) * shape.h + y) * shape.w + x]
                        }
                        _ => T::default(),
                    };
                    out[((c * batch.len() + i) * shape.h + y) * shape.w + x] = value;
                }
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
        gather(&images, Shape { c: 2, h: 1, w: 2 }, &[1, 0, 1].map(Draw::plain), &mut out);
        assert_eq!(out, [100, 101, 0, 1, 100, 101, 110, 111, 10, 11, 110, 111]);
    }

    #[test]
    fn an_image_is_mirrored_and_then_shifted() {
        #[rustfmt::skip]
        let image = [1, 2, 3,
                     4, 5, 6];
        let moved = |dx, dy, flip| {
            let mut out = [9; 6];
            gather(&image, Shape { c: 1, h: 2, w: 3 }, &[Draw { image: 0, dx, dy, flip }], &mut out);
            out
        };
        assert_eq!(moved(1, 0, false), [0, 1, 2, 0, 4, 5]);
        assert_eq!(moved(0, -1, false), [4, 5, 6, 0, 0, 0]);
        assert_eq!(moved(0, 0, true), [3, 2, 1, 6, 5, 4]);
        assert_eq!(moved(1, 1, true), [0, 0, 0, 0, 3, 2]);
        assert_eq!(moved(3, 0, true), [0; 6]);
    }
}
