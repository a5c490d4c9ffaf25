//! One thread's part of each pass: block by block of images, their planes laid out, their tiles computed.

use super::kernels::{Planes, ROWS, dots, tile};
use super::table::{Links, Table};
use crate::engine::cpu::scalar::Scalar;
use crate::engine::cpu::vector::{Kernel, Pair, Vector, transpose};
use std::ops::Range;

/// Pixels whose results wait to be lifted to their maps.
const CHUNK: usize = 32;

/// Images in a block of the widest vectors.
#[cfg(target_arch = "x86_64")]
const MOST_IMAGES: usize = 16;
#[cfg(not(target_arch = "x86_64"))]
const MOST_IMAGES: usize = 8;

/// Numbers of room that any pass needs, for maps of so many channels and pixels.
pub fn room(maps: [(usize, usize); 2]) -> usize {
    let planes: usize = maps.iter().map(|&(c, pixels)| c * plane_len(pixels, MOST_IMAGES)).sum();
    planes + ROWS * CHUNK * MOST_IMAGES
}

/// Numbers of a plane for a block of `images`: an odd number of pixels, lest all channels share the same sets of a cache.
#[inline(always)]
fn plane_len(pixels: usize, images: usize) -> usize {
    (pixels | 1) * images
}

/// Maps `[c, n, pixels]`.
#[derive(Clone, Copy)]
pub struct Maps<'a, T> {
    pub data: &'a [T],
    pub n: usize,
    pub pixels: usize,
}

impl<T: Scalar> Maps<'_, T> {
    /// How many.
    pub fn channels(&self) -> usize {
        self.data.len() / (self.n * self.pixels)
    }

    /// Lays out the planes of a block at the beginning of `room`; gives them and the rest.
    ///
    /// In the page, which has one kind of vectors, it is there once and not wherever it is called: bytes that are waited for.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn lay<'r, V: Vector<T>>(&self, images: &Range<usize>, room: &'r mut [T]) -> (Planes<'r, T>, &'r mut [T]) {
        let block = Pair::<V>::LEN;
        let len = plane_len(self.pixels, block);
        let (planes, rest) = room.split_at_mut(self.channels() * len);
        if images.len() < block {
            planes.fill(T::ZERO);
        }
        let channels = self.data.chunks_exact(self.n * self.pixels);
        for (channel, plane) in channels.zip(planes.chunks_exact_mut(len)) {
            let from = &channel[images.start * self.pixels..];
            transpose::<T, V>(from, self.pixels, plane, block, [images.len(), self.pixels], false);
        }
        (Planes { data: planes, len }, rest)
    }
}

/// Blocks of images, or chunks of pixels, in order.
#[inline(always)]
fn parts(len: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    (0..len).step_by(step).map(move |start| start..(start + step).min(len))
}

/// Some channels of the output, or of the input's gradient: sums over the links of each pixel.
pub struct Sums<'a, T> {
    /// By pixel of the results: tap, and pixel of the source.
    pub links: &'a Links,
    pub source: Maps<'a, T>,
    /// Tiles `[tap, source channel, ROWS]`, as many as there are tiles of results.
    pub weights: &'a [T],
    pub taps: usize,
    /// Maps `[c, n, pixels]`.
    pub results: &'a mut [T],
    /// Whether the sums are added to what is there.
    pub accumulate: bool,
    pub room: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for Sums<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { links, source, weights, taps, results, accumulate, room } = self;
        let pixels = links.results();
        let (map, tile_len) = (source.n * pixels, source.channels() * taps * ROWS);
        for images in parts(source.n, Pair::<V>::LEN) {
            let (planes, room) = source.lay::<V>(&images, room);
            let flat = &mut room[..ROWS * CHUNK * Pair::<V>::LEN];
            for chunk in parts(pixels, CHUNK) {
                for (weights, results) in weights.chunks_exact(tile_len).zip(results.chunks_mut(ROWS * map)) {
                    for (at, pixel) in chunk.clone().enumerate() {
                        store(tile::<T, Pair<V>>(links.of(pixel), weights, planes), flat, at);
                    }
                    for (result, flat) in results.chunks_mut(map).zip(flat.chunks_exact(CHUNK * Pair::<V>::LEN)) {
                        let to = &mut result[images.start * pixels + chunk.start..];
                        let size = [chunk.len(), images.len()];
                        transpose::<T, V>(flat, Pair::<V>::LEN, to, pixels, size, accumulate);
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn store<T: Scalar, V: Vector<T>>([a, b, c, d]: [V; ROWS], flat: &mut [T], at: usize) {
    let (at, row) = (at * V::LEN, CHUNK * V::LEN);
    a.store(&mut flat[at..]);
    b.store(&mut flat[row + at..]);
    c.store(&mut flat[2 * row + at..]);
    d.store(&mut flat[3 * row + at..]);
}

/// The gradient of the weights of some output channels.
pub struct WeightGradient<'a, T> {
    pub table: &'a Table,
    pub input: Maps<'a, T>,
    pub output_gradient: Maps<'a, T>,
    /// `[out, in, tap]`.
    pub gradient: &'a mut [T],
    pub room: &'a mut [T],
}

impl<T: Scalar> Kernel<T> for WeightGradient<'_, T> {
    #[inline(always)]
    fn run<V: Vector<T>>(self) {
        let Self { table, input, output_gradient, gradient, room } = self;
        let fan_in = input.channels() * table.taps;
        gradient.fill(T::ZERO);
        for images in parts(input.n, Pair::<V>::LEN) {
            let (inputs, room) = input.lay::<V>(&images, room);
            let (outputs, _) = output_gradient.lay::<V>(&images, room);
            for chunk in parts(table.by_tap.results(), table.taps) {
                for (tile, gradient) in gradient.chunks_mut(ROWS * fan_in).enumerate() {
                    let row = |r: usize| outputs.channel(tile * ROWS + r);
                    let rows = [row(0), row(1), row(2), row(3)];
                    add_chunk::<T, V>(&table.by_tap, &chunk, rows, inputs, gradient);
                }
            }
        }
    }
}

/// Adds what the links of `chunk`, one result a tap, give a tile of the gradient `[row, in, tap]`.
#[inline(always)]
fn add_chunk<T: Scalar, V: Vector<T>>(
    links: &Links,
    chunk: &Range<usize>,
    rows: [&[T]; ROWS],
    inputs: Planes<T>,
    gradient: &mut [T],
) {
    let (taps, channels) = (chunk.len(), inputs.channels());
    for channel in (0..channels).step_by(2) {
        let columns = [inputs.channel(channel), inputs.channel(channel + 1)];
        for (tap, result) in chunk.clone().enumerate() {
            let sums = dots::<T, V>(links.of(result), rows, columns);
            for (gradient, [x, y]) in gradient.chunks_exact_mut(channels * taps).zip(sums) {
                gradient[channel * taps + tap] += x;
                // The last channel of an odd number has no neighbour.
                if let Some(gradient) = gradient.get_mut((channel + 1) * taps + tap) {
                    *gradient += y;
                }
            }
        }
    }
}
