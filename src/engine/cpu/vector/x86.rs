//! The 256-bit vectors of x86, with fused multiply-add.
//!
//! SAFETY of every block in this file: the instructions exist, because only [`super::dispatch`] names these types, after it
//! has looked for them; loads and stores touch as many numbers as the checked arrays hold and need no alignment.

use super::{Vector, put};
use core::arch::x86_64::*;

macro_rules! vector {
    ($name:ident, $inner:ident, $type:ident, $len:literal, $significand:literal, $sum:expr,
     $transposed:ident [$($lane:literal)*]
     [$set1:ident $loadu:ident $storeu:ident $add:ident $sub:ident $mul:ident $div:ident $fma:ident $max:ident $min:ident
      $cmp:ident $and:ident $to_int:ident $from_int:ident $int_add:ident $shift:ident]) => {
        /// One vector.
        #[derive(Clone, Copy)]
        pub struct $name($inner);

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
                Self(unsafe { $set1(x) })
            }
            #[inline(always)]
            fn load(x: &[$type]) -> Self {
                let x: &[$type; $len] = x.first_chunk().expect("enough numbers");
                Self(unsafe { $loadu(x.as_ptr()) })
            }
            #[inline(always)]
            unsafe fn load_from(x: *const $type) -> Self {
                Self(unsafe { $loadu(x) })
            }
            #[inline(always)]
            fn store(self, x: &mut [$type]) {
                let x: &mut [$type; $len] = x.first_chunk_mut().expect("enough numbers");
                unsafe { $storeu(x.as_mut_ptr(), self.0) }
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self(unsafe { $add(self.0, other.0) })
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self(unsafe { $sub(self.0, other.0) })
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self(unsafe { $mul(self.0, other.0) })
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                Self(unsafe { $div(self.0, other.0) })
            }
            #[inline(always)]
            fn plus_product(self, a: Self, b: Self) -> Self {
                Self(unsafe { $fma(a.0, b.0, self.0) })
            }
            // Both instructions give their second operand where one is NaN.
            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                Self(unsafe { $max(self.0, other.0) })
            }
            #[inline(always)]
            fn smaller(self, other: Self) -> Self {
                Self(unsafe { $min(self.0, other.0) })
            }
            #[inline(always)]
            fn is_positive(self) -> Self {
                let positive = unsafe { $cmp::<_CMP_GT_OQ>(self.0, $set1(0.0)) };
                Self(unsafe { $and(positive, $set1(1.0)) })
            }
            #[inline(always)]
            fn times_two_to(self, shifted: Self) -> Self {
                Self(unsafe { $from_int($int_add($to_int(self.0), $shift::<$significand>($to_int(shifted.0)))) })
            }
            #[inline(always)]
            fn map(self, f: impl Fn($type) -> $type) -> Self {
                Self::load(&self.lanes().map(f))
            }
            #[inline(always)]
            fn sum(self) -> $type {
                $sum(self.lanes())
            }
            #[inline(always)]
            fn transpose(from: &[$type], from_row: usize, to: &mut [$type], to_row: usize, accumulate: bool) {
                let columns = unsafe { $transposed([$(Self::load(&from[$lane * from_row..]).0),*]) };
                $(put(Self(columns[$lane]), &mut to[$lane * to_row..], accumulate);)*
            }
        }
    };
}

vector!(F32x8, __m256, f32, 8, 23, |x: [f32; 8]| ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7])),
    transposed_8 [0 1 2 3 4 5 6 7]
    [_mm256_set1_ps _mm256_loadu_ps _mm256_storeu_ps _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps
     _mm256_fmadd_ps _mm256_max_ps _mm256_min_ps _mm256_cmp_ps _mm256_and_ps _mm256_castps_si256 _mm256_castsi256_ps
     _mm256_add_epi32 _mm256_slli_epi32]);
vector!(F64x4, __m256d, f64, 4, 52, |x: [f64; 4]| (x[0] + x[2]) + (x[1] + x[3]),
    transposed_4 [0 1 2 3]
    [_mm256_set1_pd _mm256_loadu_pd _mm256_storeu_pd _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd
     _mm256_fmadd_pd _mm256_max_pd _mm256_min_pd _mm256_cmp_pd _mm256_and_pd _mm256_castpd_si256 _mm256_castsi256_pd
     _mm256_add_epi64 _mm256_slli_epi64]);

/// A square of eight.
#[inline(always)]
unsafe fn transposed_8([a, b, c, d, e, f, g, h]: [__m256; 8]) -> [__m256; 8] {
    unsafe {
        let ([a, b, c, d], [e, f, g, h]) = (columns_of_4([a, b, c, d]), columns_of_4([e, f, g, h]));
        [
            _mm256_permute2f128_ps::<0x20>(a, e),
            _mm256_permute2f128_ps::<0x20>(b, f),
            _mm256_permute2f128_ps::<0x20>(c, g),
            _mm256_permute2f128_ps::<0x20>(d, h),
            _mm256_permute2f128_ps::<0x31>(a, e),
            _mm256_permute2f128_ps::<0x31>(b, f),
            _mm256_permute2f128_ps::<0x31>(c, g),
            _mm256_permute2f128_ps::<0x31>(d, h),
        ]
    }
}

/// Of four rows the first four columns, each in the lower half of a vector, and in the upper half the last four.
#[inline(always)]
unsafe fn columns_of_4([a, b, c, d]: [__m256; 4]) -> [__m256; 4] {
    unsafe {
        let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
        let (ab_high, cd_high) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
        [
            _mm256_shuffle_ps::<0x44>(ab, cd),
            _mm256_shuffle_ps::<0xee>(ab, cd),
            _mm256_shuffle_ps::<0x44>(ab_high, cd_high),
            _mm256_shuffle_ps::<0xee>(ab_high, cd_high),
        ]
    }
}

/// A square of four.
#[inline(always)]
unsafe fn transposed_4([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
    unsafe {
        let (ab, cd) = (_mm256_unpacklo_pd(a, b), _mm256_unpacklo_pd(c, d));
        let (ab_odd, cd_odd) = (_mm256_unpackhi_pd(a, b), _mm256_unpackhi_pd(c, d));
        [
            _mm256_permute2f128_pd::<0x20>(ab, cd),
            _mm256_permute2f128_pd::<0x20>(ab_odd, cd_odd),
            _mm256_permute2f128_pd::<0x31>(ab, cd),
            _mm256_permute2f128_pd::<0x31>(ab_odd, cd_odd),
        ]
    }
}
