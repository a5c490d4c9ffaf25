//! Activations and their slopes, in vectors: GELU and tanh through the logistic function.

use super::scalar::{Scalar, exp_in_range, limited, sigmoid};
use super::vector::Vector;
use crate::model::Activation;

/// f and f' of every lane.
pub trait Pointwise {
    /// f(x) and f'(x).
    fn at<T: Scalar, V: Vector<T>>(x: V) -> (V, V);
}

/// Something to do with an activation known when it is compiled. `run` is `#[inline(always)]`, as in a
/// `Kernel` of vectors.
pub trait WithActivation {
    /// Does it.
    fn run<A: Pointwise>(self);
}

/// Does `work` with `activation`.
#[inline(always)]
pub fn with(activation: Activation, work: impl WithActivation) {
    match activation {
        Activation::Gelu => work.run::<Gelu>(),
        Activation::Silu => work.run::<Silu>(),
        Activation::Softplus => work.run::<Softplus>(),
        Activation::Tanh => work.run::<Tanh>(),
        Activation::Relu => work.run::<Relu>(),
    }
}

/// x/2 · (1 + tanh y) = x · σ(2y) with y = √(2/π)(x + 0.044715 x³).
pub struct Gelu;
/// x · σ(x).
pub struct Silu;
/// ln(1 + eˣ).
pub struct Softplus;
/// tanh x.
pub struct Tanh;
/// max(x, 0).
pub struct Relu;

impl Pointwise for Gelu {
    #[inline(always)]
    fn at<T: Scalar, V: Vector<T>>(x: V) -> (V, V) {
        let two_root = 2.0 * (2.0 / std::f64::consts::PI).sqrt();
        let linear = V::splat(T::from_f64(two_root));
        let cubic = V::splat(T::from_f64(two_root * 0.044715));
        let three_cubic = V::splat(T::from_f64(two_root * 3.0 * 0.044715));
        let square = x.mul(x);
        let s = sigmoid(x.mul(linear.add(cubic.mul(square))));
        let value = x.mul(s);
        let inner_slope = linear.add(three_cubic.mul(square));
        (value, s.add(value.mul(V::splat(T::ONE).sub(s)).mul(inner_slope)))
    }
}

impl Pointwise for Silu {
    #[inline(always)]
    fn at<T: Scalar, V: Vector<T>>(x: V) -> (V, V) {
        let s = sigmoid(x);
        let value = x.mul(s);
        (value, s.add(value.mul(V::splat(T::ONE).sub(s))))
    }
}

impl Pointwise for Softplus {
    #[inline(always)]
    fn at<T: Scalar, V: Vector<T>>(x: V) -> (V, V) {
        let zero = V::splat(T::ZERO);
        let positive = x.larger(zero);
        // −|x|: NaN stays NaN.
        let minus = zero.sub(x);
        let small = exp_in_range(limited(x.smaller(minus)));
        (positive.add(small.map(T::ln_1p)), sigmoid(x))
    }
}

impl Pointwise for Tanh {
    #[inline(always)]
    fn at<T: Scalar, V: Vector<T>>(x: V) -> (V, V) {
        let one = V::splat(T::ONE);
        let s = sigmoid(x.add(x));
        let t = s.add(s).sub(one);
        (t, one.sub(t.mul(t)))
    }
}

impl Pointwise for Relu {
    #[inline(always)]
    fn at<T: Scalar, V: Vector<T>>(x: V) -> (V, V) {
        (x.larger(V::splat(T::ZERO)), x.is_positive())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct At<'a>(f64, &'a mut (f64, f64));

    impl WithActivation for At<'_> {
        #[inline(always)]
        fn run<A: Pointwise>(self) {
            *self.1 = A::at(self.0);
        }
    }

    fn at(activation: Activation, z: f64) -> (f64, f64) {
        let mut result = (0.0, 0.0);
        with(activation, At(z, &mut result));
        result
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

    #[test]
    fn a_nan_is_not_hidden_by_a_smooth_activation() {
        for activation in [Activation::Gelu, Activation::Silu, Activation::Softplus, Activation::Tanh] {
            assert!(at(activation, f64::NAN).0.is_nan(), "{activation:?}");
        }
    }
}
