//! One thread's part of each pass: block by block of images, its planes laid out, its tiles computed.

use super::grid::Grid;
use super::kernels::{ROWS, Shifts, dots, put, tile};
use super::{Convolution, Phase};
use crate::engine::cpu::scalar::Scalar;
use crate::engine::cpu::vector::{Kernel, Pair, Vector};
use crate::model::Shape;
use std::ops::Range;

/// Some output channels of the forward pass.
pub struct Forward<'a, T> {
    pub conv: &'a Convolution,
    pub input: &'a [T],
    /// Tiles of weights, as many as there are tiles of channels.
    pub weights: &'a [T],
    pub output: &'a mut [T],
    pub part: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for Forward<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { conv, input, weights, output, part } = self;
        let (grid, g) = (&conv.grid, &conv.grid.g);
        let (planes, flat) = part.split_at_mut(g.input.c * conv.input_planes() * grid.plane());
        let flat = &mut flat[..ROWS * conv.flat_row()];
        let map = g.output.h * g.output.w;
        for images in grid.blocks() {
            lay_input::<T, V>(conv, input, &images, planes);
            let tiles = weights.chunks_exact(ROWS * conv.fan_in()).zip(output.chunks_mut(ROWS * g.n * map));
            for (weights, output) in tiles {
                compute::<T, V>(grid, images.len(), weights, &conv.shifts, planes, flat);
                let (rows, width) = grid.rows(g.output, [0, 0], 1);
                let flats = flat.chunks_exact(conv.flat_row());
                for (output, flat) in output.chunks_mut(g.n * map).zip(flats) {
                    let output = output[images.start * map..images.end * map].chunks_exact_mut(map);
                    for (output, flat) in output.zip(flat.chunks(grid.image)) {
                        for (row, output) in output.chunks_exact_mut(width).take(rows).enumerate() {
                            put::<T, V>(&flat[row * grid.pitch..], output, false);
                        }
                    }
                }
            }
        }
    }
}

/// The gradient of the weights of some output channels.
pub struct WeightGradient<'a, T> {
    pub conv: &'a Convolution,
    pub input: &'a [T],
    pub output_gradient: &'a [T],
    pub gradient: &'a mut [T],
    pub part: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for WeightGradient<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { conv, input, output_gradient, gradient, part } = self;
        let (grid, g, plane, fan_in) = (&conv.grid, &conv.grid.g, conv.grid.plane(), conv.fan_in());
        let (planes, gradients) = part.split_at_mut(g.input.c * conv.input_planes() * plane);
        let channels = gradient.len() / fan_in;
        let gradients = &mut gradients[..channels * plane];
        gradient.fill(T::ZERO);
        for images in grid.blocks() {
            lay_input::<T, V>(conv, input, &images, planes);
            lay_output::<T, V>(grid, output_gradient, &images, gradients);
            for first in (0..channels).step_by(ROWS) {
                let row = |r: usize| {
                    let channel = (first + r).min(channels - 1);
                    &gradients[channel * plane + grid.output_origin()..(channel + 1) * plane]
                };
                let rows = [row(0), row(1), row(2), row(3)];
                for k in (0..fan_in).step_by(2) {
                    let tap = |k: usize| &planes[conv.shifts.values()[k.min(fan_in - 1)] as usize..];
                    let sums = dots::<T, V>(rows, [tap(k), tap(k + 1)], images.len() * grid.image);
                    for (r, sums) in sums.iter().enumerate().take(channels - first) {
                        let to = &mut gradient[(first + r) * fan_in + k..(first + r + 1) * fan_in];
                        to.iter_mut().zip(sums).for_each(|(to, &sum)| *to += sum);
                    }
                }
            }
        }
    }
}

/// The gradient of some input channels.
pub struct InputGradient<'a, T> {
    pub conv: &'a Convolution,
    /// Tiles of weights, as many as there are tiles of channels; each phase by phase.
    pub weights: &'a [T],
    pub output_gradient: &'a [T],
    pub gradient: &'a mut [T],
    pub accumulate: bool,
    pub part: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for InputGradient<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { conv, weights, output_gradient, gradient, accumulate, part } = self;
        let (grid, g) = (&conv.grid, &conv.grid.g);
        let (planes, flat) = part.split_at_mut(g.output.c * grid.plane());
        let flat = &mut flat[..ROWS * conv.flat_row()];
        let map = g.input.h * g.input.w;
        let tile_len = g.output.c * g.kernel * g.kernel * ROWS;
        if !accumulate && conv.phases.iter().any(|phase| phase.taps.is_empty()) {
            gradient.fill(T::ZERO);
        }
        for images in grid.blocks() {
            lay_output::<T, V>(grid, output_gradient, &images, planes);
            for (weights, gradient) in weights.chunks_exact(tile_len).zip(gradient.chunks_mut(ROWS * g.n * map)) {
                let mut rest = weights;
                for phase in conv.phases.iter().filter(|phase| !phase.taps.is_empty()) {
                    let (weights, others) = rest.split_at(ROWS * phase.shifts.values().len());
                    rest = others;
                    compute::<T, V>(grid, images.len(), weights, &phase.shifts, planes, flat);
                    for (gradient, flat) in gradient.chunks_mut(g.n * map).zip(flat.chunks_exact(conv.flat_row())) {
                        let gradient = gradient[images.start * map..images.end * map].chunks_exact_mut(map);
                        for (gradient, flat) in gradient.zip(flat.chunks(grid.image)) {
                            lift::<T, V>(grid, phase, flat, gradient, accumulate);
                        }
                    }
                }
            }
        }
    }
}

/// [`ROWS`] channels at all flat positions of `images` images.
#[inline(always)]
fn compute<T: Scalar, V: Vector<T>>(
    grid: &Grid,
    images: usize,
    weights: &[T],
    shifts: &Shifts,
    planes: &[T],
    flat: &mut [T],
) {
    let row_len = flat.len() / ROWS;
    for run in grid.runs(images, V::LEN) {
        let mut at = run.start;
        while at + V::LEN < run.end {
            store(tile::<T, Pair<V>>(weights, shifts, &planes[at..]), flat, row_len, at);
            at += 2 * V::LEN;
        }
        if at < run.end {
            store(tile::<T, V>(weights, shifts, &planes[at..]), flat, row_len, at);
        }
    }
}

#[inline(always)]
fn store<T: Scalar, V: Vector<T>>([a, b, c, d]: [V; ROWS], flat: &mut [T], row_len: usize, at: usize) {
    a.store(&mut flat[at..]);
    b.store(&mut flat[row_len + at..]);
    c.store(&mut flat[2 * row_len + at..]);
    d.store(&mut flat[3 * row_len + at..]);
}

/// Writes one image's results of a phase to where they belong in the map.
#[inline(always)]
fn lift<T: Scalar, V: Vector<T>>(grid: &Grid, phase: &Phase, flat: &[T], map: &mut [T], accumulate: bool) {
    let (shape, stride, [y, x]) = (grid.g.input, grid.g.stride, phase.at);
    let (rows, width) = grid.rows(shape, phase.at, stride);
    for row in 0..rows {
        let from = &flat[row * grid.pitch..][..width];
        if stride == 1 {
            put::<T, V>(from, &mut map[row * shape.w..][..width], accumulate);
        } else {
            let to = &mut map[(row * stride + y) * shape.w..][..shape.w];
            // No `step_by`: it divides once a row.
            for (i, &from) in from.iter().enumerate() {
                let to = &mut to[x + i * stride];
                *to = if accumulate { *to + from } else { from };
            }
        }
    }
}

/// Lays out the planes of `images` of an input map, `[c][phase]`.
#[inline(always)]
fn lay_input<T: Scalar, V: Vector<T>>(conv: &Convolution, input: &[T], images: &Range<usize>, planes: &mut [T]) {
    let (grid, g) = (&conv.grid, &conv.grid.g);
    let used = conv.phases.iter().filter(|phase| !phase.taps.is_empty()).map(|phase| phase.at);
    let channels = input.chunks_exact(g.n * g.input.h * g.input.w);
    clear(grid, images, planes);
    for (channel, planes) in channels.zip(planes.chunks_exact_mut(conv.input_planes() * grid.plane())) {
        for (phase, plane) in used.clone().zip(planes.chunks_exact_mut(grid.plane())) {
            let plane = &mut plane[grid.input_origin()..];
            lay::<T, V>(grid, channel, g.input, (phase, g.stride), images, plane);
        }
    }
}

/// Lays out the planes of `images` of an output's gradient, `[c]`.
#[inline(always)]
fn lay_output<T: Scalar, V: Vector<T>>(grid: &Grid, gradient: &[T], images: &Range<usize>, planes: &mut [T]) {
    let g = &grid.g;
    clear(grid, images, planes);
    let channels = gradient.chunks_exact(g.n * g.output.h * g.output.w);
    for (channel, plane) in channels.zip(planes.chunks_exact_mut(grid.plane())) {
        lay::<T, V>(grid, channel, g.output, ([0, 0], 1), images, &mut plane[grid.output_origin()..]);
    }
}

/// Zeros between what is laid out. They stay from block to block; a last block that is shorter leaves more of them.
#[inline(always)]
fn clear<T: Scalar>(grid: &Grid, images: &Range<usize>, planes: &mut [T]) {
    if images.start == 0 || images.len() < grid.block {
        planes.fill(T::ZERO);
    }
}

/// Lays out one phase of one channel.
#[inline(always)]
fn lay<T: Scalar, V: Vector<T>>(
    grid: &Grid,
    channel: &[T],
    shape: Shape,
    ([y, x], stride): ([usize; 2], usize),
    images: &Range<usize>,
    plane: &mut [T],
) {
    let map = shape.h * shape.w;
    let (rows, width) = grid.rows(shape, [y, x], stride);
    let maps = channel[images.start * map..images.end * map].chunks_exact(map);
    for (map, plane) in maps.zip(plane.chunks_mut(grid.image)) {
        for row in 0..rows {
            let to = &mut plane[row * grid.pitch..][..width];
            if stride == 1 {
                put::<T, V>(&map[row * shape.w..], to, false);
            } else {
                let from = &map[(row * stride + y) * shape.w + x..];
                to.iter_mut().enumerate().for_each(|(i, to)| *to = from[i * stride]);
            }
        }
    }
}
