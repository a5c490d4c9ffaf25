//! The two inner loops: sums over taps at many positions, and sums over positions for many taps.

use crate::engine::cpu::scalar::Scalar;
use crate::engine::cpu::vector::Vector;

/// Channels that are computed at once.
pub const ROWS: usize = 4;

/// Where the taps read a plane, with the largest of them, so that one check does for all.
pub struct Shifts {
    values: Vec<u32>,
    largest: usize,
}

impl Shifts {
    /// These.
    pub fn new(values: Vec<u32>) -> Self {
        Self { largest: values.iter().max().map_or(0, |&shift| shift as usize), values }
    }

    /// All of them.
    pub fn values(&self) -> &[u32] {
        &self.values
    }
}

/// `rows[r][i] = Σ_k weights[k][r] · plane[shifts[k] + i]` for `V::LEN` positions and [`ROWS`] channels.
#[inline(always)]
pub fn tile<T: Scalar, V: Vector<T>>(weights: &[T], shifts: &Shifts, plane: &[T]) -> [V; ROWS] {
    assert!(shifts.largest + V::LEN <= plane.len(), "the taps stay inside");
    let zero = V::splat(T::ZERO);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    for (w, &shift) in weights.as_chunks::<ROWS>().0.iter().zip(&shifts.values) {
        // SAFETY: no shift is larger than the one just checked.
        let x = unsafe { V::load_at(plane, shift as usize) };
        a = a.plus_product(V::splat(w[0]), x);
        b = b.plus_product(V::splat(w[1]), x);
        c = c.plus_product(V::splat(w[2]), x);
        d = d.plus_product(V::splat(w[3]), x);
    }
    [a, b, c, d]
}

/// `Σ_i rows[r][i] · taps[k][i]` over the first `len` numbers rounded up to whole vectors: for each of [`ROWS`] channels
/// those of both taps.
#[inline(always)]
pub fn dots<T: Scalar, V: Vector<T>>(rows: [&[T]; ROWS], taps: [&[T]; 2], len: usize) -> [[T; 2]; ROWS] {
    let ([a, b, c, d], [x, y]) = (rows, taps);
    let len = len.next_multiple_of(V::LEN);
    let shortest = a.len().min(b.len()).min(c.len()).min(d.len()).min(x.len()).min(y.len());
    assert!(len <= shortest, "all are long enough");
    let zero = V::splat(T::ZERO);
    let (mut ax, mut bx, mut cx, mut dx) = (zero, zero, zero, zero);
    let (mut ay, mut by, mut cy, mut dy) = (zero, zero, zero, zero);
    let mut at = 0;
    while at < len {
        // SAFETY: `at` and `len` are multiples of the vector's length, and no slice is shorter than `len`.
        let load = |from| unsafe { V::load_at(from, at) };
        let (x, y) = (load(x), load(y));
        let a = load(a);
        (ax, ay) = (ax.plus_product(a, x), ay.plus_product(a, y));
        let b = load(b);
        (bx, by) = (bx.plus_product(b, x), by.plus_product(b, y));
        let c = load(c);
        (cx, cy) = (cx.plus_product(c, x), cy.plus_product(c, y));
        let d = load(d);
        (dx, dy) = (dx.plus_product(d, x), dy.plus_product(d, y));
        at += V::LEN;
    }
    [[ax.sum(), ay.sum()], [bx.sum(), by.sum()], [cx.sum(), cy.sum()], [dx.sum(), dy.sum()]]
}

/// `to = from`, or `to += from`, for a dozen numbers: without a call of memcpy, which costs more than they do.
#[inline(always)]
pub fn put<T: Scalar, V: Vector<T>>(from: &[T], to: &mut [T], accumulate: bool) {
    let from = &from[..to.len()];
    let whole = to.len() / V::LEN * V::LEN;
    let (to, to_rest) = to.split_at_mut(whole);
    let (from, from_rest) = from.split_at(whole);
    for (to, from) in to.chunks_exact_mut(V::LEN).zip(from.chunks_exact(V::LEN)) {
        // Adding 0 is what keeps the compiler from seeing memcpy.
        let start = if accumulate { V::load(to) } else { V::splat(T::ZERO) };
        start.add(V::load(from)).store(to);
    }
    for (to, &from) in to_rest.iter_mut().zip(from_rest) {
        *to = if accumulate { *to + from } else { T::ZERO + from };
    }
}
