//! DenseNet (Huang et al. 2017), without trainable scales or shifts.

use super::net::conv;
use super::{Activation, Layer, Net, Norm, Shape};

/// Channels of the stem for each channel of growth.
const STEM: usize = 2;

/// Channels behind a transition from `channels`: half of them, rounded down to an even number, at least 2.
fn compressed(channels: usize) -> usize {
    (channels / 2 / 2 * 2).max(2)
}

impl Net {
    /// A DenseNet: a 3×3 stem of 2·`growth` channels; `blocks` blocks of `layers` layers, each norm → activation →
    /// 3×3 convolution to `growth` channels that are put behind the layer's input; between blocks norm → activation →
    /// 1×1 convolution to half the channels (an even number) → 2×2 average pooling; at last norm → activation.
    ///
    /// Every consumer normalises its input first, so that it is scale invariant (theory 5).
    pub fn densenet(
        input: Shape,
        classes: usize,
        [blocks, layers, growth]: [usize; 3],
        norm: Norm,
        activation: Activation,
    ) -> Self {
        let mut channels = STEM * growth;
        let mut all = vec![conv("stem", channels, 3, 1)];
        for block in 1..=blocks {
            all.extend((1..=layers).map(|layer| Layer::Dense {
                body: vec![Layer::NormAct, conv(format!("block{block}.layer{layer}"), growth, 3, 1)],
            }));
            channels += layers * growth;
            if block < blocks {
                channels = compressed(channels);
                all.extend([Layer::NormAct, conv(format!("transition{block}"), channels, 1, 1), Layer::AvgPool]);
            }
        }
        all.push(Layer::NormAct);
        Self { input, classes, layers: all, norm, activation }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Op, Plan};

    #[test]
    fn the_shapes_of_three_blocks_of_four_layers() {
        let net = Net::densenet(Shape { c: 3, h: 32, w: 32 }, 10, [3, 4, 12], Norm::Batch, Activation::Relu);
        let plan = Plan::new(&net, 8);
        assert_eq!(plan.weights.len(), 1 + 3 * 4 + 2);
        assert_eq!(plan.features(), Shape { c: 90, h: 8, w: 8 });
        // 24 + 48 = 72 → 36, 36 + 48 = 84 → 42, 42 + 48 = 90.
        let of = |name: &str| plan.weights.iter().find(|w| w.name == name).map(|w| (w.out, w.input, w.kernel));
        assert_eq!(of("stem"), Some((24, 3, 3)));
        assert_eq!(of("block1.layer4"), Some((12, 60, 3)));
        assert_eq!(of("transition1"), Some((36, 72, 1)));
        assert_eq!(of("transition2"), Some((42, 84, 1)));
        assert_eq!(of("block3.layer4"), Some((12, 78, 3)));
        assert_eq!(plan.ops.iter().filter(|op| matches!(op, Op::AvgPool { .. })).count(), 2);
        assert_eq!(plan.ops.iter().filter(|op| matches!(op, Op::Concat { .. })).count(), 12);
    }

    #[test]
    fn a_transition_has_an_even_number_of_channels() {
        assert_eq!([6, 15, 72, 3].map(compressed), [2, 6, 36, 2]);
    }
}
