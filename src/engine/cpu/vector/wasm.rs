//! The 128-bit vectors of WebAssembly. The page is compiled for a browser that has them.

use super::{Vector, put};
use core::arch::wasm32::*;

macro_rules! vector {
    ($name:ident, $type:ident, $len:literal, $significand:literal, $one:expr, $shift:ident, $int_add:ident,
     $transposed:ident [$($lane:literal)*] [$splat:ident $add:ident $sub:ident $mul:ident $div:ident $pmax:ident $pmin:ident $gt:ident]) => {
        /// One vector.
        #[derive(Clone, Copy)]
        pub struct $name(v128);

        impl $name {
            #[inline(always)]
            fn lanes(self) -> [$type; $len] {
                let mut lanes = [0.0; $len];
                self.store(&mut lanes);
                lanes
            }
        }

        impl Vector<$type> for $name {
            const LEN: usize = $len;

            #[inline(always)]
            fn splat(x: $type) -> Self {
                Self($splat(x))
            }
            #[inline(always)]
            fn load(x: &[$type]) -> Self {
                let x: &[$type; $len] = x.first_chunk().expect("enough numbers");
                // SAFETY: 16 readable bytes; no alignment is asked for.
                Self(unsafe { v128_load(x.as_ptr().cast()) })
            }
            #[inline(always)]
            unsafe fn load_from(x: *const $type) -> Self {
                // SAFETY: as the caller promises.
                Self(unsafe { v128_load(x.cast()) })
            }
            #[inline(always)]
            fn store(self, x: &mut [$type]) {
                let x: &mut [$type; $len] = x.first_chunk_mut().expect("enough numbers");
                // SAFETY: 16 writable bytes; no alignment is asked for.
                unsafe { v128_store(x.as_mut_ptr().cast(), self.0) }
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self($add(self.0, other.0))
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self($sub(self.0, other.0))
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self($mul(self.0, other.0))
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                Self($div(self.0, other.0))
            }
            #[inline(always)]
            fn plus_product(self, a: Self, b: Self) -> Self {
                self.add(a.mul(b))
            }
            // pmax(a, b) is b where a < b, else a; pmin the same.
            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                Self($pmax(other.0, self.0))
            }
            #[inline(always)]
            fn smaller(self, other: Self) -> Self {
                Self($pmin(other.0, self.0))
            }
            #[inline(always)]
            fn is_positive(self) -> Self {
                Self(v128_and($gt(self.0, $splat(0.0)), $splat(1.0)))
            }
            #[inline(always)]
            fn times_two_to(self, shifted: Self) -> Self {
                Self($int_add(self.0, $shift(shifted.0, $significand)))
            }
            #[inline(always)]
            fn map(self, f: impl Fn($type) -> $type) -> Self {
                Self::load(&self.lanes().map(f))
            }
            #[inline(always)]
            fn sum(self) -> $type {
                $one(self.lanes())
            }
            #[inline(always)]
            fn transpose(from: &[$type], from_row: usize, to: &mut [$type], to_row: usize, accumulate: bool) {
                let columns = $transposed([$(Self::load(&from[$lane * from_row..]).0),*]);
                $(put(Self(columns[$lane]), &mut to[$lane * to_row..], accumulate);)*
            }
        }
    };
}

vector!(F32x4, f32, 4, 23, |x: [f32; 4]| (x[0] + x[2]) + (x[1] + x[3]), i32x4_shl, i32x4_add,
    transposed_4 [0 1 2 3] [f32x4_splat f32x4_add f32x4_sub f32x4_mul f32x4_div f32x4_pmax f32x4_pmin f32x4_gt]);
vector!(F64x2, f64, 2, 52, |x: [f64; 2]| x[0] + x[1], i64x2_shl, i64x2_add,
    transposed_2 [0 1] [f64x2_splat f64x2_add f64x2_sub f64x2_mul f64x2_div f64x2_pmax f64x2_pmin f64x2_gt]);

/// A square of four.
#[inline(always)]
fn transposed_4([a, b, c, d]: [v128; 4]) -> [v128; 4] {
    let (ab, cd) = (i32x4_shuffle::<0, 4, 1, 5>(a, b), i32x4_shuffle::<0, 4, 1, 5>(c, d));
    let (ab_high, cd_high) = (i32x4_shuffle::<2, 6, 3, 7>(a, b), i32x4_shuffle::<2, 6, 3, 7>(c, d));
    [
        i64x2_shuffle::<0, 2>(ab, cd),
        i64x2_shuffle::<1, 3>(ab, cd),
        i64x2_shuffle::<0, 2>(ab_high, cd_high),
        i64x2_shuffle::<1, 3>(ab_high, cd_high),
    ]
}

/// A square of two.
#[inline(always)]
fn transposed_2([a, b]: [v128; 2]) -> [v128; 2] {
    [i64x2_shuffle::<0, 2>(a, b), i64x2_shuffle::<1, 3>(a, b)]
}
