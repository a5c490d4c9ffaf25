//! One number as a vector of one lane: the ends of rows.

use super::{Vector, put};

macro_rules! single {
    ($type:ident, $significand:expr) => {
        impl Vector<$type> for $type {
            const LEN: usize = 1;

            #[inline(always)]
            fn splat(x: $type) -> Self {
                x
            }
            #[inline(always)]
            fn load(x: &[$type]) -> Self {
                x[0]
            }
            #[inline(always)]
            unsafe fn load_from(x: *const $type) -> Self {
                // SAFETY: as the caller promises.
                unsafe { x.read_unaligned() }
            }
            #[inline(always)]
            fn store(self, x: &mut [$type]) {
                x[0] = self;
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                self / other
            }
            #[inline(always)]
            fn plus_product(self, a: Self, b: Self) -> Self {
                self + a * b
            }
            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn smaller(self, other: Self) -> Self {
                if self < other { self } else { other }
            }
            #[inline(always)]
            fn is_positive(self) -> Self {
                if self > 0.0 { 1.0 } else { 0.0 }
            }
            #[inline(always)]
            fn times_two_to(self, shifted: Self) -> Self {
                $type::from_bits(self.to_bits().wrapping_add(shifted.to_bits() << $significand))
            }
            #[inline(always)]
            fn map(self, f: impl Fn($type) -> $type) -> Self {
                f(self)
            }
            #[inline(always)]
            fn sum(self) -> $type {
                self
            }
            #[inline(always)]
            fn transpose(from: &[$type], _: usize, to: &mut [$type], _: usize, accumulate: bool) {
                put(from[0], to, accumulate);
            }
        }
    };
}

single!(f32, 23);
single!(f64, 52);
