//! Where the weights lie on the device.
//!
//! All convolutions of an arm follow each other; each is `[kh, kw, in, out]` with `out` filled up to a multiple of 8 by
//! zeros, so that a thread loads the weights of neighbouring outputs as vec4. Gradients arrive as partial sums in the
//! same order, `splits` of them a layer. For the gradients of inputs there is a second copy, `[kh, kw, out, in]` with both
//! filled up to a multiple of 8: `update` keeps it.

use crate::model::{ConvGeometry, Op, Plan, Role, Weight};

/// Threads of one workgroup of `update`; each has 4 weights.
const UPDATE_THREADS: usize = 64;
/// Threads that a weight gradient is split into, so that few and small kernels keep a GPU busy too.
const GRADIENT_THREADS: usize = 8192;
/// Fewest pixels of a split: fewer cost more in partial sums than they gain.
const MIN_SPLIT: usize = 32;

/// One convolution on the device. Lengths count f32.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerLayout {
    /// First weight within an arm.
    pub first: usize,
    /// Weights with the zeros.
    pub len: usize,
    /// First partial sum within an arm.
    pub partial_first: usize,
    /// Partial sums of each weight.
    pub splits: usize,
    /// First transposed weight within an arm.
    pub transposed_first: usize,
    weight: Weight,
}

/// All convolutions of a plan on the device. Lengths count f32 of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// In the order of [`Plan::weights`].
    pub layers: Vec<LayerLayout>,
    /// Weights with the zeros.
    pub len: usize,
    /// Partial sums.
    pub partial_len: usize,
    /// Transposed weights with the zeros.
    pub transposed_len: usize,
}

/// What one workgroup of `update` does: twin of its `struct Block`. In vec4, but for `transposed_first`, and within an arm.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
pub struct Block {
    /// First weight.
    pub first: u32,
    /// How many.
    pub len: u32,
    /// First partial sum.
    pub partial_first: u32,
    /// From one partial sum of a weight to the next.
    pub split: u32,
    /// Partial sums of each weight.
    pub splits: u32,
    /// 1 for a head, which only some arms train.
    pub head: u32,
    /// First transposed weight of the layer, in f32.
    pub transposed_first: u32,
    /// First weight, within the layer.
    pub at: u32,
    /// Of one (kh, kw, in).
    pub out_vectors: u32,
    /// Input channels.
    pub inputs: u32,
    /// Input channels with those that fill up.
    pub filled: u32,
}

/// The channels of an output on the device.
pub fn filled_up(channels: usize) -> usize {
    channels.next_multiple_of(8)
}

/// Partial sums of each weight: fixed by the sizes alone, as the order of a sum must be. Each is over as many rows of the
/// output as the others, but for the last ones.
fn splits(geometry: &ConvGeometry) -> usize {
    let rows = geometry.n * geometry.output.h;
    let wanted = (GRADIENT_THREADS / gradient_threads(geometry)).max(1);
    let each = rows.div_ceil(wanted).max(MIN_SPLIT.div_ceil(geometry.output.w));
    rows.div_ceil(each)
}

/// Threads of one split of a weight gradient: 8 output channels × 9 weights to each of them, which are 3 × 3 taps of one
/// input channel, or 9 input channels where the kernel is 1 × 1.
pub fn gradient_threads(geometry: &ConvGeometry) -> usize {
    let nines = if geometry.kernel == 1 {
        geometry.input.c.div_ceil(9)
    } else {
        geometry.input.c * geometry.kernel.div_ceil(3).pow(2)
    };
    nines * filled_up(geometry.output.c) / 8
}

impl LayerLayout {
    /// (place in `[out, in, kh, kw]`, place on the device) of every weight, within the layer.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let w = &self.weight;
        let taps = w.kernel * w.kernel;
        (0..w.len()).map(move |i| {
            let (tap, c, o) = (i % taps, i / taps % w.input, i / taps / w.input);
            (i, (tap * w.input + c) * filled_up(w.out) + o)
        })
    }

    /// (place in `[out, in, kh, kw]`, place among the transposed on the device) of every weight, within the layer.
    fn transposed_places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let w = &self.weight;
        let taps = w.kernel * w.kernel;
        (0..w.len()).map(move |i| {
            let (tap, c, o) = (i % taps, i / taps % w.input, i / taps / w.input);
            (i, (tap * filled_up(w.out) + o) * filled_up(w.input) + c)
        })
    }

    /// The layer's weights on the device → `[out, in, kh, kw]`.
    pub fn unpack(&self, packed: &[f32]) -> Vec<f64> {
        self.places().map(|(_, device)| f64::from(packed[device])).collect()
    }
}

impl Layout {
    /// The layout for training `plan`.
    pub fn new(plan: &Plan) -> Self {
        let (mut first, mut partial_first, mut transposed_first) = (0, 0, 0);
        let layers = plan.weights.iter().enumerate().map(|(id, weight)| {
            let geometry = plan.ops.iter().find_map(|op| match op {
                Op::Conv { weight, geometry, .. } if *weight == id => Some(geometry),
                _ => None,
            });
            let splits = geometry.map_or(1, splits);
            let len = filled_up(weight.out) * weight.fan_in();
            let layer = LayerLayout { first, len, partial_first, splits, transposed_first, weight: weight.clone() };
            first += len;
            partial_first += len * splits;
            transposed_first += filled_up(weight.out) * filled_up(weight.input) * weight.kernel * weight.kernel;
            layer
        });
        let layers = layers.collect();
        Self { layers, len: first, partial_len: partial_first, transposed_len: transposed_first }
    }

    /// (place in plan order, place on the device) of every weight.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.layers
            .iter()
            .flat_map(|layer| layer.places().map(|(plan, device)| (layer.weight.offset + plan, layer.first + device)))
    }

    /// Weights in plan order → on the device.
    pub fn pack(&self, weights: &[f64]) -> Vec<f32> {
        let mut packed = vec![0.0; self.len];
        self.places().for_each(|(plan, device)| packed[device] = weights[plan] as f32);
        packed
    }

    /// Weights in plan order → transposed on the device.
    pub fn transpose(&self, weights: &[f64]) -> Vec<f32> {
        let mut transposed = vec![0.0; self.transposed_len];
        for layer in &self.layers {
            let weights = &weights[layer.weight.range()];
            layer.transposed_places().for_each(|(plan, device)| {
                transposed[layer.transposed_first + device] = weights[plan] as f32;
            });
        }
        transposed
    }

    /// Weights on the device → in plan order.
    pub fn unpack(&self, packed: &[f32]) -> Vec<f64> {
        self.layers.iter().flat_map(|layer| layer.unpack(&packed[layer.first..][..layer.len])).collect()
    }

    /// What each workgroup of `update` does.
    pub fn blocks(&self) -> Vec<Block> {
        let of_layer = |layer: &LayerLayout| {
            let (weight, vectors) = (layer.weight.clone(), layer.len / 4);
            let (first, partial_first, splits) = (layer.first / 4, layer.partial_first / 4, layer.splits as u32);
            let transposed_first = layer.transposed_first as u32;
            (0..vectors).step_by(UPDATE_THREADS).map(move |at| Block {
                first: (first + at) as u32,
                len: UPDATE_THREADS.min(vectors - at) as u32,
                partial_first: (partial_first + at) as u32,
                split: vectors as u32,
                splits,
                head: u32::from(weight.role == Role::Head),
                transposed_first,
                at: at as u32,
                out_vectors: (filled_up(weight.out) / 4) as u32,
                inputs: weight.input as u32,
                filled: filled_up(weight.input) as u32,
            })
        };
        self.layers.iter().flat_map(of_layer).collect()
    }

    /// In vec4 within an arm: the first weight of each layer, and the end.
    pub fn bounds(&self) -> Vec<u32> {
        self.layers.iter().map(|layer| layer.first).chain([self.len]).map(|first| (first / 4) as u32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Net, Norm, Shape};

    fn layout(widths: &[usize]) -> (Plan, Layout) {
        let net = Net::preresnet(Shape { c: 3, h: 8, w: 8 }, 10, 8, widths, Norm::Batch, Activation::Gelu);
        let plan = Plan::new(&net, 4);
        let layout = Layout::new(&plan);
        (plan, layout)
    }

    #[test]
    fn unpacking_gives_back_what_was_packed() {
        let (plan, layout) = layout(&[4, 12]);
        let weights: Vec<f64> = (1..=plan.weight_count()).map(|i| i as f64).collect();
        let packed = layout.pack(&weights);
        assert_eq!(layout.unpack(&packed), weights);
        assert_eq!(packed.iter().filter(|&&w| w != 0.0).count(), weights.len(), "the rest is zero");
        // [out, in, kh, kw] = (1, 2, 0, 1) of the stem of 4 × 3 × 3 × 3: outputs lie side by side.
        assert_eq!(packed[(3 + 2) * 8 + 1], weights[27 + 2 * 9 + 1] as f32);
    }

    #[test]
    fn blocks_cover_each_weight_once() {
        let (_, layout) = layout(&[16, 32]);
        let mut next = 0;
        for block in layout.blocks() {
            assert_eq!(block.first, next);
            next += block.len;
        }
        assert_eq!(next as usize * 4, layout.len);
        let bounds = layout.bounds();
        assert_eq!((bounds.len(), bounds[0], bounds.last()), (layout.layers.len() + 1, 0, Some(&next)));
    }

    #[test]
    fn small_kernels_are_split_most() {
        let net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu);
        let splits = |batch| Layout::new(&Plan::new(&net, batch)).layers.iter().map(|l| l.splits).collect::<Vec<_>>();
        assert_eq!(splits(64), [299, 90, 32]);
        assert_eq!(splits(2), [10, 3, 1], "no fewer than 32 pixels a split");
    }
}
