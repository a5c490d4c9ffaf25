//! Normalise, then activate; and back. One computation for every [`NormGeometry`].
//!
//! The normalised value is not kept: the backward pass computes it again from the input, which the tensors hold anyway.
//! What threads share out are the outer blocks of the geometry, each contiguous in memory.

use super::activation::{Pointwise, WithActivation, with};
use super::reference::norm_forward::inverse_deviation;
use super::scalar::Scalar;
use super::sum::Sum;
use super::team::Team;
use super::vector::{Kernel, Pair, Vector, dispatch};
use crate::model::{Activation, NormGeometry};
use std::ops::Range;

/// What the backward pass needs of the forward pass, beside the input.
#[derive(Clone, Debug)]
pub struct NormTape<T> {
    /// The activation's slope at the normalised input, `[c, n, h, w]`.
    pub slope: Vec<T>,
    /// Mean and 1/√(var + ε) of each set; the latter 0 for a constant set.
    pub moments: Vec<[T; 2]>,
}

impl<T: Scalar> NormTape<T> {
    /// Room for `len` elements in `sets` sets.
    pub fn new(len: usize, sets: usize) -> Self {
        Self { slope: vec![T::ZERO; len], moments: vec![[T::ZERO; 2]; sets] }
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
    let block = block_len(geometry);
    let maps = input.chunks(block).zip(output.chunks_mut(block)).zip(tape.slope.chunks_mut(block));
    let epsilon = T::from_f64(epsilon);
    team.each(maps.zip(tape.moments.chunks_mut(geometry.inner)), |(((input, output), slope), moments)| {
        dispatch(Forward { geometry, activation, epsilon, input, output, slope, moments });
    });
}

/// Gradient with respect to the input, from the gradient with respect to the output; overwrites `input_gradient`, or
/// adds to it. `input` is that of the forward pass.
pub fn backward<T: Scalar>(
    geometry: &NormGeometry,
    input: &[T],
    tape: &NormTape<T>,
    output_gradient: &[T],
    input_gradient: &mut [T],
    accumulate: bool,
    team: &Team,
) {
    let block = block_len(geometry);
    let maps = input.chunks(block).zip(tape.slope.chunks(block)).zip(output_gradient.chunks(block));
    let work = maps.zip(tape.moments.chunks(geometry.inner)).zip(input_gradient.chunks_mut(block));
    team.each(work, |((((input, slope), dy), moments), dx)| {
        dispatch(Backward { geometry, input, slope, dy, moments, dx, accumulate });
    });
}

/// Elements of the sets that share an outer block; they fill it.
fn block_len(geometry: &NormGeometry) -> usize {
    geometry.inner * geometry.set_len()
}

/// The runs of set `set` of the first outer block.
fn ranges(geometry: &NormGeometry, set: usize) -> impl Iterator<Item = Range<usize>> {
    let (base, len, stride) = (geometry.base(set), geometry.run_len, geometry.run_stride);
    (0..geometry.runs).map(move |r| base + r * stride..base + r * stride + len)
}

/// One outer block.
struct Forward<'a, T> {
    geometry: &'a NormGeometry,
    activation: Activation,
    epsilon: T,
    input: &'a [T],
    output: &'a mut [T],
    slope: &'a mut [T],
    moments: &'a mut [[T; 2]],
}

impl<T: Scalar> Kernel<T> for Forward<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { geometry, activation, epsilon, input, output, slope, moments } = self;
        let count = T::from_f64(geometry.set_len() as f64);
        for (set, moments) in moments.iter_mut().enumerate() {
            let mut sum = Sum::<T, V>::new();
            ranges(geometry, set).for_each(|range| sum.add(&input[range]));
            let mean = sum.total() / count;
            let mut squares = Sum::<T, V>::new();
            ranges(geometry, set).for_each(|range| squares.add_squares(&input[range], mean));
            *moments = [mean, inverse_deviation(mean, squares.total() / count, epsilon)];
        }
        with(activation, Apply::<T, V> { geometry, input, output, slope, moments, vector: std::marker::PhantomData });
    }
}

/// The second half of [`Forward`].
struct Apply<'a, T, V> {
    geometry: &'a NormGeometry,
    input: &'a [T],
    output: &'a mut [T],
    slope: &'a mut [T],
    moments: &'a [[T; 2]],
    vector: std::marker::PhantomData<V>,
}

impl<T: Scalar, V: Vector<T>> WithActivation for Apply<'_, T, V> {
    #[inline(always)]
    fn run<A: Pointwise>(self) {
        for (set, &moments) in self.moments.iter().enumerate() {
            for range in ranges(self.geometry, set) {
                let (x, y, slope) =
                    (&self.input[range.clone()], &mut self.output[range.clone()], &mut self.slope[range]);
                let whole = x.len() / V::LEN * V::LEN;
                activate::<A, T, V>(&x[..whole], &mut y[..whole], &mut slope[..whole], moments);
                activate::<A, T, T>(&x[whole..], &mut y[whole..], &mut slope[whole..], moments);
            }
        }
    }
}

#[inline(always)]
fn activate<A: Pointwise, T: Scalar, V: Vector<T>>(x: &[T], y: &mut [T], slope: &mut [T], moments: [T; 2]) {
    let (mean, inverse_std) = (V::splat(moments[0]), V::splat(moments[1]));
    let maps = x.chunks_exact(V::LEN).zip(y.chunks_exact_mut(V::LEN)).zip(slope.chunks_exact_mut(V::LEN));
    for ((x, y), slope) in maps {
        let (value, slope_value) = A::at(V::load(x).sub(mean).mul(inverse_std));
        value.store(y);
        slope_value.store(slope);
    }
}

/// One outer block.
struct Backward<'a, T> {
    geometry: &'a NormGeometry,
    input: &'a [T],
    slope: &'a [T],
    dy: &'a [T],
    moments: &'a [[T; 2]],
    dx: &'a mut [T],
    accumulate: bool,
}

impl<T: Scalar> Kernel<T> for Backward<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { geometry, input, slope, dy, moments, dx, accumulate } = self;
        let count = T::from_f64(geometry.set_len() as f64);
        for (set, &[mean, inverse_std]) in moments.iter().enumerate() {
            // With g the gradient at the normalised value z: Σ g and Σ g (x − mean).
            let (mut sum, mut product) = (Sum::<T, V>::new(), Sum::<T, V>::new());
            for range in ranges(geometry, set) {
                add_gradients(&mut sum, &mut product, [&input[range.clone()], &slope[range.clone()], &dy[range]], mean);
            }
            let mean_gradient = sum.total() / count;
            let mean_product = product.total() / count * inverse_std;
            let numbers = [mean, inverse_std, mean_gradient, mean_product];
            for range in ranges(geometry, set) {
                let whole = range.start + range.len() / V::LEN * V::LEN;
                for (part, single) in [(range.start..whole, false), (whole..range.end, true)] {
                    let maps = [&input[part.clone()], &slope[part.clone()], &dy[part.clone()]];
                    if single {
                        input_gradient::<T, T>(maps, &mut dx[part], numbers, accumulate);
                    } else {
                        input_gradient::<T, V>(maps, &mut dx[part], numbers, accumulate);
                    }
                }
            }
        }
    }
}

/// dx = (g − mean(g) − z·mean(g z)) / √(var + ε).
#[inline(always)]
fn input_gradient<T: Scalar, V: Vector<T>>(maps: [&[T]; 3], dx: &mut [T], numbers: [T; 4], accumulate: bool) {
    let [mean, inverse_std, mean_gradient, mean_product] = numbers;
    let (mean, inverse_std) = (V::splat(mean), V::splat(inverse_std));
    let (mean_gradient, mean_product) = (V::splat(mean_gradient), V::splat(mean_product));
    let [x, slope, dy] = maps;
    let (x, slope, dy) = (x.chunks_exact(V::LEN), slope.chunks_exact(V::LEN), dy.chunks_exact(V::LEN));
    for (((x, slope), dy), dx) in x.zip(slope).zip(dy).zip(dx.chunks_exact_mut(V::LEN)) {
        let z = V::load(x).sub(mean).mul(inverse_std);
        let g = V::load(dy).mul(V::load(slope));
        let value = inverse_std.mul(g.sub(mean_gradient).sub(z.mul(mean_product)));
        let value = if accumulate { V::load(dx).add(value) } else { value };
        value.store(dx);
    }
}

/// Adds g = dy · slope to `sum` and g · (x − mean) to `product`; the maps are x, slope and dy.
#[inline(always)]
fn add_gradients<T: Scalar, V: Vector<T>>(sum: &mut Sum<T, V>, product: &mut Sum<T, V>, maps: [&[T]; 3], mean: T) {
    let [x, slope, dy] = maps;
    let (x, slope, dy) = (x.chunks_exact(4 * V::LEN), slope.chunks_exact(4 * V::LEN), dy.chunks_exact(4 * V::LEN));
    for ((&x, &slope), &dy) in x.remainder().iter().zip(slope.remainder()).zip(dy.remainder()) {
        sum.rest += dy * slope;
        product.rest += dy * slope * (x - mean);
    }
    let mean = Pair::<Pair<V>>::splat(mean);
    for ((x, slope), dy) in x.zip(slope).zip(dy) {
        let g = Pair::load(dy).mul(Pair::load(slope));
        sum.lanes = sum.lanes.add(g);
        product.lanes = product.lanes.plus_product(g, Pair::load(x).sub(mean));
    }
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
                    backward(&g, &x, &tape, &dy, &mut got, accumulate, &team);
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
        backward(&g, &x, &tape, &[1.0; 24], &mut dx, false, &team);
        assert!(y[..12].iter().chain(&dx[..12]).all(|&v| v == 0.0));
        assert!(y[12..].iter().all(|&v| v != 0.0));
    }
}
