//! The nonlinearities and their derivatives at a point.
//!
//! The GPU clamps the argument of tanh to ±10, because some drivers return NaN beyond. In f32 that changes no bit
//! (tanh is ±1 from 9.1 on); in f64 it would, and is not needed.

use crate::engine::cpu::Real;
use crate::model::Activation;

/// √(2/π) of the tanh form of GELU.
const GELU_SCALE: f64 = 0.797_884_560_802_865_4;
/// The cubic coefficient of the same.
const GELU_CUBIC: f64 = 0.044715;

/// `activation(x)`.
pub fn value<T: Real>(activation: Activation, x: T) -> T {
    match activation {
        Activation::Gelu => {
            let half = T::from_f64(0.5);
            half * x * (T::ONE + gelu_argument(x).tanh())
        }
        Activation::Silu => x * sigmoid(x),
        // max(x, 0) + ln(1 + e^−|x|): never overflows, and is symmetric about x/2.
        Activation::Softplus => x.max(T::ZERO) + (T::ONE + (-x.abs()).exp()).ln(),
        Activation::Tanh => x.tanh(),
        Activation::Relu => x.max(T::ZERO),
    }
}

/// `activation′(x)`; ReLU's at 0 is 0.
pub fn derivative<T: Real>(activation: Activation, x: T) -> T {
    match activation {
        Activation::Gelu => {
            let half = T::from_f64(0.5);
            let t = gelu_argument(x).tanh();
            let slope = T::from_f64(GELU_SCALE) * (T::ONE + T::from_f64(3.0 * GELU_CUBIC) * x * x);
            half * (T::ONE + t) + half * x * (T::ONE - t * t) * slope
        }
        Activation::Silu => {
            let s = sigmoid(x);
            s * (T::ONE + x * (T::ONE - s))
        }
        Activation::Softplus => sigmoid(x),
        Activation::Tanh => {
            let t = x.tanh();
            T::ONE - t * t
        }
        Activation::Relu if x > T::ZERO => T::ONE,
        Activation::Relu => T::ZERO,
    }
}

fn gelu_argument<T: Real>(x: T) -> T {
    T::from_f64(GELU_SCALE) * (x + T::from_f64(GELU_CUBIC) * x * x * x)
}

/// 1/(1 + e^−x), with the exponential of a number that is never positive.
fn sigmoid<T: Real>(x: T) -> T {
    let e = (-x.abs()).exp();
    let numerator = if x >= T::ZERO { T::ONE } else { e };
    numerator / (T::ONE + e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_the_slopes() {
        for activation in Activation::ALL {
            for i in -60..=60 {
                let x = f64::from(i) * 0.1 + 0.03;
                let slope = (value(activation, x + 1e-6) - value(activation, x - 1e-6)) / 2e-6;
                let error = (derivative(activation, x) - slope).abs();
                assert!(error < 1e-9, "{activation:?} at {x}: off by {error:e}");
            }
        }
    }

    #[test]
    fn known_values() {
        let at = |a, x: f64| value(a, x);
        assert!((at(Activation::Gelu, 1.0) - 0.841_191_990_608_3).abs() < 1e-12);
        assert!((at(Activation::Silu, 1.0) - 0.731_058_578_630_0).abs() < 1e-12);
        assert!((at(Activation::Softplus, 0.0) - std::f64::consts::LN_2).abs() < 1e-15);
        assert_eq!(at(Activation::Relu, -1.0), 0.0);
    }

    #[test]
    fn large_arguments_stay_finite() {
        for activation in Activation::ALL {
            for x in [-1e4f32, -100.0, 100.0, 1e4] {
                let limit = if activation == Activation::Tanh { x.signum() } else { x.max(0.0) };
                assert!((value(activation, x) - limit).abs() < 1e-3, "{activation:?}({x})");
                assert!(derivative(activation, x).abs() <= 1.001, "{activation:?}′({x})");
            }
        }
    }
}
