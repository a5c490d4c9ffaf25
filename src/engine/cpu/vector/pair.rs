//! Two vectors side by side. Fields and not an array: nothing is left to the unrolling of a loop.

use super::Vector;

/// The lanes of the first, then those of the second.
#[derive(Clone, Copy)]
pub struct Pair<V>(V, V);

impl<V> Pair<V> {
    /// `sum + self · other`, of both halves.
    #[inline(always)]
    pub fn add_products<T>(self, other: Self, sum: V) -> V
    where
        V: Vector<T>,
    {
        sum.plus_product(self.0, other.0).plus_product(self.1, other.1)
    }
}

impl<T: Copy + std::ops::Add<Output = T>, V: Vector<T>> Vector<T> for Pair<V> {
    const LEN: usize = 2 * V::LEN;

    #[inline(always)]
    fn splat(x: T) -> Self {
        let x = V::splat(x);
        Self(x, x)
    }
    #[inline(always)]
    fn load(x: &[T]) -> Self {
        let x = &x[..Self::LEN];
        Self(V::load(x), V::load(&x[V::LEN..]))
    }
    #[inline(always)]
    unsafe fn load_from(x: *const T) -> Self {
        // SAFETY: as the caller promises, for both halves.
        unsafe { Self(V::load_from(x), V::load_from(x.add(V::LEN))) }
    }
    #[inline(always)]
    fn store(self, x: &mut [T]) {
        let x = &mut x[..Self::LEN];
        self.0.store(x);
        self.1.store(&mut x[V::LEN..]);
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0), self.1.add(other.1))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.sub(other.0), self.1.sub(other.1))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0.mul(other.0), self.1.mul(other.1))
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0.div(other.0), self.1.div(other.1))
    }
    #[inline(always)]
    fn plus_product(self, a: Self, b: Self) -> Self {
        Self(self.0.plus_product(a.0, b.0), self.1.plus_product(a.1, b.1))
    }
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        Self(self.0.larger(other.0), self.1.larger(other.1))
    }
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        Self(self.0.smaller(other.0), self.1.smaller(other.1))
    }
    #[inline(always)]
    fn is_positive(self) -> Self {
        Self(self.0.is_positive(), self.1.is_positive())
    }
    #[inline(always)]
    fn times_two_to(self, shifted: Self) -> Self {
        Self(self.0.times_two_to(shifted.0), self.1.times_two_to(shifted.1))
    }
    #[inline(always)]
    fn map(self, f: impl Fn(T) -> T) -> Self {
        Self(self.0.map(&f), self.1.map(&f))
    }
    #[inline(always)]
    fn sum(self) -> T {
        self.0.add(self.1).sum()
    }
    #[inline(always)]
    fn transpose(from: &[T], from_row: usize, to: &mut [T], to_row: usize, accumulate: bool) {
        for row in [0, V::LEN] {
            for column in [0, V::LEN] {
                let (from, to) = (&from[row * from_row + column..], &mut to[column * to_row + row..]);
                V::transpose(from, from_row, to, to_row, accumulate);
            }
        }
    }
}
