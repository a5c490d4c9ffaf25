//! Networks as layers.

use super::{Activation, Norm, plan::Shape};

/// One layer of a network.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Layer {
    /// A convolution without bias, padded by `kernel / 2`.
    Conv {
        /// Name of its weights, unique in the network.
        name: String,
        /// Output channels.
        out: usize,
        /// Kernel height and width; odd.
        kernel: usize,
        /// Stride in both directions.
        stride: usize,
    },
    /// A normalisation without trainable scale or shift, then the activation.
    NormAct,
    /// `shortcut + body(pre(x))`.
    Residual {
        /// Shared by both branches where the shortcut has weights.
        pre: Vec<Layer>,
        /// The long way.
        body: Vec<Layer>,
        /// The short way.
        shortcut: Shortcut,
    },
    /// The channels of x, then those of `body(x)` (Huang et al. 2017).
    Dense {
        /// What is added to the channels of x.
        body: Vec<Layer>,
    },
    /// Means over 2 × 2 pixels, 2 apart; an odd last row or column is dropped.
    AvgPool,
    /// A trainable scale and shift per channel. It breaks scale invariance and is in no network of the lab: it is here to
    /// show that.
    Affine {
        /// Its weights are called `name.scale` and `name.shift`.
        name: String,
    },
    /// The linear head as a 1×1 convolution from the features to the classes, so that an arm may train it; only as the
    /// last layer. It commutes with pooling: the frozen head behind it is the identity, and the network the same function.
    Head,
}

/// How a residual block's input reaches its sum.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Shortcut {
    /// x itself.
    Identity,
    /// A layer on pre(x): norm → conv, which keeps the degree at 1 (theory 5).
    AfterPre(Box<Layer>),
    /// A layer on x itself. A bare convolution there gives the sum two degrees (theory 5): forbidden, and here to show it.
    Raw(Box<Layer>),
}

/// A network: layers, then global average pooling, then a frozen linear head without bias.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Net {
    /// One input image.
    pub input: Shape,
    /// Number of logits.
    pub classes: usize,
    /// From the image to the pooled features.
    pub layers: Vec<Layer>,
    /// The normalisation used throughout.
    pub norm: Norm,
    /// The activation used throughout.
    pub activation: Activation,
}

pub(super) fn conv(name: impl Into<String>, out: usize, kernel: usize, stride: usize) -> Layer {
    Layer::Conv { name: name.into(), out, kernel, stride }
}

impl Net {
    /// The same network with [`Layer::Head`] at its end: not scale invariant in an arm that trains it.
    pub fn with_trained_head(mut self) -> Self {
        self.layers.push(Layer::Head);
        self
    }

    /// A plain 3×3 ConvNet: for each (width, stride) a convolution, a norm and an activation.
    pub fn convnet(
        input: Shape,
        classes: usize,
        widths: &[(usize, usize)],
        norm: Norm,
        activation: Activation,
    ) -> Self {
        let layers = widths
            .iter()
            .enumerate()
            .flat_map(|(i, &(out, stride))| [conv(format!("conv{}", i + 1), out, 3, stride), Layer::NormAct])
            .collect();
        Self { input, classes, layers, norm, activation }
    }

    /// The lab's default: 16 – 32 (stride 2) – 32 (stride 2).
    pub fn lab_default(input: Shape, classes: usize, norm: Norm, activation: Activation) -> Self {
        Self::convnet(input, classes, &[(16, 1), (32, 2), (32, 2)], norm, activation)
    }

    /// PreResNet of `depth` = 6k + 2 with one stage per width and norm → 1×1 conv shortcuts (He et al. 2016).
    ///
    /// # Panics
    /// If `depth` is not 6k + 2 with k ≥ 1.
    pub fn preresnet(
        input: Shape,
        classes: usize,
        depth: usize,
        widths: &[usize],
        norm: Norm,
        activation: Activation,
    ) -> Self {
        assert!(depth >= 8 && (depth - 2).is_multiple_of(6), "a PreResNet has depth 6k + 2, not {depth}");
        let mut layers = vec![conv("stem", widths[0], 3, 1)];
        let mut channels = widths[0];
        for (stage, &width) in widths.iter().enumerate() {
            for block in 0..(depth - 2) / 6 {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                let id = format!("stage{}.block{}", stage + 1, block + 1);
                let shortcut = if stride == 1 && channels == width {
                    Shortcut::Identity
                } else {
                    Shortcut::AfterPre(Box::new(conv(format!("{id}.shortcut"), width, 1, stride)))
                };
                layers.push(Layer::Residual {
                    pre: vec![Layer::NormAct],
                    body: vec![
                        conv(format!("{id}.conv1"), width, 3, stride),
                        Layer::NormAct,
                        conv(format!("{id}.conv2"), width, 3, 1),
                    ],
                    shortcut,
                });
                channels = width;
            }
        }
        layers.push(Layer::NormAct);
        Self { input, classes, layers, norm, activation }
    }
}
