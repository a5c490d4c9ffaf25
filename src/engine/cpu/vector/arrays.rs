//! Vectors as arrays, for machines whose instructions are not named here: the compiler finds 128 bits.

use super::{Vector, put};
use std::array::from_fn;

/// `N` numbers.
#[derive(Clone, Copy)]
pub struct Array<T, const N: usize>([T; N]);

impl<T, V, const N: usize> Vector<T> for Array<V, N>
where
    T: Copy + std::ops::Add<Output = T>,
    V: Vector<T>,
{
    const LEN: usize = N;

    #[inline(always)]
    fn splat(x: T) -> Self {
        Self([V::splat(x); N])
    }
    #[inline(always)]
    fn load(x: &[T]) -> Self {
        let x: &[T; N] = x.first_chunk().expect("enough numbers");
        Self(x.map(V::splat))
    }
    #[inline(always)]
    unsafe fn load_from(x: *const T) -> Self {
        // SAFETY: as the caller promises.
        Self(unsafe { x.cast::<[T; N]>().read_unaligned() }.map(V::splat))
    }
    #[inline(always)]
    fn store(self, x: &mut [T]) {
        let x: &mut [T; N] = x.first_chunk_mut().expect("enough numbers");
        *x = self.0.map(V::sum);
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].add(other.0[i])))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].sub(other.0[i])))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].mul(other.0[i])))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].div(other.0[i])))
    }
    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        Self(from_fn(|i| self.0[i].plus_product(a.0[i], b.0[i])))
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].larger(other.0[i])))
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self(from_fn(|i| self.0[i].smaller(other.0[i])))
    }
    #[inline(always)]
    fn is_positive(self) -> Self {
        Self(self.0.map(V::is_positive))
    }
    #[inline(always)]
    fn times_two_to(self, shifted: Self) -> Self {
        Self(from_fn(|i| self.0[i].times_two_to(shifted.0[i])))
    }
    #[inline(always)]
    fn map(self, f: impl Fn(T) -> T) -> Self {
        Self(self.0.map(|v| v.map(&f)))
    }
    #[inline(always)]
    fn sum(self) -> T {
        let mut lanes = self.0.map(V::sum);
        let mut width = N / 2;
        while width > 0 {
            for i in 0..width {
                lanes[i] = lanes[i] + lanes[i + width];
            }
            width /= 2;
        }
        lanes[0]
    }
    #[inline(always)]
    fn transpose(from: &[T], from_row: usize, to: &mut [T], to_row: usize, accumulate: bool) {
        let rows: [Self; N] = from_fn(|i| Self::load(&from[i * from_row..]));
        for j in 0..N {
            put(Self(rows.map(|row| row.0[j])), &mut to[j * to_row..], accumulate);
        }
    }
}
