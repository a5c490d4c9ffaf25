//! Convolutions, directly: the images of a block lie side by side, one in each lane, and a table (`table.rs`) says which
//! pixels a tap connects. Nothing is unfolded, nothing is padded, and no product is with a zero of the border.
//!
//! Threads share out output channels (of the gradient: input channels); every number is computed by one of them, in an
//! order that does not depend on how many there are.

mod kernels;
mod passes;
mod table;

use super::scalar::Scalar;
use super::team::Team;
use super::vector::dispatch;
use crate::model::ConvGeometry;
use kernels::ROWS;
use passes::{Maps, Sums, WeightGradient};
use table::Table;

/// A convolution with its table.
pub struct Convolution {
    g: ConvGeometry,
    table: Table,
}

/// Room that convolutions share, one after another.
pub struct Room<T> {
    /// Weights in the order the tiles read them.
    weights: Vec<T>,
    /// A part for each thread.
    parts: Vec<T>,
}

impl<T: Scalar> Room<T> {
    /// Enough for each of `convolutions` on `threads` threads.
    pub fn new<'a>(convolutions: impl Iterator<Item = &'a Convolution> + Clone, threads: usize) -> Self {
        let most = |len: fn(&Convolution) -> usize| convolutions.clone().map(len).max().unwrap_or(0);
        Self {
            weights: vec![T::ZERO; most(Convolution::weights_len)],
            parts: vec![T::ZERO; threads * most(Convolution::part_len)],
        }
    }
}

impl Convolution {
    /// With the table for `g`.
    pub fn new(g: ConvGeometry) -> Self {
        Self { table: Table::new(&g), g }
    }

    /// Numbers of the weights, in tiles of either direction.
    fn weights_len(&self) -> usize {
        let [input, output] = [self.g.input.c, self.g.output.c];
        let padded = |c: usize| c.next_multiple_of(ROWS);
        self.table.taps * (padded(output) * input).max(output * padded(input))
    }

    /// Numbers of room for one thread.
    fn part_len(&self) -> usize {
        passes::room([(self.g.input.c, self.table.input), (self.g.output.c, self.table.output)])
    }

    /// Channels a thread takes, of `channels` in all: whole tiles.
    fn share(channels: usize, team: &Team) -> usize {
        team.share(channels.div_ceil(ROWS)) * ROWS
    }

    /// `output = weight ∗ input`; weight `[out, in, k, k]`, maps `[c, n, h, w]`.
    pub fn forward<T: Scalar>(&self, input: &[T], weight: &[T], output: &mut [T], room: &mut Room<T>, team: &Team) {
        let (table, [from, to]) = (&self.table, [self.g.input.c, self.g.output.c]);
        let weights =
            pack(&mut room.weights, [from, table.taps, to], |c, tap, row| (row * from + c) * table.taps + tap, weight);
        let (source, room) = (self.input_maps(input), &mut room.parts[..]);
        let (links, taps) = (&table.forward, table.taps);
        self.share_out(Sums { links, source, weights, taps, results: output, accumulate: false, room }, team);
    }

    /// Gradient with respect to the weights; overwrites. Blocks of images are added in order.
    pub fn weight_gradient<T: Scalar>(
        &self,
        input: &[T],
        output_gradient: &[T],
        gradient: &mut [T],
        room: &mut Room<T>,
        team: &Team,
    ) {
        let (table, share) = (&self.table, Self::share(self.g.output.c, team));
        let work = gradient.chunks_mut(share * self.g.input.c * table.taps);
        let work = work.zip(output_gradient.chunks(share * self.g.n * table.output));
        team.each(work.zip(room.parts.chunks_mut(self.part_len())), |((gradient, output_gradient), room)| {
            let [input, output_gradient] = [self.input_maps(input), self.output_maps(output_gradient)];
            dispatch(WeightGradient { table, input, output_gradient, gradient, room });
        });
    }

    /// Gradient with respect to the input; overwrites, or adds.
    pub fn input_gradient<T: Scalar>(
        &self,
        weight: &[T],
        output_gradient: &[T],
        gradient: &mut [T],
        accumulate: bool,
        room: &mut Room<T>,
        team: &Team,
    ) {
        let (table, [from, to]) = (&self.table, [self.g.output.c, self.g.input.c]);
        let weights =
            pack(&mut room.weights, [from, table.taps, to], |c, tap, row| (c * to + row) * table.taps + tap, weight);
        let (source, room) = (self.output_maps(output_gradient), &mut room.parts[..]);
        let (links, taps) = (&table.backward, table.taps);
        self.share_out(Sums { links, source, weights, taps, results: gradient, accumulate, room }, team);
    }

    /// Does `sums`, whose room has a part for each thread: each takes some channels of the results.
    fn share_out<T: Scalar>(&self, sums: Sums<T>, team: &Team) {
        let Sums { links, source, weights, taps, results, accumulate, room } = sums;
        let (map, fan_in) = (source.n * links.results(), source.channels() * taps);
        let share = Self::share(results.len() / map, team);
        let work = results.chunks_mut(share * map).zip(weights.chunks(share * fan_in));
        team.each(work.zip(room.chunks_mut(self.part_len())), |((results, weights), room)| {
            dispatch(Sums { links, source, weights, taps, results, accumulate, room });
        });
    }

    fn input_maps<'a, T>(&self, data: &'a [T]) -> Maps<'a, T> {
        Maps { data, n: self.g.n, pixels: self.table.input }
    }

    fn output_maps<'a, T>(&self, data: &'a [T]) -> Maps<'a, T> {
        Maps { data, n: self.g.n, pixels: self.table.output }
    }
}

/// Weights in tiles `[tile, tap, c, row]` for `[channels, taps, rows]` in all; `at` says where one lies. Rows behind the last
/// are 0.
fn pack<'a, T: Scalar>(
    tiles: &'a mut [T],
    [channels, taps, rows]: [usize; 3],
    at: impl Fn(usize, usize, usize) -> usize,
    weight: &[T],
) -> &'a [T] {
    let tiles = &mut tiles[..rows.next_multiple_of(ROWS) * channels * taps];
    for (index, tile) in tiles.chunks_exact_mut(channels * taps * ROWS).enumerate() {
        for (k, to) in tile.chunks_exact_mut(ROWS).enumerate() {
            for (r, to) in to.iter_mut().enumerate() {
                let row = index * ROWS + r;
                *to = if row < rows { weight[at(k % channels, k / channels, row)] } else { T::ZERO };
            }
        }
    }
    tiles
}

// Native: ndarray is not compiled for the page.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
