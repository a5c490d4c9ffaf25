//! Normalise, then activate; and back. One computation for every [`NormGeometry`].
//!
//! The normalised value is not kept: the backward pass computes it again from the input, which the tensors hold anyway.
//! What threads share out are the outer blocks of the geometry, each contiguous in memory. Where there are fewer than
//! threads (LayerNorm has one), they share out the sets, whose sums only read, and then the channels.

mod kernels;

use super::scalar::Scalar;
use super::team::Team;
use super::vector::dispatch;
use crate::model::{Activation, NormGeometry};
use kernels::{Apply, InputGradient, Means, Moments};

/// What the backward pass needs of the forward pass, beside the input.
#[derive(Clone, Debug)]
pub struct NormTape<T> {
    /// The activation's slope at the normalised input, `[c, n, h, w]`.
    pub slope: Vec<T>,
    /// Mean and 1/√(var + ε) of each set; the latter 0 for a constant set.
    pub moments: Vec<[T; 2]>,
    /// Room for the backward pass: of each set the means of the gradient at the normalised value z, and of that times z.
    means: Vec<[T; 2]>,
}

impl<T: Scalar> NormTape<T> {
    /// Room for `len` elements in `sets` sets.
    pub fn new(len: usize, sets: usize) -> Self {
        let room = vec![[T::ZERO; 2]; sets];
        Self { slope: vec![T::ZERO; len], moments: room.clone(), means: room }
    }
}

/// `output = activation((input − mean) / √(var + ε))` set by set; biased variance, in two passes.
pub fn forward<T: Scalar>(
    geometry: &NormGeometry,
    activation: Activation,
    epsilon: f64,
    input: &[T],
    tape: &mut NormTape<T>,
    output: &mut [T],
    team: &Team,
) {
    let NormTape { slope, moments, .. } = tape;
    let (epsilon, block) = (T::from_f64(epsilon), block_len(geometry));
    if blocks_suffice(geometry, team) {
        let maps = input.chunks(block).zip(output.chunks_mut(block)).zip(slope.chunks_mut(block));
        team.each(maps.zip(moments.chunks_mut(geometry.inner)), |(((input, output), slope), moments)| {
            dispatch(Moments { geometry, epsilon, input, first: 0, moments });
            dispatch(Apply { geometry, activation, input, output, slope, moments });
        });
        return;
    }
    let share = team.share(geometry.sets);
    team.each(moments.chunks_mut(share).enumerate(), |(i, moments)| {
        dispatch(Moments { geometry, epsilon, input, first: i * share, moments });
    });
    let (channel, len) = (&one_run(geometry), block / geometry.runs);
    let maps = input.chunks(len).zip(output.chunks_mut(len)).zip(slope.chunks_mut(len));
    team.each(maps.enumerate(), |(i, ((input, output), slope))| {
        let moments = of_block(moments, geometry, i);
        dispatch(Apply { geometry: channel, activation, input, output, slope, moments });
    });
}

/// Gradient with respect to the input, from the gradient with respect to the output; overwrites `input_gradient`, or
/// adds to it. `input` is that of the forward pass.
pub fn backward<T: Scalar>(
    geometry: &NormGeometry,
    input: &[T],
    tape: &mut NormTape<T>,
    output_gradient: &[T],
    input_gradient: &mut [T],
    accumulate: bool,
    team: &Team,
) {
    let NormTape { slope, moments, means } = tape;
    let block = block_len(geometry);
    if blocks_suffice(geometry, team) {
        let maps = input.chunks(block).zip(slope.chunks(block)).zip(output_gradient.chunks(block));
        let sets = moments.chunks(geometry.inner).zip(means.chunks_mut(geometry.inner));
        let work = maps.zip(sets).zip(input_gradient.chunks_mut(block));
        team.each(work, |((((x, slope), dy), (moments, means)), dx)| {
            dispatch(Means { geometry, maps: [x, slope, dy], first: 0, moments, means });
            dispatch(InputGradient { geometry, maps: [x, slope, dy], moments, means, dx, accumulate });
        });
        return;
    }
    let share = team.share(geometry.sets);
    team.each(moments.chunks(share).zip(means.chunks_mut(share)).enumerate(), |(i, (moments, means))| {
        dispatch(Means { geometry, maps: [input, slope, output_gradient], first: i * share, moments, means });
    });
    let (channel, len) = (&one_run(geometry), block / geometry.runs);
    let maps = input.chunks(len).zip(slope.chunks(len)).zip(output_gradient.chunks(len));
    team.each(maps.zip(input_gradient.chunks_mut(len)).enumerate(), |(i, (((x, slope), dy), dx))| {
        let (moments, means) = (of_block(moments, geometry, i), of_block(means, geometry, i));
        dispatch(InputGradient { geometry: channel, maps: [x, slope, dy], moments, means, dx, accumulate });
    });
}

/// Elements of the sets that share an outer block; they fill it.
fn block_len(geometry: &NormGeometry) -> usize {
    geometry.inner * geometry.set_len()
}

/// Whether every thread has an outer block: then one reads it while it is in the cache.
fn blocks_suffice(geometry: &NormGeometry, team: &Team) -> bool {
    geometry.runs == 1 || geometry.sets / geometry.inner >= team.threads()
}

/// The geometry inside one channel of a block: a run of each set.
fn one_run(geometry: &NormGeometry) -> NormGeometry {
    NormGeometry { runs: 1, ..*geometry }
}

/// What belongs to the sets that have a run in channel `channel`.
fn of_block<'a, T>(of_sets: &'a [T], geometry: &NormGeometry, channel: usize) -> &'a [T] {
    &of_sets[channel / geometry.runs * geometry.inner..][..geometry.inner]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::cpu::reference::check::{assert_close, randoms};
    use crate::engine::cpu::reference::{norm_backward, norm_forward};
    use crate::model::{Norm, Shape};

    /// 9 images of 6 × 5 × 7: no length is a multiple of the lanes.
    const SHAPE: Shape = Shape { c: 6, h: 5, w: 7 };
    const N: usize = 9;

    #[test]
    fn agrees_with_the_naive_twin() {
        let len = N * SHAPE.len();
        let x: Vec<f64> = randoms(1, len).iter().enumerate().map(|(i, x)| 3.0 + x * (1.0 + (i % 7) as f64)).collect();
        let dy = randoms(2, len);
        for norm in [Norm::Batch, Norm::Group(2), Norm::Layer, Norm::Instance] {
            for activation in Activation::ALL {
                for (epsilon, accumulate, team) in [(0.0, false, Team::new(1)), (0.3, true, Team::new(3))] {
                    let g = norm.geometry(N, SHAPE);
                    let (mut mean, mut rstd) = (vec![0.0; g.sets], vec![0.0; g.sets]);
                    let (mut want, mut got) = (vec![0.0; len], vec![0.0; len]);
                    norm_forward(&x, &g, activation, epsilon, &mut want, &mut mean, &mut rstd);
                    let mut tape = NormTape::new(len, g.sets);
                    forward(&g, activation, epsilon, &x, &mut tape, &mut got, &team);
                    assert_close(&got, &want, 1e-13);
                    let (mut want, mut got) = (vec![0.5; len], vec![0.5; len]);
                    norm_backward(&x, &dy, &g, activation, &mean, &rstd, &mut want, accumulate);
                    backward(&g, &x, &mut tape, &dy, &mut got, accumulate, &team);
                    assert_close(&got, &want, 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_constant_channel_gives_zero_and_no_gradient() {
        let g = Norm::Batch.geometry(3, Shape { c: 2, h: 2, w: 2 });
        let x: Vec<f32> = (0..24).map(|i| if i < 12 { 0.1 } else { i as f32 }).collect();
        let (mut tape, mut y, mut dx) = (NormTape::new(24, 2), vec![7.0; 24], vec![7.0; 24]);
        let team = Team::new(1);
        forward(&g, Activation::Tanh, 0.0, &x, &mut tape, &mut y, &team);
        backward(&g, &x, &mut tape, &[1.0; 24], &mut dx, false, &team);
        assert!(y[..12].iter().chain(&dx[..12]).all(|&v| v == 0.0));
        assert!(y[12..].iter().all(|&v| v != 0.0));
    }
}
