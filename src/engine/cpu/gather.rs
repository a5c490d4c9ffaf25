//! The batch, row by row: fast twin of [`super::reference::gather()`].

use super::Real;
use crate::model::{Draw, Shape};

/// Images `[n, c, h, w]` → the batch `[c, n, h, w]`, each moved as its [`Draw`] says.
pub fn gather<T: Real>(images: &[f32], shape: Shape, batch: &[Draw], out: &mut [T]) {
    let pixels = shape.h * shape.w;
    for (plane, out) in out.chunks_exact_mut(pixels).enumerate() {
        let (channel, draw) = (plane / batch.len(), batch[plane % batch.len()]);
        let image = &images[(draw.image as usize * shape.c + channel) * pixels..][..pixels];
        if draw == Draw::plain(draw.image) {
            out.iter_mut().zip(image).for_each(|(to, &from)| *to = T::from_f64(f64::from(from)));
        } else {
            moved(image, shape.w, draw, out);
        }
    }
}

/// One channel of one image, `w` pixels wide.
fn moved<T: Real>(image: &[f32], w: usize, draw: Draw, out: &mut [T]) {
    let (width, dx) = (w as isize, isize::from(draw.dx));
    // Columns of `out` that show the image; none where it is shifted out altogether.
    let columns = dx.clamp(0, width) as usize..(width + dx).clamp(0, width) as usize;
    for (y, out) in out.chunks_exact_mut(w).enumerate() {
        out.fill(T::ZERO);
        let row = y.checked_add_signed(-isize::from(draw.dy)).and_then(|y| image.get(y * w..(y + 1) * w));
        let Some(row) = row else { continue };
        for x in columns.clone() {
            let from = x.wrapping_add_signed(-dx);
            out[x] = T::from_f64(f64::from(row[if draw.flip { w - 1 - from } else { from }]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference;
    use crate::engine::cpu::reference::check::randoms;

    #[test]
    fn it_gathers_as_the_reference_does() {
        let shape = Shape { c: 2, h: 4, w: 5 };
        let images: Vec<f32> = randoms(1, 3 * shape.len()).into_iter().map(|x| x as f32).collect();
        let moves = [-128, -5, -4, -2, -1, 0, 1, 3, 4, 5, 127];
        let batch: Vec<Draw> = moves
            .into_iter()
            .flat_map(|dx| moves.map(|dy| (dx, dy)))
            .flat_map(|(dx, dy)| {
                [false, true].map(|flip| Draw { image: (dx as u32).wrapping_add(7) % 3, dx, dy, flip })
            })
            .collect();
        let mut fast = vec![f32::NAN; batch.len() * shape.len()];
        let mut naive = fast.clone();
        gather(&images, shape, &batch, &mut fast);
        reference::gather(&images, shape, &batch, &mut naive);
        assert_eq!(fast, naive);
        assert!(fast.iter().filter(|&&x| x != 0.0).count() > 500, "something is left of the images");
    }
}
