//! Average pooling over 2 × 2 pixels.

use crate::engine::cpu::Real;
use crate::model::PoolGeometry;

/// Calls `visit(x, y)` with the flat indices of every pixel that is read and the output it goes into.
fn each_pixel(g: &PoolGeometry, mut visit: impl FnMut(usize, usize)) {
    let (input, output) = (g.input, g.output());
    for map in 0..input.c * g.n {
        for oh in 0..output.h {
            for ow in 0..output.w {
                for (kh, kw) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                    let x = (map * input.h + 2 * oh + kh) * input.w + 2 * ow + kw;
                    visit(x, (map * output.h + oh) * output.w + ow);
                }
            }
        }
    }
}

/// `y[c, n, h, w] = (x[c, n, 2h, 2w] + x[…, 2w + 1] + x[…, 2h + 1, 2w] + x[…, 2h + 1, 2w + 1]) / 4`.
pub fn avg_pool<T: Real>(x: &[T], y: &mut [T], geometry: &PoolGeometry) {
    y.fill(T::ZERO);
    each_pixel(geometry, |i, o| y[o] += T::from_f64(0.25) * x[i]);
}

/// `dx[c, n, h, w] = dy[c, n, ⌊h/2⌋, ⌊w/2⌋] / 4`, 0 for a dropped row or column; added to `dx` with `accumulate`.
pub fn avg_pool_backward<T: Real>(dy: &[T], dx: &mut [T], geometry: &PoolGeometry, accumulate: bool) {
    if !accumulate {
        dx.fill(T::ZERO);
    }
    each_pixel(geometry, |i, o| dx[i] += T::from_f64(0.25) * dy[o]);
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, dot, pools, randoms, slope};
    use super::*;
    use crate::model::Shape;

    #[test]
    fn means_by_hand() {
        let g = PoolGeometry { n: 1, input: Shape { c: 1, h: 3, w: 5 } };
        let x: Vec<f64> = (1..=15).map(f64::from).collect();
        let mut y = [0.0; 2];
        avg_pool(&x, &mut y, &g);
        assert_eq!(y, [4.0, 6.0]);
        let mut dx = [1.0; 15];
        avg_pool_backward(&[4.0, 8.0], &mut dx, &g, false);
        assert_eq!(dx, [1.0, 1.0, 2.0, 2.0, 0.0, 1.0, 1.0, 2.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn its_gradient_is_the_slope() {
        for g in pools() {
            let (x, dy) = (randoms(1, g.n * g.input.len()), randoms(2, g.n * g.output().len()));
            let expected = slope(&x, |x| {
                let mut y = vec![0.0; dy.len()];
                avg_pool(x, &mut y, &g);
                dot(&y, &dy)
            });
            let mut dx = vec![1.0; x.len()];
            avg_pool_backward(&dy, &mut dx, &g, true);
            dx.iter_mut().for_each(|dx| *dx -= 1.0);
            assert_close(&dx, &expected, 1e-9);
        }
    }
}
