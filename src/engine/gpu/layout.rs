//! Where the weights lie on the device.
//!
//! All convolutions of an arm follow each other; each is `[kh, kw, in, out]` with `out` filled up to a multiple of 8 by
//! zeros, so that a thread loads the weights of neighbouring outputs as vec4. Gradients arrive as partial sums in the
//! same order, `splits` of them a layer.

use crate::model::{ConvGeometry, Op, Plan, Weight};

/// Weights that one workgroup updates.
pub const BLOCK: usize = 256;
/// Workgroups that a weight gradient is split into, so that few and small kernels keep a GPU busy too.
const GRADIENT_WORKGROUPS: usize = 256;
/// Fewest pixels of a split: two for each thread.
const MIN_SPLIT: usize = 128;

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
    /// Output pixels of one split.
    pub split_len: usize,
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
}

/// The channels of an output on the device.
pub fn filled_up(channels: usize) -> usize {
    channels.next_multiple_of(8)
}

/// Pixels of a split, and how many there are: fixed by the sizes alone, as the order of a sum must be.
fn split(geometry: &ConvGeometry) -> (usize, usize) {
    let pixels = geometry.n * geometry.output.h * geometry.output.w;
    let workgroups = gradient_workgroups(geometry);
    let wanted = GRADIENT_WORKGROUPS.div_ceil(workgroups).min(pixels / MIN_SPLIT).max(1);
    let len = pixels.div_ceil(wanted);
    (len, pixels.div_ceil(len))
}

/// Workgroups of one split of a weight gradient: input channels × blocks of 9 taps × 4 output channels.
pub fn gradient_workgroups(geometry: &ConvGeometry) -> usize {
    geometry.input.c * (geometry.kernel * geometry.kernel).div_ceil(9) * filled_up(geometry.output.c) / 4
}

impl Layout {
    /// The layout for training `plan`.
    pub fn new(plan: &Plan) -> Self {
        let (mut first, mut partial_first) = (0, 0);
        let layers = plan.weights.iter().enumerate().map(|(id, weight)| {
            let geometry = plan.ops.iter().find_map(|op| match op {
                Op::Conv { weight, geometry, .. } if *weight == id => Some(geometry),
                _ => None,
            });
            let (split_len, splits) = geometry.map_or((1, 1), split);
            let len = filled_up(weight.out) * weight.fan_in();
            let layer = LayerLayout { first, len, partial_first, splits, split_len, weight: weight.clone() };
            first += len;
            partial_first += len * splits;
            layer
        });
        let layers = layers.collect();
        Self { layers, len: first, partial_len: partial_first }
    }

    /// (place in plan order, place on the device) of every weight.
    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.layers.iter().flat_map(|layer| {
            let w = &layer.weight;
            let taps = w.kernel * w.kernel;
            (0..w.len()).map(move |i| {
                let (tap, c, o) = (i % taps, i / taps % w.input, i / taps / w.input);
                (w.offset + i, layer.first + (tap * w.input + c) * filled_up(w.out) + o)
            })
        })
    }

    /// Weights in plan order → on the device.
    pub fn pack(&self, weights: &[f64]) -> Vec<f32> {
        let mut packed = vec![0.0; self.len];
        self.places().for_each(|(plan, device)| packed[device] = weights[plan] as f32);
        packed
    }

    /// Weights on the device → in plan order.
    pub fn unpack(&self, packed: &[f32]) -> Vec<f64> {
        let count = self.layers.iter().map(|l| l.weight.len()).sum();
        let mut weights = vec![0.0; count];
        self.places().for_each(|(plan, device)| weights[plan] = f64::from(packed[device]));
        weights
    }

    /// What each workgroup of `update` does, as its `Block` (in vec4), and the first block of each layer with the end.
    pub fn blocks(&self) -> (Vec<[u32; 5]>, Vec<u32>) {
        let (mut blocks, mut layer_blocks) = (vec![], vec![0]);
        for layer in &self.layers {
            for at in (0..layer.len).step_by(BLOCK) {
                let len = BLOCK.min(layer.len - at);
                let block = [layer.first + at, len, layer.partial_first + at, layer.len].map(|f32s| f32s as u32 / 4);
                blocks.push([block[0], block[1], block[2], block[3], layer.splits as u32]);
            }
            layer_blocks.push(blocks.len() as u32);
        }
        (blocks, layer_blocks)
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
        let (blocks, layers) = layout.blocks();
        let mut next = 0;
        for [first, len, ..] in &blocks {
            assert_eq!(*first, next);
            next += len;
        }
        assert_eq!(next as usize * 4, layout.len);
        assert_eq!((layers.len(), layers[0]), (layout.layers.len() + 1, 0));
        assert_eq!(*layers.last().unwrap() as usize, blocks.len());
    }

    #[test]
    fn splits_cover_the_pixels() {
        let net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu);
        for batch in [2, 63, 64, 256] {
            let plan = Plan::new(&net, batch);
            for (layer, op) in Layout::new(&plan).layers.iter().zip(plan.ops.iter().step_by(2)) {
                let Op::Conv { geometry, .. } = op else { panic!("a ConvNet alternates") };
                let pixels = geometry.n * geometry.output.h * geometry.output.w;
                assert!(layer.splits * layer.split_len >= pixels && (layer.splits - 1) * layer.split_len < pixels);
            }
        }
    }
}
