//! The gradient through the activation and the normalisation.

use super::activation;
use crate::engine::cpu::Real;
use crate::model::{Activation, NormGeometry};

/// With `x̂ = (x − mean) · rstd` and `d = dy · activation′(x̂)`:
/// `dx = rstd · (d − avg(d) − x̂ · avg(d · x̂))`, averages over the set; exact with ε too. Added to `dx` with `accumulate`.
#[allow(clippy::too_many_arguments, reason = "the operands of the operation, as the kernel has them")]
pub fn norm_backward<T: Real>(
    x: &[T],
    dy: &[T],
    geometry: &NormGeometry,
    activation: Activation,
    mean: &[T],
    rstd: &[T],
    dx: &mut [T],
    accumulate: bool,
) {
    let count = T::from_f64(geometry.set_len() as f64);
    for s in 0..geometry.sets {
        let normalised = |i: usize| (x[i] - mean[s]) * rstd[s];
        let d = |i: usize| dy[i] * activation::derivative(activation, normalised(i));
        let avg_d = geometry.indices(s).map(d).sum::<T>() / count;
        let avg_dx = geometry.indices(s).map(|i| d(i) * normalised(i)).sum::<T>() / count;
        for i in geometry.indices(s) {
            let gradient = rstd[s] * (d(i) - avg_d - normalised(i) * avg_dx);
            dx[i] = if accumulate { dx[i] + gradient } else { gradient };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, dot, norms, randoms, slope};
    use super::super::norm_forward;
    use super::*;

    #[test]
    fn it_is_the_slope_of_the_forward_pass() {
        for (g, len) in norms() {
            for activation in Activation::ALL {
                for epsilon in [0.0, 0.3] {
                    let (x, dy) = (randoms(7, len), randoms(8, len));
                    let (mut y, mut mean, mut rstd) = (vec![0.0; len], vec![0.0; g.sets], vec![0.0; g.sets]);
                    norm_forward(&x, &g, activation, epsilon, &mut y, &mut mean, &mut rstd);
                    let mut dx = vec![1.0; len];
                    norm_backward(&x, &dy, &g, activation, &mean, &rstd, &mut dx, true);
                    dx.iter_mut().for_each(|dx| *dx -= 1.0);
                    let expected = slope(&x, |x| {
                        let (mut mean, mut rstd) = (mean.clone(), rstd.clone());
                        norm_forward(x, &g, activation, epsilon, &mut y, &mut mean, &mut rstd);
                        dot(&y, &dy)
                    });
                    assert_close(&dx, &expected, 1e-6);
                }
            }
        }
    }

    #[test]
    fn a_constant_set_has_gradient_0() {
        for (g, len) in norms() {
            let mut dx = vec![9.0f32; len];
            let (mean, rstd) = (vec![3.0; g.sets], vec![0.0; g.sets]);
            norm_backward(&vec![3.0; len], &vec![1.5; len], &g, Activation::Gelu, &mean, &rstd, &mut dx, false);
            assert!(dx.iter().all(|&d| d == 0.0));
        }
    }
}
