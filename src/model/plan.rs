//! A network flattened into operations on numbered tensors: what an engine executes.
//!
//! Forward is `ops` in order; backward is `ops` in reverse. Where a tensor feeds several operations its gradient is a
//! sum: [`Plan::writes_gradient_first`] says which operation of the backward walk overwrites and which add.

use super::{Activation, Net, NormGeometry};

/// Channels, height and width of one image or feature map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Shape {
    /// Channels.
    pub c: usize,
    /// Height.
    pub h: usize,
    /// Width.
    pub w: usize,
}

impl Shape {
    /// Elements of one image.
    pub fn len(self) -> usize {
        self.c * self.h * self.w
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Index into [`Plan::tensors`]. Tensor 0 is the batch of images, shared by all arms; it has no gradient.
pub type TensorId = usize;
/// Index into [`Plan::weights`].
pub type WeightId = usize;

/// The tensor that holds the images.
pub const INPUT: TensorId = 0;

/// What a weight does, and with it its initial values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightKind {
    /// A convolution's: normal with standard deviation √(2/fan_in).
    Conv,
    /// A factor per channel; 1.
    Scale,
    /// A summand per channel; 0.
    Shift,
}

/// What weights are there for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// Part of the scale-invariant network: trained by every arm.
    #[default]
    Body,
    /// The linear head of [`super::Layer::Head`]: frozen but in an arm that trains it.
    Head,
}

/// Weights of one layer, `[out, in, kernel, kernel]` in memory; a scale or shift is `[channels, 1, 1, 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Name, unique in the network.
    pub name: String,
    /// What it does.
    pub kind: WeightKind,
    /// Output channels.
    pub out: usize,
    /// Input channels.
    pub input: usize,
    /// Kernel height and width.
    pub kernel: usize,
    /// Which arms train them.
    pub role: Role,
    /// First element in the flat vector of all weights.
    pub offset: usize,
}

impl Weight {
    /// Number of weights.
    pub fn len(&self) -> usize {
        self.out * self.fan_in()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its place in the flat vector of all weights.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.offset..self.offset + self.len()
    }

    /// Inputs of one output: `in · kernel²`.
    pub fn fan_in(&self) -> usize {
        self.input * self.kernel * self.kernel
    }
}

/// Sizes of one convolution over a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvGeometry {
    /// Images in the batch.
    pub n: usize,
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Kernel height and width.
    pub kernel: usize,
    /// Stride in both directions.
    pub stride: usize,
    /// Zeros around the input.
    pub pad: usize,
}

impl ConvGeometry {
    /// Multiply-adds of one forward pass over the batch.
    pub fn multiply_adds(&self) -> usize {
        self.n * self.output.len() * self.input.c * self.kernel * self.kernel
    }
}

/// Sizes of one average pooling over a batch: windows of 2 × 2 pixels, 2 apart. An odd last row or column is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolGeometry {
    /// Images in the batch.
    pub n: usize,
    /// Input map.
    pub input: Shape,
}

impl PoolGeometry {
    /// Output map: half the size, rounded down.
    pub fn output(&self) -> Shape {
        Shape { c: self.input.c, h: self.input.h / 2, w: self.input.w / 2 }
    }
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    /// `output = conv(input, weight)`.
    Conv {
        /// Its input.
        input: TensorId,
        /// Its weights.
        weight: WeightId,
        /// Its output.
        output: TensorId,
        /// Its sizes.
        geometry: ConvGeometry,
    },
    /// `output = activation((input − mean) / √(var + ε))`.
    NormAct {
        /// Its input, of degree 1 in the weights.
        input: TensorId,
        /// Its output, of degree 0.
        output: TensorId,
        /// Which elements share mean and variance.
        geometry: NormGeometry,
        /// The nonlinearity.
        activation: Activation,
    },
    /// `output = a + b`.
    Add {
        /// First summand.
        a: TensorId,
        /// Second summand.
        b: TensorId,
        /// The sum.
        output: TensorId,
    },
    /// The channels of `a`, then those of `b`.
    Concat {
        /// First part.
        a: TensorId,
        /// Second part, with maps of the same size.
        b: TensorId,
        /// Both.
        output: TensorId,
    },
    /// Means over 2 × 2 pixels.
    AvgPool {
        /// Its input.
        input: TensorId,
        /// Its output.
        output: TensorId,
        /// Its sizes.
        geometry: PoolGeometry,
    },
    /// `output[c] = scale[c] · input[c] + shift[c]`: in no network of the lab, because it breaks scale invariance; here
    /// to show that.
    Affine {
        /// Its input.
        input: TensorId,
        /// A factor per channel.
        scale: WeightId,
        /// A summand per channel.
        shift: WeightId,
        /// Its output.
        output: TensorId,
    },
    /// Global average pooling, frozen linear head, cross-entropy: the last operation.
    PoolHead {
        /// The features before pooling.
        input: TensorId,
    },
}

impl Op {
    /// The tensors it reads.
    pub fn inputs(&self) -> impl Iterator<Item = TensorId> {
        let (a, b) = match *self {
            Self::Conv { input, .. }
            | Self::NormAct { input, .. }
            | Self::AvgPool { input, .. }
            | Self::Affine { input, .. }
            | Self::PoolHead { input } => (input, None),
            Self::Add { a, b, .. } | Self::Concat { a, b, .. } => (a, Some(b)),
        };
        std::iter::once(a).chain(b)
    }

    /// The tensor it writes; the head writes none.
    pub fn output(&self) -> Option<TensorId> {
        match *self {
            Self::Conv { output, .. }
            | Self::NormAct { output, .. }
            | Self::Add { output, .. }
            | Self::Concat { output, .. }
            | Self::AvgPool { output, .. }
            | Self::Affine { output, .. } => Some(output),
            Self::PoolHead { .. } => None,
        }
    }
}

/// A network with all its sizes, for one batch size.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Images in the batch.
    pub batch: usize,
    /// Number of logits.
    pub classes: usize,
    /// Shape of each tensor for one image; in memory a tensor is `[c, n, h, w]`.
    pub tensors: Vec<Shape>,
    /// The trained weights, in the order of the flat vector.
    pub weights: Vec<Weight>,
    /// Forward order.
    pub ops: Vec<Op>,
}

impl Plan {
    /// Plans `net` for batches of `batch` images.
    ///
    /// # Panics
    /// Where [`Plan::try_new`] gives an error: what people choose is checked before
    /// ([`super::Architecture::check`]).
    /// If a layer follows [`super::Layer::Head`].
    pub fn new(net: &Net, batch: usize) -> Self {
        Self::try_new(net, batch).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Plans `net` for batches of `batch` images.
    ///
    /// # Errors
    /// A sentence, if a feature map would vanish, channels cannot be split into the norm's groups, or shapes that meet
    /// differ.
    pub fn try_new(net: &Net, batch: usize) -> Result<Self, String> {
        let mut plan = Self { batch, classes: net.classes, tensors: vec![net.input], weights: vec![], ops: vec![] };
        let last = plan.push_all(net, &net.layers, INPUT)?;
        plan.ops.push(Op::PoolHead { input: last });
        assert!(plan.head().is_none_or(|head| head.offset + head.len() == plan.weight_count()), "a head comes last");
        Ok(plan)
    }

    /// The shape of the features before pooling.
    pub fn features(&self) -> Shape {
        match self.ops.last() {
            Some(&Op::PoolHead { input }) => self.tensors[input],
            _ => unreachable!("a plan ends in its head"),
        }
    }

    /// The weights of [`super::Layer::Head`], where there are such.
    pub fn head(&self) -> Option<&Weight> {
        self.weights.iter().find(|w| w.role == Role::Head)
    }

    /// Weights of [`Role::Body`] in all: they come first in the flat vector.
    pub fn body_count(&self) -> usize {
        self.head().map_or(self.weight_count(), |head| head.offset)
    }

    /// Weights in all.
    pub fn weight_count(&self) -> usize {
        self.weights.last().map_or(0, |w| w.offset + w.len())
    }

    /// Elements of tensor `id` over the batch.
    pub fn tensor_len(&self, id: TensorId) -> usize {
        self.tensors[id].len() * self.batch
    }

    /// Whether, walking backward, `ops[op]` is the first to write the gradient of its input `tensor` (and so overwrites
    /// it) or adds to what later operations of the network wrote. A tensor that meets itself is not planned.
    pub fn writes_gradient_first(&self, op: usize, tensor: TensorId) -> bool {
        !self.ops[op + 1..].iter().any(|later| later.inputs().any(|t| t == tensor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Architecture, Norm};

    #[test]
    fn the_default_net() {
        let net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu);
        let plan = Plan::new(&net, 64);
        let maps: Vec<_> = plan.tensors.iter().map(|s| (s.c, s.h)).collect();
        assert_eq!(maps, [(1, 14), (16, 14), (16, 14), (32, 7), (32, 7), (32, 4), (32, 4)]);
        assert_eq!(plan.weight_count(), 144 + 4_608 + 9_216);
        assert_eq!(plan.features(), Shape { c: 32, h: 4, w: 4 });
    }

    #[test]
    fn preresnet_8_has_the_peers_shapes() {
        let net = Net::preresnet(Shape { c: 3, h: 32, w: 32 }, 10, 8, &[16, 32, 64], Norm::Batch, Activation::Relu);
        let plan = Plan::new(&net, 64);
        assert_eq!(plan.weights.len(), 9);
        assert_eq!(plan.features(), Shape { c: 64, h: 8, w: 8 });
        let shortcut = plan.weights.iter().find(|w| w.name == "stage2.block1.shortcut").unwrap();
        assert_eq!((shortcut.out, shortcut.input, shortcut.kernel), (32, 16, 1));
    }

    #[test]
    fn a_trained_head_is_a_convolution_at_the_end() {
        let net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu);
        let (frozen, plan) = (Plan::new(&net, 64), Plan::new(&net.with_trained_head(), 64));
        assert_eq!(plan.features(), Shape { c: 10, h: 4, w: 4 });
        let head = plan.head().unwrap();
        assert_eq!((head.out, head.input, head.kernel), (10, 32, 1));
        assert_eq!((plan.body_count(), plan.weight_count()), (frozen.weight_count(), frozen.weight_count() + 320));
        assert_eq!((frozen.head(), frozen.body_count()), (None, frozen.weight_count()));
    }

    #[test]
    #[should_panic(expected = "a head comes last")]
    fn nothing_follows_a_head() {
        let mut net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Gelu);
        net.layers.insert(0, crate::model::Layer::Head);
        Plan::new(&net, 1);
    }

    #[test]
    fn exactly_one_writer_of_each_gradient_comes_first() {
        for architecture in [
            Architecture::PreResNet { depth: 14, widths: vec![4, 8] },
            Architecture::DenseNet { blocks: 2, layers: 3, growth: 4 },
        ] {
            let net = architecture.net(Shape { c: 3, h: 8, w: 8 }, 10, Norm::Batch, Activation::Gelu);
            let plan = Plan::new(&net, 2);
            for tensor in 1..plan.tensors.len() {
                let firsts = (0..plan.ops.len())
                    .filter(|&i| plan.ops[i].inputs().any(|t| t == tensor) && plan.writes_gradient_first(i, tensor))
                    .count();
                assert_eq!(firsts, 1, "{architecture:?}, tensor {tensor}");
            }
        }
    }
}
