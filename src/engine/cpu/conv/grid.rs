//! A convolution without unfolding: maps padded so that every tap is a shift.
//!
//! An input map is split into the planes of its phases, one for each (row, column) modulo the stride, and each plane is laid
//! out in rows of one `pitch`, the images of a block one behind another, zeros between rows and between images. Then the
//! output at the flat position p is `Σ weight · plane[p + shift]`, with a shift for each tap: over long runs, whatever
//! the shape. The zeros right of a row are those left of the next. What comes out between the rows is not used.
//! The gradient of the input is the same over planes of the output's gradient, phase by phase.

use crate::model::{ConvGeometry, Shape};
use std::ops::Range;

/// Numbers behind every plane and flat row, so that a last vector reaches over the end: those of the widest tile.
pub const SLACK: usize = 32;
/// Flat positions in a block of images: long enough for vectors, short enough for a cache.
const BLOCK: usize = 1_024;

/// Where everything lies.
#[derive(Clone, Debug)]
pub struct Grid {
    /// Sizes.
    pub g: ConvGeometry,
    /// Flat positions between neighbouring rows.
    pub pitch: usize,
    /// Flat positions between neighbouring images.
    pub image: usize,
    /// Images in a block.
    pub block: usize,
    /// Zeros between rows, and rows of zeros between images.
    gap: usize,
    /// Zeros before the first row and column of an input's plane.
    input_margin: usize,
    /// The same for the output's gradient.
    output_margin: usize,
}

/// One tap.
pub struct Tap {
    /// Row and column of what it reads, modulo the stride.
    pub phase: [usize; 2],
    /// Where it reads an input's plane.
    pub in_input: usize,
    /// Where the input's gradient reads an output's.
    pub in_output: usize,
}

/// A tap along one axis: output position y reads position `y + shift` of the plane of `phase`.
#[derive(Clone, Copy)]
struct AxisTap {
    shift: isize,
    phase: usize,
}

impl Grid {
    /// The grid of a convolution whose output is its input's size divided by the stride, rounded up: every one that a plan has.
    pub fn new(g: ConvGeometry) -> Self {
        let shifts = || (0..g.kernel).map(|k| axis_tap(&g, k).shift);
        let input_margin = shifts().map(|shift| (-shift).max(0)).max().unwrap_or(0) as usize;
        let output_margin = shifts().map(|shift| shift.max(0)).max().unwrap_or(0) as usize;
        let gap = input_margin.max(output_margin);
        let pitch = g.output.w + gap;
        let image = (g.output.h + gap) * pitch;
        let block = (BLOCK / image).clamp(1, g.n);
        Self { g, pitch, image, block, gap, input_margin, output_margin }
    }

    /// Numbers of one plane of a block.
    pub fn plane(&self) -> usize {
        self.block * self.image + 2 * self.gap * (self.pitch + 1) + SLACK
    }

    /// The phases that some tap reads.
    pub fn phases(&self) -> Vec<[usize; 2]> {
        let mut used: Vec<usize> = (0..self.g.kernel).map(|k| axis_tap(&self.g, k).phase).collect();
        used.sort_unstable();
        used.dedup();
        used.iter().flat_map(|&y| used.iter().map(move |&x| [y, x])).collect()
    }

    /// All taps in the order of the weights.
    pub fn taps(&self) -> Vec<Tap> {
        let at = |margin: usize, y: isize, x: isize| {
            let [y, x] = [y, x].map(|shift| margin.strict_add_signed(shift));
            y * self.pitch + x
        };
        let mut taps = Vec::new();
        for y in (0..self.g.kernel).map(|k| axis_tap(&self.g, k)) {
            for x in (0..self.g.kernel).map(|k| axis_tap(&self.g, k)) {
                taps.push(Tap {
                    phase: [y.phase, x.phase],
                    in_input: at(self.input_margin, y.shift, x.shift),
                    in_output: at(self.output_margin, -y.shift, -x.shift),
                });
            }
        }
        taps
    }

    /// Where the first pixel lies in an input's plane.
    pub fn input_origin(&self) -> usize {
        self.input_margin * (self.pitch + 1)
    }

    /// Where the first pixel lies in a plane of the output's gradient.
    pub fn output_origin(&self) -> usize {
        self.output_margin * (self.pitch + 1)
    }

    /// Blocks of images in order.
    pub fn blocks(&self) -> impl Iterator<Item = Range<usize>> {
        let (n, step) = (self.g.n, self.block);
        (0..n).step_by(step).map(move |start| start..(start + step).min(n))
    }

    /// Flat positions to be computed for `images` images in steps of `step`: one run an image where the last step stays
    /// inside it, else one over all.
    pub fn runs(&self, images: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
        let len = self.image - self.gap * self.pitch - self.gap;
        let apart = self.gap > 0 && len.next_multiple_of(step) <= self.image;
        let (count, len) = if apart { (images, len) } else { (1, images * self.image) };
        let image = self.image;
        (0..count).map(move |i| i * image..i * image + len)
    }

    /// Rows of `map`, `stride` apart, that belong to a phase: how many, and how long they are when every `stride`th pixel
    /// is taken. Rows without zeros between them are one.
    pub fn rows(&self, map: Shape, phase: [usize; 2], stride: usize) -> (usize, usize) {
        let [h, w] = [map.h.saturating_sub(phase[0]), map.w.saturating_sub(phase[1])].map(|len| len.div_ceil(stride));
        if self.gap == 0 && stride == 1 { (1, h * w) } else { (h, w) }
    }
}

fn axis_tap(g: &ConvGeometry, k: usize) -> AxisTap {
    let (at, stride) = (k as isize - g.pad as isize, g.stride as isize);
    AxisTap { shift: at.div_euclid(stride), phase: at.rem_euclid(stride) as usize }
}
