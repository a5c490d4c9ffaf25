//! Activations and their slopes, in the form that vectorises: GELU and tanh through the logistic function.

use super::scalar::Scalar;
use crate::model::Activation;

/// Writes f(z) and f'(z) for every z. Slices of equal length.
pub fn value_and_slope<T: Scalar>(activation: Activation, z: &[T], value: &mut [T], slope: &mut [T]) {
    match activation {
        Activation::Gelu => apply(z, value, slope, gelu),
        Activation::Silu => apply(z, value, slope, silu),
        Activation::Softplus => apply(z, value, slope, softplus),
        Activation::Tanh => apply(z, value, slope, tanh),
        Activation::Relu => apply(z, value, slope, relu),
    }
}

#[inline(always)]
fn apply<T: Scalar>(z: &[T], value: &mut [T], slope: &mut [T], f: impl Fn(T) -> (T, T)) {
    for ((&z, value), slope) in z.iter().zip(value).zip(slope) {
        (*value, *slope) = f(z);
    }
}

/// x/2 · (1 + tanh y) = x · σ(2y) with y = √(2/π)(x + 0.044715 x³).
#[inline(always)]
fn gelu<T: Scalar>(x: T) -> (T, T) {
    let two_root = T::from_f64(2.0 * (2.0 / std::f64::consts::PI).sqrt());
    let cubic = T::from_f64(0.044715);
    let three = T::from_f64(3.0);
    let s = (two_root * (x + cubic * x * x * x)).sigmoid();
    let inner_slope = two_root * (T::ONE + three * cubic * x * x);
    (x * s, s + x * s * (T::ONE - s) * inner_slope)
}

#[inline(always)]
fn silu<T: Scalar>(x: T) -> (T, T) {
    let s = x.sigmoid();
    (x * s, s + x * s * (T::ONE - s))
}

#[inline(always)]
fn softplus<T: Scalar>(x: T) -> (T, T) {
    let magnitude = x.abs();
    let positive = x.max(T::ZERO);
    let small = (-magnitude.limited(T::ZERO, T::EXP_LIMIT)).exp_in_range();
    (positive + small.ln_1p(), x.sigmoid())
}

#[inline(always)]
fn tanh<T: Scalar>(x: T) -> (T, T) {
    let two = T::from_f64(2.0);
    let t = two * (two * x).sigmoid() - T::ONE;
    (t, T::ONE - t * t)
}

#[inline(always)]
fn relu<T: Scalar>(x: T) -> (T, T) {
    if x > T::ZERO { (x, T::ONE) } else { (T::ZERO, T::ZERO) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(activation: Activation, z: f64) -> (f64, f64) {
        let (mut value, mut slope) = ([0.0], [0.0]);
        value_and_slope(activation, &[z], &mut value, &mut slope);
        (value[0], slope[0])
    }

    #[test]
    fn closed_forms() {
        for i in -60..=60 {
            let x = f64::from(i) * 0.15;
            let y = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x.powi(3));
            for (activation, want) in [
                (Activation::Gelu, 0.5 * x * (1.0 + y.tanh())),
                (Activation::Silu, x / (1.0 + (-x).exp())),
                (Activation::Softplus, x.exp().ln_1p()),
                (Activation::Tanh, x.tanh()),
                (Activation::Relu, x.max(0.0)),
            ] {
                let got = at(activation, x).0;
                assert!((got - want).abs() < 1e-14 * (1.0 + want.abs()), "{activation:?}({x}) = {got}, not {want}");
            }
        }
    }

    #[test]
    fn slopes_are_the_central_differences() {
        for activation in Activation::ALL {
            for i in -40..=40 {
                let x = f64::from(i) * 0.1 + 0.037;
                let h = 1e-5;
                let want = (at(activation, x + h).0 - at(activation, x - h).0) / (2.0 * h);
                assert!((at(activation, x).1 - want).abs() < 1e-8, "{activation:?} at {x}");
            }
        }
    }
}
