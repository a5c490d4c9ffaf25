//! The networks people choose from, and which choices can be trained.

use super::{Activation, Net, Norm, Op, Plan, Shape};

/// Convolutions of a ConvNet.
pub const CONVNET_LAYERS: std::ops::RangeInclusive<usize> = 1..=8;
/// Channels of a convolution of a ConvNet or a PreResNet.
pub const WIDTHS: std::ops::RangeInclusive<usize> = 1..=128;
/// Strides of a convolution of a ConvNet.
pub const STRIDES: std::ops::RangeInclusive<usize> = 1..=2;
/// Depths of a PreResNet.
pub const PRERESNET_DEPTHS: [usize; 5] = [8, 14, 20, 26, 32];
/// Stages of a PreResNet.
pub const PRERESNET_STAGES: std::ops::RangeInclusive<usize> = 1..=4;
/// Blocks of a DenseNet.
pub const DENSENET_BLOCKS: std::ops::RangeInclusive<usize> = 1..=4;
/// Layers in a block of a DenseNet.
pub const DENSENET_LAYERS: std::ops::RangeInclusive<usize> = 1..=8;
/// Channels that a layer of a DenseNet adds.
pub const DENSENET_GROWTH: std::ops::RangeInclusive<usize> = 2..=32;
/// Largest image: channels, and pixels a side.
const LARGEST_INPUT: (usize, usize) = (16, 256);

/// A network without its input, norm and activation.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Architecture {
    /// Convolution – norm – activation, again and again.
    ConvNet {
        /// (channels, stride) of each 3×3 convolution.
        widths: Vec<(usize, usize)>,
    },
    /// Residual blocks with pre-activation (He et al. 2016).
    PreResNet {
        /// 6k + 2 for k blocks a stage; the name of the network with three stages, and kept for other numbers of them.
        depth: usize,
        /// Channels of each stage; from the second on a stage halves the map.
        widths: Vec<usize>,
    },
    /// Dense blocks (Huang et al. 2017).
    DenseNet {
        /// Dense blocks, with a transition between two of them.
        blocks: usize,
        /// Layers a block.
        layers: usize,
        /// Channels a layer adds.
        growth: usize,
    },
}

impl Default for Architecture {
    /// ConvNet 16 – 32 (stride 2) – 32 (stride 2).
    fn default() -> Self {
        Self::ConvNet { widths: vec![(16, 1), (32, 2), (32, 2)] }
    }
}

impl Architecture {
    /// The network for images of shape `input` and `classes` logits.
    ///
    /// # Panics
    /// May panic where [`Architecture::check`] gives an error.
    pub fn net(&self, input: Shape, classes: usize, norm: Norm, activation: Activation) -> Net {
        match self {
            Self::ConvNet { widths } => Net::convnet(input, classes, widths, norm, activation),
            Self::PreResNet { depth, widths } => Net::preresnet(input, classes, *depth, widths, norm, activation),
            Self::DenseNet { blocks, layers, growth } => {
                Net::densenet(input, classes, [*blocks, *layers, *growth], norm, activation)
            }
        }
    }

    /// The name people read: "ConvNet 16-32-32", "PreResNet-8 16-32-64", "DenseNet 3×4, growth 12".
    pub fn label(&self) -> String {
        let dashed = |widths: Vec<usize>| widths.iter().map(usize::to_string).collect::<Vec<_>>().join("-");
        match self {
            Self::ConvNet { widths } => format!("ConvNet {}", dashed(widths.iter().map(|w| w.0).collect())),
            Self::PreResNet { depth, widths } => format!("PreResNet-{depth} {}", dashed(widths.clone())),
            Self::DenseNet { blocks, layers, growth } => format!("DenseNet {blocks}×{layers}, growth {growth}"),
        }
    }

    /// Whether it can be trained on images of shape `input` with `norm`, in batches of at least two. Takes any values.
    ///
    /// # Errors
    /// One sentence that says what is in the way.
    pub fn check(&self, input: Shape, norm: Norm) -> Result<(), String> {
        let (channels, side) = LARGEST_INPUT;
        within("An image's number of channels", input.c, &(1..=channels))?;
        within("An image's height", input.h, &(1..=side))?;
        within("An image's width", input.w, &(1..=side))?;
        self.check_sizes()?;
        let plan = Plan::try_new(&self.net(input, 2, norm, Activation::default()), 2)?;
        for op in &plan.ops {
            if let Op::NormAct { input, geometry, .. } = op
                && geometry.set_len() < 2
            {
                let map = plan.tensors[*input];
                return Err(format!(
                    "{} cannot work on feature maps of {} × {} pixels, where it would normalise single numbers.",
                    norm.label(),
                    map.h,
                    map.w
                ));
            }
        }
        Ok(())
    }

    /// The limits of its own numbers, whatever the images; they keep every size far from overflow.
    ///
    /// # Errors
    /// One sentence that says which number lies where it may not.
    pub fn check_sizes(&self) -> Result<(), String> {
        match self {
            Self::ConvNet { widths } => {
                within("A ConvNet's number of convolutions", widths.len(), &CONVNET_LAYERS)?;
                widths.iter().try_for_each(|&(width, stride)| {
                    within("A convolution's width", width, &WIDTHS)?;
                    within("A convolution's stride", stride, &STRIDES)
                })
            }
            Self::PreResNet { depth, widths } => {
                if !PRERESNET_DEPTHS.contains(depth) {
                    return Err(format!("A PreResNet's depth must be 8, 14, 20, 26 or 32, not {depth}."));
                }
                within("A PreResNet's number of stages", widths.len(), &PRERESNET_STAGES)?;
                widths.iter().try_for_each(|&width| within("A stage's width", width, &WIDTHS))
            }
            Self::DenseNet { blocks, layers, growth } => {
                within("A DenseNet's number of blocks", *blocks, &DENSENET_BLOCKS)?;
                within("A dense block's number of layers", *layers, &DENSENET_LAYERS)?;
                within("A DenseNet's growth", *growth, &DENSENET_GROWTH)
            }
        }
    }
}

fn within(what: &str, value: usize, range: &std::ops::RangeInclusive<usize>) -> Result<(), String> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(format!("{what} must be {} to {}, not {value}.", range.start(), range.end()))
    }
}

#[cfg(test)]
#[path = "architecture_tests.rs"]
mod tests;
