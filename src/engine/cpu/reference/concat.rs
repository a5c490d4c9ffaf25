//! Concatenation of two feature maps along the channel, the outermost index in memory.

use crate::engine::cpu::Real;

/// `y[c] = a[c]` for the channels of `a`, then those of `b`.
pub fn concat<T: Real>(a: &[T], b: &[T], y: &mut [T]) {
    for (i, y) in y.iter_mut().enumerate() {
        *y = if i < a.len() { a[i] } else { b[i - a.len()] };
    }
}

/// The gradient of the part that begins at element `first` of the output: `dx[i] = dy[first + i]`, or `dx[i] +=` that
/// where other operations wrote to it before.
pub fn concat_backward<T: Real>(dy: &[T], first: usize, dx: &mut [T], accumulate: bool) {
    for (i, dx) in dx.iter_mut().enumerate() {
        *dx = if accumulate { *dx + dy[first + i] } else { dy[first + i] };
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, dot, randoms, slope};
    use super::*;

    #[test]
    fn the_channels_stand_behind_each_other() {
        // Two images of one pixel: one channel, then two.
        let mut y = [0.0; 6];
        concat(&[1.0, 2.0], &[10.0, 20.0, 30.0, 40.0], &mut y);
        assert_eq!(y, [1.0, 2.0, 10.0, 20.0, 30.0, 40.0]);
    }

    #[test]
    fn its_gradients_are_the_slopes() {
        let (a, b, dy) = (randoms(1, 8), randoms(2, 12), randoms(3, 20));
        let forward = |a: &[f64], b: &[f64]| {
            let mut y = vec![0.0; 20];
            concat(a, b, &mut y);
            dot(&y, &dy)
        };
        for (x, first) in [(&a, 0), (&b, 8)] {
            let expected = slope(x, |x| if first == 0 { forward(x, &b) } else { forward(&a, x) });
            let mut dx = vec![5.0; x.len()];
            concat_backward(&dy, first, &mut dx, false);
            assert_close(&dx, &expected, 1e-9);
            concat_backward(&dy, first, &mut dx, true);
            let twice: Vec<f64> = expected.iter().map(|d| 2.0 * d).collect();
            assert_close(&dx, &twice, 1e-9);
        }
    }
}
