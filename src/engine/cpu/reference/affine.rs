//! A trainable scale and shift per channel: what the lab's networks must not have, and show here.

use crate::engine::cpu::Real;

/// `y[c, ·] = scale[c] · x[c, ·] + shift[c]`, for as many channels as there are scales.
pub fn affine<T: Real>(x: &[T], scale: &[T], shift: &[T], y: &mut [T]) {
    let channel = x.len() / scale.len();
    for (i, (y, &x)) in y.iter_mut().zip(x).enumerate() {
        *y = scale[i / channel] * x + shift[i / channel];
    }
}

/// `dscale[c] = Σ dy · x`, `dshift[c] = Σ dy`, `dx = scale[c] · dy`; `dx` is added to with `accumulate`, and left alone
/// where it is empty, as the images' is.
pub fn affine_backward<T: Real>(
    x: &[T],
    scale: &[T],
    dy: &[T],
    d_scale: &mut [T],
    d_shift: &mut [T],
    dx: &mut [T],
    accumulate: bool,
) {
    let channel = x.len() / scale.len();
    d_scale.fill(T::ZERO);
    d_shift.fill(T::ZERO);
    for (i, (&x, &dy)) in x.iter().zip(dy).enumerate() {
        d_scale[i / channel] += dy * x;
        d_shift[i / channel] += dy;
    }
    for (i, (dx, &dy)) in dx.iter_mut().zip(dy).enumerate() {
        let gradient = scale[i / channel] * dy;
        *dx = if accumulate { *dx + gradient } else { gradient };
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, dot, randoms, slope};
    use super::*;

    #[test]
    fn its_gradients_are_the_slopes() {
        let (x, dy, scale, shift) = (randoms(1, 30), randoms(2, 30), randoms(3, 5), randoms(4, 5));
        let forward = |x: &[f64], scale: &[f64], shift: &[f64]| {
            let mut y = vec![0.0; 30];
            affine(x, scale, shift, &mut y);
            dot(&y, &dy)
        };
        let (mut d_scale, mut d_shift, mut dx) = (vec![9.0; 5], vec![9.0; 5], vec![1.0; 30]);
        affine_backward(&x, &scale, &dy, &mut d_scale, &mut d_shift, &mut dx, true);
        dx.iter_mut().for_each(|dx| *dx -= 1.0);
        assert_close(&dx, &slope(&x, |x| forward(x, &scale, &shift)), 1e-8);
        assert_close(&d_scale, &slope(&scale, |scale| forward(&x, scale, &shift)), 1e-8);
        assert_close(&d_shift, &slope(&shift, |shift| forward(&x, &scale, shift)), 1e-8);
    }
}
