//! Normalisation, then the activation.

use super::activation;
use crate::engine::cpu::Real;
use crate::model::{Activation, NormGeometry};

/// With ε = 0 a set counts as constant if its variance is at most this times its squared mean: 2⁻⁴⁰. A test that knows
/// no scale, so that twins of different size decide alike; rounding residue of a constant stays under it.
pub const CONSTANT: f64 = 1.0 / (1u64 << 40) as f64;

/// `y = activation((x − mean) · rstd)` in each set; stores `mean` and `rstd = 1/√(var + ε)`, `[sets]` each. The variance
/// is biased (÷ N) and taken in a second pass. With ε = 0 a constant set has `rstd` 0: output activation(0), gradient 0.
pub fn norm_forward<T: Real>(
    x: &[T],
    geometry: &NormGeometry,
    activation: Activation,
    epsilon: T,
    y: &mut [T],
    mean: &mut [T],
    rstd: &mut [T],
) {
    let count = T::from_f64(geometry.set_len() as f64);
    for s in 0..geometry.sets {
        let m = geometry.indices(s).map(|i| x[i]).sum::<T>() / count;
        let var = geometry.indices(s).map(|i| (x[i] - m) * (x[i] - m)).sum::<T>() / count;
        let r = inverse_deviation(m, var, epsilon);
        for i in geometry.indices(s) {
            y[i] = activation::value(activation, (x[i] - m) * r);
        }
        (mean[s], rstd[s]) = (m, r);
    }
}

/// 1/√(var + ε), or 0 for a constant set when ε is 0.
pub fn inverse_deviation<T: Real>(mean: T, var: T, epsilon: T) -> T {
    if epsilon == T::ZERO && var <= T::from_f64(CONSTANT) * mean * mean {
        T::ZERO
    } else {
        T::ONE / (var + epsilon).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{assert_close, norms, randoms};
    use super::*;

    fn run<T: Real>(x: &[T], g: &NormGeometry, activation: Activation, epsilon: f64) -> (Vec<T>, Vec<T>) {
        let (mut y, mut mean, mut rstd) = (vec![T::ZERO; x.len()], vec![T::ZERO; g.sets], vec![T::ZERO; g.sets]);
        norm_forward(x, g, activation, T::from_f64(epsilon), &mut y, &mut mean, &mut rstd);
        (y, rstd)
    }

    #[test]
    fn its_scale_does_not_matter() {
        for (g, len) in norms() {
            let x = randoms(5, len);
            let (y, _) = run(&x, &g, Activation::Gelu, 0.0);
            for exponent in [-90, -3, 80] {
                let scaled: Vec<f64> = x.iter().map(|&x| x * 2f64.powi(exponent)).collect();
                assert_eq!(run(&scaled, &g, Activation::Gelu, 0.0).0, y, "a power of two is exact");
            }
            let scaled: Vec<f64> = x.iter().map(|&x| x * 0.037).collect();
            assert_close(&run(&scaled, &g, Activation::Gelu, 0.0).0, &y, 1e-13);
            // A positive ε scales with the square.
            let (y, _) = run(&x, &g, Activation::Gelu, 0.1);
            assert_close(&run(&scaled, &g, Activation::Gelu, 0.1 * 0.037 * 0.037).0, &y, 1e-13);
        }
    }

    #[test]
    fn a_set_has_mean_0_and_variance_1() {
        for (g, len) in norms() {
            let x = randoms(6, len);
            let (mut y, mut mean, mut rstd) = (vec![0.0; len], vec![0.0; g.sets], vec![0.0; g.sets]);
            // Softplus⁻¹ would do; with ReLU of +x and −x the normalised value is the difference.
            norm_forward(&x, &g, Activation::Relu, 0.0, &mut y, &mut mean, &mut rstd);
            let minus: Vec<f64> = x.iter().map(|x| -x).collect();
            let (other, _) = run(&minus, &g, Activation::Relu, 0.0);
            for s in 0..g.sets {
                let z = || g.indices(s).map(|i| y[i] - other[i]);
                let n = g.set_len() as f64;
                assert!((z().sum::<f64>() / n).abs() < 1e-12);
                assert!((z().map(|z| z * z).sum::<f64>() / n - 1.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn a_constant_set_gives_activation_of_0_at_every_scale() {
        for (g, len) in norms() {
            for value in [0.0f32, 0.1, -3e-20, 7e15] {
                let (y, rstd) = run(&vec![value; len], &g, Activation::Softplus, 0.0);
                let expected = activation::value(Activation::Softplus, 0.0f32);
                assert!(y.iter().all(|&y| y == expected) && rstd.iter().all(|&r| r == 0.0), "{value}");
            }
            let (y, rstd) = run(&vec![3.0f64; len], &g, Activation::Softplus, 1e-5);
            assert!(y.iter().all(|&y| y == std::f64::consts::LN_2) && rstd.iter().all(|&r| r > 300.0));
        }
    }
}
