//! Sums over sets, and what is computed of each element with them.

use super::NormGeometry;
use crate::engine::cpu::activation::{Pointwise, WithActivation, with};
use crate::engine::cpu::reference::norm_forward::inverse_deviation;
use crate::engine::cpu::scalar::Scalar;
use crate::engine::cpu::sum::Sum;
use crate::engine::cpu::vector::{Kernel, Pair, Vector};
use crate::model::Activation;
use std::ops::Range;

/// The runs of set `set`.
fn ranges(geometry: &NormGeometry, set: usize) -> impl Iterator<Item = Range<usize>> {
    let (base, len, stride) = (geometry.base(set), geometry.run_len, geometry.run_stride);
    (0..geometry.runs).map(move |r| base + r * stride..base + r * stride + len)
}

/// Mean and 1/√(var + ε) of the sets from `first` on, as many as `moments` has room for.
pub struct Moments<'a, T> {
    pub geometry: &'a NormGeometry,
    pub epsilon: T,
    pub input: &'a [T],
    pub first: usize,
    pub moments: &'a mut [[T; 2]],
}

impl<T: Scalar> Kernel<T> for Moments<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { geometry, epsilon, input, first, moments } = self;
        let count = T::from_f64(geometry.set_len() as f64);
        for (i, moments) in moments.iter_mut().enumerate() {
            let mut sum = Sum::<T, V>::new();
            ranges(geometry, first + i).for_each(|range| sum.add(&input[range]));
            let mean = sum.total() / count;
            let mut squares = Sum::<T, V>::new();
            ranges(geometry, first + i).for_each(|range| squares.add_squares(&input[range], mean));
            *moments = [mean, inverse_deviation(mean, squares.total() / count, epsilon)];
        }
    }
}

/// The normalised value activated, and the slope there; of the first sets, as many as `moments` are given.
pub struct Apply<'a, T> {
    pub geometry: &'a NormGeometry,
    pub activation: Activation,
    pub input: &'a [T],
    pub output: &'a mut [T],
    pub slope: &'a mut [T],
    pub moments: &'a [[T; 2]],
}

impl<T: Scalar> Kernel<T> for Apply<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        with(self.activation, Activate::<T, V>(self, std::marker::PhantomData));
    }
}

struct Activate<'a, T, V>(Apply<'a, T>, std::marker::PhantomData<V>);

impl<T: Scalar, V: Vector<T>> WithActivation for Activate<'_, T, V> {
    #[inline(always)]
    fn run<A: Pointwise>(self) {
        let Apply { geometry, input, output, slope, moments, .. } = self.0;
        for (set, &moments) in moments.iter().enumerate() {
            for range in ranges(geometry, set) {
                let (x, y, slope) = (&input[range.clone()], &mut output[range.clone()], &mut slope[range]);
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

/// Means over the sets from `first` on of g, the gradient at the normalised value z, and of g z.
pub struct Means<'a, T> {
    pub geometry: &'a NormGeometry,
    /// Input, slope, gradient of the output.
    pub maps: [&'a [T]; 3],
    pub first: usize,
    pub moments: &'a [[T; 2]],
    pub means: &'a mut [[T; 2]],
}

impl<T: Scalar> Kernel<T> for Means<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { geometry, maps, first, moments, means } = self;
        let count = T::from_f64(geometry.set_len() as f64);
        for (i, (&[mean, inverse_std], means)) in moments.iter().zip(means).enumerate() {
            // Σ g and Σ g (x − mean).
            let (mut sum, mut product) = (Sum::<T, V>::new(), Sum::<T, V>::new());
            for range in ranges(geometry, first + i) {
                add_gradients(&mut sum, &mut product, maps.map(|map| &map[range.clone()]), mean);
            }
            *means = [sum.total() / count, product.total() / count * inverse_std];
        }
    }
}

/// The gradient of the first sets, as many as `moments` and `means` are given.
pub struct InputGradient<'a, T> {
    pub geometry: &'a NormGeometry,
    /// Input, slope, gradient of the output.
    pub maps: [&'a [T]; 3],
    pub moments: &'a [[T; 2]],
    pub means: &'a [[T; 2]],
    pub dx: &'a mut [T],
    pub accumulate: bool,
}

impl<T: Scalar> Kernel<T> for InputGradient<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { geometry, maps, moments, means, dx, accumulate } = self;
        for (set, (&[mean, inverse_std], &[mean_gradient, mean_product])) in moments.iter().zip(means).enumerate() {
            let numbers = [mean, inverse_std, mean_gradient, mean_product];
            for range in ranges(geometry, set) {
                let whole = range.start + range.len() / V::LEN * V::LEN;
                for (part, single) in [(range.start..whole, false), (whole..range.end, true)] {
                    let maps = maps.map(|map| &map[part.clone()]);
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
