//! f32 and f64 behind one trait, with the few functions the fast path needs in a form that runs in vectors and that
//! gives the same bits on every platform: no call into a system's mathematics library.

use super::Real;
use super::vector::Vector;

/// A floating-point type the engine trains in.
pub trait Scalar: Real + Vector<Self> {
    /// Vectors of 128 bits.
    type Plain: Vector<Self>;
    /// Vectors of 256 bits, where the machine has them.
    #[cfg(target_arch = "x86_64")]
    type Wide: Vector<Self>;

    /// The largest |x| whose exponential and its inverse are both finite.
    const EXP_LIMIT: Self;
    /// 1.5 · 2^p with p the digits of a significand: added to a small number it leaves the nearest integer in the lowest
    /// bits; taken away again, that integer.
    const ROUNDER: Self;
    /// ln 2 in two parts, the first with trailing zeros, so that an integer times it is exact.
    const LN_2: [Self; 2];

    /// e^r for |r| ≤ ln 2 / 2.
    fn exp_of_rest<V: Vector<Self>>(r: V) -> V;

    /// ln(1 + x) for x in 0..=1.
    fn ln_1p(self) -> Self;
}

/// eˣ for |x| ≤ [`Scalar::EXP_LIMIT`], to about one unit in the last place.
#[inline(always)]
pub fn exp_in_range<T: Scalar, V: Vector<T>>(x: V) -> V {
    let rounder = V::splat(T::ROUNDER);
    let shifted = x.mul(V::splat(T::from_f64(std::f64::consts::LOG2_E))).add(rounder);
    let n = shifted.sub(rounder);
    let rest = x.sub(n.mul(V::splat(T::LN_2[0]))).sub(n.mul(V::splat(T::LN_2[1])));
    T::exp_of_rest(rest).times_two_to(shifted)
}

/// `x` limited to ±[`Scalar::EXP_LIMIT`]; NaN stays NaN.
#[inline(always)]
pub fn limited<T: Scalar, V: Vector<T>>(x: V) -> V {
    V::splat(T::EXP_LIMIT).smaller(V::splat(-T::EXP_LIMIT).larger(x))
}

/// 1 / (1 + e^−x).
#[inline(always)]
pub fn sigmoid<T: Scalar, V: Vector<T>>(x: V) -> V {
    let one = V::splat(T::ONE);
    one.div(one.add(exp_in_range(V::splat(T::ZERO).sub(limited(x)))))
}

/// Horner's scheme, the highest coefficient first.
macro_rules! polynomial {
    ($r:ident, $highest:expr $(, $coefficient:expr)*) => {{
        let sum = V::splat($highest);
        $( let sum = sum.mul($r).add(V::splat($coefficient)); )*
        sum
    }};
}

impl Scalar for f32 {
    #[cfg(target_arch = "wasm32")]
    type Plain = super::vector::F32x4;
    #[cfg(not(target_arch = "wasm32"))]
    type Plain = super::vector::Array<f32, 4>;
    #[cfg(target_arch = "x86_64")]
    type Wide = super::vector::F32x8;

    const EXP_LIMIT: f32 = 87.0;
    const ROUNDER: f32 = 12_582_912.0;
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

    /// The polynomial of degree 6 that interpolates at Chebyshev's points: 1e-8 off, less than a fifth of the last place.
    #[inline(always)]
    fn exp_of_rest<V: Vector<f32>>(r: V) -> V {
        polynomial!(r, 1.393_365_2e-3, 8.363_182e-3, 4.166_646_5e-2, 0.166_665_77, 0.5, 1.0, 1.0)
    }

    fn ln_1p(self) -> Self {
        self.to_f64().ln_1p() as f32
    }
}

/// 1/n!.
const fn inverse_factorial(n: u32) -> f64 {
    let (mut product, mut i) = (1.0, 2);
    while i <= n {
        product *= i as f64;
        i += 1;
    }
    1.0 / product
}

impl Scalar for f64 {
    #[cfg(target_arch = "wasm32")]
    type Plain = super::vector::F64x2;
    #[cfg(not(target_arch = "wasm32"))]
    type Plain = super::vector::Array<f64, 2>;
    #[cfg(target_arch = "x86_64")]
    type Wide = super::vector::F64x4;

    const EXP_LIMIT: f64 = 700.0;
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];

    /// Taylor's polynomial of degree 13: 5e-18 off.
    #[inline(always)]
    fn exp_of_rest<V: Vector<f64>>(r: V) -> V {
        const F: [f64; 14] = {
            let (mut all, mut n) = ([0.0; 14], 0);
            while n < 14 {
                all[n] = inverse_factorial(n as u32);
                n += 1;
            }
            all
        };
        polynomial!(r, F[13], F[12], F[11], F[10], F[9], F[8], F[7], F[6], F[5], F[4], F[3], F[2], F[1], F[0])
    }

    fn ln_1p(self) -> Self {
        f64::ln_1p(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponentials_are_good_to_the_last_places() {
        for i in -8_600..=8_600 {
            let x = f64::from(i) * 0.01;
            let relative = (exp_in_range(x) / x.exp() - 1.0).abs();
            assert!(relative < 3e-16 * 4.0, "f64 e^{x}: {relative:e}");
            let x = x as f32;
            let relative = (f64::from(exp_in_range(x)) / f64::from(x).exp() - 1.0).abs();
            assert!(relative < 2.5e-7, "f32 e^{x}: {relative:e}");
        }
    }

    #[test]
    fn sigmoid_is_monotone_and_finite_at_the_ends() {
        for x in [-1e30f32, -200.0, -87.0, 0.0, 87.0, 1e30] {
            let s = sigmoid(x);
            assert!((0.0..=1.0).contains(&s), "{x}: {s}");
        }
        assert_eq!(sigmoid(0f32), 0.5);
        assert_eq!(sigmoid(1e30f64), 1.0);
        assert!(sigmoid(f32::NAN).is_nan());
    }
}
