//! The two inner loops: sums over channels and taps at one pixel, and sums over pixels for one tap; both for a block of
//! images, of which every vector holds a part.

use super::table::Pairs;
use crate::engine::cpu::scalar::Scalar;
use crate::engine::cpu::vector::{Pair, Vector};

/// Channels that are computed at once.
pub const ROWS: usize = 4;

/// Planes of several channels, `[c, pixel, image]`.
#[derive(Clone, Copy)]
pub struct Planes<'a, T> {
    /// One channel's behind another.
    pub data: &'a [T],
    /// Numbers of one channel.
    pub len: usize,
}

impl<'a, T> Planes<'a, T> {
    /// How many.
    #[inline(always)]
    pub fn channels(&self) -> usize {
        self.data.len() / self.len
    }

    /// The plane of `channel`; that of the last one for those behind it.
    #[inline(always)]
    pub fn channel(&self, channel: usize) -> &'a [T] {
        &self.data[channel.min(self.channels() - 1) * self.len..][..self.len]
    }
}

/// `Σ_[tap, pixel] Σ_c weights[tap][c][row] · planes[c][pixel]`: [`ROWS`] rows of one number an image.
#[inline(always)]
pub fn tile<T: Scalar, V: Vector<T>>(pairs: Pairs, weights: &[T], planes: Planes<T>) -> [V; ROWS] {
    let [_, pixel_end] = pairs.ends();
    assert!(pixel_end * V::LEN <= planes.len, "the links stay inside");
    let channels = planes.channels();
    let zero = V::splat(T::ZERO);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    for &[tap, pixel] in pairs.list() {
        // The innermost loop is over channels: their weights and pixels lie at constant distances.
        let of_tap = &weights[tap as usize * channels * ROWS..][..channels * ROWS];
        let mut at = pixel as usize * V::LEN;
        for w in of_tap.as_chunks::<ROWS>().0 {
            // SAFETY: no pair reaches the end just checked, and there are as many planes as weights.
            let x = unsafe { V::load_at(planes.data, at) };
            at += planes.len;
            a = a.plus_product(V::splat(w[0]), x);
            b = b.plus_product(V::splat(w[1]), x);
            c = c.plus_product(V::splat(w[2]), x);
            d = d.plus_product(V::splat(w[3]), x);
        }
    }
    [a, b, c, d]
}

/// `Σ_[output, input] Σ_image rows[r][output] · columns[s][input]` over blocks of `2 V::LEN` images.
#[inline(always)]
pub fn dots<T: Scalar, V: Vector<T>>(pairs: Pairs, rows: [&[T]; ROWS], columns: [&[T]; 2]) -> [[T; 2]; ROWS] {
    let [output_end, input_end] = pairs.ends();
    let block = Pair::<V>::LEN;
    let ([a, b, c, d], [x, y]) = (rows, columns);
    assert!(output_end * block <= a.len().min(b.len()).min(c.len()).min(d.len()), "the outputs stay inside");
    assert!(input_end * block <= x.len().min(y.len()), "the inputs stay inside");
    let zero = V::splat(T::ZERO);
    let (mut ax, mut bx, mut cx, mut dx) = (zero, zero, zero, zero);
    let (mut ay, mut by, mut cy, mut dy) = (zero, zero, zero, zero);
    for &[output, input] in pairs.list() {
        let (output, input) = (output as usize * block, input as usize * block);
        // SAFETY: no pair reaches the ends just checked.
        let (x, y) = unsafe { (Pair::load_at(x, input), Pair::load_at(y, input)) };
        // SAFETY: the same.
        let [a, b, c, d]: [Pair<V>; ROWS] = unsafe {
            [Pair::load_at(a, output), Pair::load_at(b, output), Pair::load_at(c, output), Pair::load_at(d, output)]
        };
        (ax, ay) = (a.add_products(x, ax), a.add_products(y, ay));
        (bx, by) = (b.add_products(x, bx), b.add_products(y, by));
        (cx, cy) = (c.add_products(x, cx), c.add_products(y, cy));
        (dx, dy) = (d.add_products(x, dx), d.add_products(y, dy));
    }
    [[ax.sum(), ay.sum()], [bx.sum(), by.sum()], [cx.sum(), cy.sum()], [dx.sum(), dy.sum()]]
}
