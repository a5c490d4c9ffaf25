//! Convolutions, directly: register tiles of channels × positions over padded planes (`grid.rs`), nothing unfolded.
//!
//! Threads share out output channels (of the gradient: input channels); every number is computed by one of them, in an
//! order that does not depend on how many there are.

mod grid;
mod kernels;
mod passes;

use super::scalar::Scalar;
use super::team::Team;
use super::vector::dispatch;
use crate::model::ConvGeometry;
use grid::{Grid, SLACK};
use kernels::{ROWS, Shifts};

/// A convolution with its tables.
pub struct Convolution {
    grid: Grid,
    phases: Vec<Phase>,
    /// Where the taps of all input channels read the planes of a block; in the order of the weights.
    shifts: Shifts,
}

/// The input's pixels at one position modulo the stride.
struct Phase {
    /// Row and column modulo the stride.
    at: [usize; 2],
    /// Its taps, in the order of the weights.
    taps: Vec<usize>,
    /// Where they read the planes of the output's gradient, for all output channels.
    shifts: Shifts,
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
    /// With the tables for `g`; maps keep their size but for the stride, as in every plan.
    pub fn new(g: ConvGeometry) -> Self {
        let grid = Grid::new(g);
        let (plane, taps, used) = (grid.plane(), grid.taps(), grid.phases());
        let mut shifts = Vec::new();
        for channel in 0..g.input.c {
            for tap in &taps {
                let phase = used.iter().position(|&at| at == tap.phase).expect("every tap's phase is used");
                shifts.push(((channel * used.len() + phase) * plane + tap.in_input) as u32);
            }
        }
        let mut phases = Vec::new();
        for at in (0..g.stride).flat_map(|y| (0..g.stride).map(move |x| [y, x])) {
            let own: Vec<usize> = (0..taps.len()).filter(|&tap| taps[tap].phase == at).collect();
            let mut shifts = Vec::new();
            for channel in 0..g.output.c {
                shifts.extend(own.iter().map(|&tap| (channel * plane + taps[tap].in_output) as u32));
            }
            phases.push(Phase { at, taps: own, shifts: Shifts::new(shifts) });
        }
        Self { phases, shifts: Shifts::new(shifts), grid }
    }

    /// Planes of an input's block for each channel.
    fn input_planes(&self) -> usize {
        self.phases.iter().filter(|phase| !phase.taps.is_empty()).count()
    }

    fn fan_in(&self) -> usize {
        self.shifts.values().len()
    }

    /// Numbers of the weights, in tiles of either direction.
    fn weights_len(&self) -> usize {
        let (g, taps) = (&self.grid.g, self.grid.g.kernel * self.grid.g.kernel);
        let padded = |c: usize| c.next_multiple_of(ROWS);
        taps * (padded(g.output.c) * g.input.c).max(g.output.c * padded(g.input.c))
    }

    /// Numbers of room for one thread: planes of both maps, and a tile over a block.
    fn part_len(&self) -> usize {
        let g = &self.grid.g;
        (g.input.c * self.input_planes() + g.output.c) * self.grid.plane() + ROWS * self.flat_row()
    }

    /// Numbers of one channel's results over a block.
    fn flat_row(&self) -> usize {
        self.grid.block * self.grid.image + SLACK
    }

    /// Channels a thread takes, of `channels` in all: whole tiles.
    fn share(channels: usize, team: &Team) -> usize {
        team.share(channels.div_ceil(ROWS)) * ROWS
    }

    /// `output = weight ∗ input`; weight `[out, in, k, k]`, maps `[c, n, h, w]`.
    pub fn forward<T: Scalar>(&self, input: &[T], weight: &[T], output: &mut [T], room: &mut Room<T>, team: &Team) {
        let (g, fan_in) = (&self.grid.g, self.fan_in());
        let tiles = &mut room.weights[..g.output.c.next_multiple_of(ROWS) * fan_in];
        for (at, tile) in tiles.chunks_exact_mut(ROWS).enumerate() {
            let (first, k) = (at / fan_in * ROWS, at % fan_in);
            for (r, to) in tile.iter_mut().enumerate() {
                *to = weight.get((first + r) * fan_in + k).copied().unwrap_or(T::ZERO);
            }
        }
        let (share, len) = (Self::share(g.output.c, team), g.n * g.output.h * g.output.w);
        let work = output.chunks_mut(share * len).zip(tiles.chunks(share * fan_in));
        team.each(work.zip(room.parts.chunks_mut(self.part_len())), |((output, weights), part)| {
            dispatch(passes::Forward { conv: self, input, weights, output, part });
        });
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
        let (g, fan_in) = (&self.grid.g, self.fan_in());
        let (share, len) = (Self::share(g.output.c, team), g.n * g.output.h * g.output.w);
        let work = gradient.chunks_mut(share * fan_in).zip(output_gradient.chunks(share * len));
        team.each(work.zip(room.parts.chunks_mut(self.part_len())), |((gradient, output_gradient), part)| {
            dispatch(passes::WeightGradient { conv: self, input, output_gradient, gradient, part });
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
        let (g, taps) = (&self.grid.g, self.grid.g.kernel * self.grid.g.kernel);
        // One tile of channels: for each phase its taps for all output channels.
        let tile_len = g.output.c * taps * ROWS;
        let tiles = &mut room.weights[..g.input.c.div_ceil(ROWS) * tile_len];
        for (index, tile) in tiles.chunks_exact_mut(tile_len).enumerate() {
            let mut to = tile.chunks_exact_mut(ROWS);
            for phase in &self.phases {
                for c in 0..g.output.c {
                    for (&tap, to) in phase.taps.iter().zip(&mut to) {
                        for (r, to) in to.iter_mut().enumerate() {
                            let channel = index * ROWS + r;
                            let known = channel < g.input.c;
                            *to = if known { weight[(c * g.input.c + channel) * taps + tap] } else { T::ZERO };
                        }
                    }
                }
            }
        }
        let (share, len) = (Self::share(g.input.c, team), g.n * g.input.h * g.input.w);
        let work = gradient.chunks_mut(share * len).zip(tiles.chunks(share / ROWS * tile_len));
        team.each(work.zip(room.parts.chunks_mut(self.part_len())), |((gradient, weights), part)| {
            dispatch(passes::InputGradient { conv: self, weights, output_gradient, gradient, accumulate, part });
        });
    }
}

// Native: ndarray is not compiled for the page.
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
