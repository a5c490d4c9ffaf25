//! Several numbers computed with at once, and the choice of how many: 128 bits in the page, 256 with fused
//! multiply-add where an x86 has them, arrays of 128 bits elsewhere.
//!
//! The kernels name their vectors instead of hoping that a loop is vectorised, so that their speed does not depend on
//! the optimisation level the page is built with. [`dispatch`] runs a [`Kernel`] with the widest vectors of the machine.

#[cfg(not(target_arch = "wasm32"))]
mod arrays;
mod pair;
mod single;
#[cfg(target_arch = "wasm32")]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(not(target_arch = "wasm32"))]
pub use arrays::Array;
pub use pair::Pair;
#[cfg(target_arch = "wasm32")]
pub use wasm::{F32x4, F64x2};
#[cfg(target_arch = "x86_64")]
pub use x86::{F32x8, F64x4};

use super::scalar::Scalar;
use std::ops::Range;

/// [`Vector::LEN`] numbers; every operation is lane by lane.
pub trait Vector<T>: Copy {
    /// How many.
    const LEN: usize;

    /// The same number in every lane.
    fn splat(x: T) -> Self;
    /// The first numbers of `x`; panics where there are too few.
    fn load(x: &[T]) -> Self;
    /// The numbers from `x` on.
    ///
    /// # Safety
    /// They can be read; no alignment is asked for.
    unsafe fn load_from(x: *const T) -> Self;
    /// The numbers of `x` from `at` on.
    ///
    /// # Safety
    /// `at + LEN ≤ x.len()`: the inner loops check once for many.
    #[inline(always)]
    unsafe fn load_at(x: &[T], at: usize) -> Self {
        // SAFETY: as the caller promises.
        unsafe { Self::load_from(x.as_ptr().add(at)) }
    }
    /// Overwrites the first numbers of `x`; panics where there are too few.
    fn store(self, x: &mut [T]);
    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self − other`.
    fn sub(self, other: Self) -> Self;
    /// `self · other`.
    fn mul(self, other: Self) -> Self;
    /// `self / other`.
    fn div(self, other: Self) -> Self;
    /// `self + a · b`, rounded once where the machine can, else twice.
    fn plus_product(self, a: Self, b: Self) -> Self;
    /// `self` where it is larger, else `other`, also where one is NaN.
    fn larger(self, other: Self) -> Self;
    /// `self` where it is smaller, else `other`, also where one is NaN.
    fn smaller(self, other: Self) -> Self;
    /// 1 where the number is positive, else 0.
    fn is_positive(self) -> Self;
    /// `self · 2^n` with n in the lowest bits of `shifted`'s significands; nothing overflows.
    fn times_two_to(self, shifted: Self) -> Self;
    /// `f` of each.
    fn map(self, f: impl Fn(T) -> T) -> Self;
    /// The sum of all lanes, pairwise.
    fn sum(self) -> T;
    /// `to[j][i] = from[i][j]`, or `+=`, for `LEN` rows of `LEN` numbers, neighbouring rows `from_row` and `to_row` apart;
    /// panics where there are too few.
    fn transpose(from: &[T], from_row: usize, to: &mut [T], to_row: usize, accumulate: bool);
}

/// `to[j][i] = from[i][j]`, or `+=`, for `rows` of `columns` numbers, neighbouring rows `from_row` and `to_row` apart.
#[inline(always)]
pub fn transpose<T: Scalar, V: Vector<T>>(
    from: &[T],
    from_row: usize,
    to: &mut [T],
    to_row: usize,
    [rows, columns]: [usize; 2],
    accumulate: bool,
) {
    let [whole_rows, whole_columns] = [rows, columns].map(|len| len / V::LEN * V::LEN);
    for row in (0..whole_rows).step_by(V::LEN) {
        for column in (0..whole_columns).step_by(V::LEN) {
            let (from, to) = (&from[row * from_row + column..], &mut to[column * to_row + row..]);
            V::transpose(from, from_row, to, to_row, accumulate);
        }
    }
    let mut singly = |rows: Range<usize>, columns: Range<usize>| {
        for row in rows {
            for column in columns.clone() {
                let (from, to) = (&from[row * from_row + column..], &mut to[column * to_row + row..]);
                <T as Vector<T>>::transpose(from, 1, to, 1, accumulate);
            }
        }
    };
    singly(whole_rows..rows, 0..columns);
    singly(0..whole_rows, whole_columns..columns);
}

/// `to = v`, or `to += v`.
#[inline(always)]
fn put<T, V: Vector<T>>(v: V, to: &mut [T], accumulate: bool) {
    let v = if accumulate { V::load(to).add(v) } else { v };
    v.store(to);
}

/// Work that is written for any vectors. `run` and what it calls are `#[inline(always)]`: only then are they compiled for
/// the instructions that [`dispatch`] chooses.
pub trait Kernel<T: Scalar> {
    /// Does it.
    fn run<V: Vector<T>>(self);
}

/// Runs `kernel` with the widest vectors of this machine.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
pub fn dispatch<T: Scalar>(kernel: impl Kernel<T>) {
    kernel.run::<T::Plain>();
}

/// Runs `kernel` with the widest vectors of this machine.
#[cfg(target_arch = "x86_64")]
pub fn dispatch<T: Scalar>(kernel: impl Kernel<T>) {
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the instructions the function is compiled for were found.
        unsafe { wide(kernel) }
    } else {
        kernel.run::<T::Plain>();
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn wide<T: Scalar>(kernel: impl Kernel<T>) {
    kernel.run::<T::Wide>();
}

#[cfg(test)]
mod tests;
