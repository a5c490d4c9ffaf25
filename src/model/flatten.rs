//! From layers to operations: the part of [`Plan`] that knows [`Layer`].

use super::plan::{ConvGeometry, Op, Plan, PoolGeometry, Role, Shape, TensorId, Weight, WeightId, WeightKind};
use super::{Layer, Net, Shortcut};

impl Plan {
    /// Appends `layers` behind tensor `x`; the tensor they end in.
    pub(super) fn push_all(&mut self, net: &Net, layers: &[Layer], x: TensorId) -> Result<TensorId, String> {
        layers.iter().try_fold(x, |x, layer| self.push(net, layer, x))
    }

    fn push_tensor(&mut self, shape: Shape) -> TensorId {
        self.tensors.push(shape);
        self.tensors.len() - 1
    }

    fn push_weight(&mut self, name: String, kind: WeightKind, out: usize, input: usize, kernel: usize) -> WeightId {
        let offset = self.weight_count();
        self.weights.push(Weight { name, kind, role: Role::Body, out, input, kernel, offset });
        self.weights.len() - 1
    }

    fn push_conv(&mut self, name: &str, [out, kernel, stride]: [usize; 3], x: TensorId) -> Result<TensorId, String> {
        let shape = self.tensors[x];
        let geometry = conv_geometry(self.batch, shape, out, kernel, stride)
            .ok_or_else(|| format!("{name} cannot be a convolution of {} × {} pixels.", shape.h, shape.w))?;
        let weight = self.push_weight(name.to_owned(), WeightKind::Conv, out, shape.c, kernel);
        let output = self.push_tensor(geometry.output);
        self.ops.push(Op::Conv { input: x, weight, output, geometry });
        Ok(output)
    }

    fn push(&mut self, net: &Net, layer: &Layer, x: TensorId) -> Result<TensorId, String> {
        let shape = self.tensors[x];
        match layer {
            Layer::Conv { name, out, kernel, stride } => self.push_conv(name, [*out, *kernel, *stride], x),
            Layer::Head => {
                let output = self.push_conv("head", [self.classes, 1, 1], x)?;
                self.weights.last_mut().into_iter().for_each(|head| head.role = Role::Head);
                Ok(output)
            }
            Layer::NormAct => {
                net.norm.check(shape.c)?;
                let output = self.push_tensor(shape);
                let geometry = net.norm.geometry(self.batch, shape);
                self.ops.push(Op::NormAct { input: x, output, geometry, activation: net.activation });
                Ok(output)
            }
            Layer::Residual { pre, body, shortcut } => {
                let p = self.push_all(net, pre, x)?;
                let short = match shortcut {
                    Shortcut::Identity => x,
                    Shortcut::AfterPre(layer) => self.push(net, layer, p)?,
                    Shortcut::Raw(layer) => self.push(net, layer, x)?,
                };
                let long = self.push_all(net, body, p)?;
                let (a, b) = (self.tensors[long], self.tensors[short]);
                if a != b || long == short {
                    return Err(format!("A residual block cannot add {} to {}.", text(b), text(a)));
                }
                let output = self.push_tensor(a);
                self.ops.push(Op::Add { a: long, b: short, output });
                Ok(output)
            }
            Layer::Dense { body } => {
                let grown = self.push_all(net, body, x)?;
                let more = self.tensors[grown];
                if (more.h, more.w) != (shape.h, shape.w) || grown == x {
                    return Err(format!("A dense layer cannot put {} behind {}.", text(more), text(shape)));
                }
                let output = self.push_tensor(Shape { c: shape.c + more.c, ..shape });
                self.ops.push(Op::Concat { a: x, b: grown, output });
                Ok(output)
            }
            Layer::AvgPool => {
                let geometry = PoolGeometry { n: self.batch, input: shape };
                if geometry.output().is_empty() {
                    return Err(format!("Feature maps of {} × {} pixels would vanish in a pooling.", shape.h, shape.w));
                }
                let output = self.push_tensor(geometry.output());
                self.ops.push(Op::AvgPool { input: x, output, geometry });
                Ok(output)
            }
            Layer::Affine { name } => {
                let scale = self.push_weight(format!("{name}.scale"), WeightKind::Scale, shape.c, 1, 1);
                let shift = self.push_weight(format!("{name}.shift"), WeightKind::Shift, shape.c, 1, 1);
                let output = self.push_tensor(shape);
                self.ops.push(Op::Affine { input: x, scale, shift, output });
                Ok(output)
            }
        }
    }
}

/// The sizes of a convolution padded by `kernel / 2`; `None` where nothing comes out.
fn conv_geometry(n: usize, input: Shape, out: usize, kernel: usize, stride: usize) -> Option<ConvGeometry> {
    if out == 0 || input.is_empty() || stride == 0 || kernel.is_multiple_of(2) {
        return None;
    }
    let pad = kernel / 2;
    let size = |len: usize| (len + 2 * pad - kernel) / stride + 1;
    let output = Shape { c: out, h: size(input.h), w: size(input.w) };
    Some(ConvGeometry { n, input, output, kernel, stride, pad })
}

fn text(shape: Shape) -> String {
    format!("{} channels of {} × {} pixels", shape.c, shape.h, shape.w)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Norm};

    fn net(layers: Vec<Layer>) -> Net {
        let input = Shape { c: 2, h: 5, w: 7 };
        Net { input, classes: 3, layers, norm: Norm::Group(2), activation: Activation::Gelu }
    }

    fn conv(name: &str, out: usize, kernel: usize, stride: usize) -> Layer {
        Layer::Conv { name: name.into(), out, kernel, stride }
    }

    #[test]
    fn dense_layers_pooling_and_scales_have_their_shapes() {
        let body = vec![Layer::NormAct, conv("b", 6, 3, 1)];
        let affine = Layer::Affine { name: "last".into() };
        let plan = Plan::new(&net(vec![conv("a", 4, 3, 1), Layer::Dense { body }, Layer::AvgPool, affine]), 3);
        let shapes: Vec<_> = plan.tensors.iter().map(|s| (s.c, s.h, s.w)).collect();
        assert_eq!(shapes, [(2, 5, 7), (4, 5, 7), (4, 5, 7), (6, 5, 7), (10, 5, 7), (10, 2, 3), (10, 2, 3)]);
        assert!(matches!(plan.ops[3], Op::Concat { a: 1, b: 3, output: 4 }));
        let names: Vec<_> = plan.weights.iter().map(|w| (w.name.as_str(), w.offset, w.len())).collect();
        assert_eq!(names, [("a", 0, 72), ("b", 72, 216), ("last.scale", 288, 10), ("last.shift", 298, 10)]);
    }

    #[test]
    fn what_cannot_be_planned_is_said() {
        let residual = |shortcut| Layer::Residual { pre: vec![], body: vec![conv("b", 4, 3, 2)], shortcut };
        let dense = |body| Layer::Dense { body };
        for (layers, word) in [
            (vec![conv("a", 3, 3, 1), Layer::NormAct], "3 channels cannot be split into 2"),
            (vec![Layer::AvgPool, Layer::AvgPool, Layer::AvgPool], "1 × 1 pixels would vanish"),
            (vec![residual(Shortcut::Identity)], "cannot add 2 channels"),
            (vec![residual(Shortcut::Raw(Box::new(conv("c", 5, 1, 2))))], "cannot add 5 channels"),
            (vec![dense(vec![conv("a", 3, 3, 2)])], "cannot put 3 channels of 3 × 4"),
            (vec![dense(vec![])], "cannot put"),
            (vec![conv("even", 3, 2, 1)], "even cannot be"),
            (vec![conv("still", 3, 3, 0)], "still cannot be"),
            (vec![conv("empty", 0, 3, 1)], "empty cannot be"),
        ] {
            let found = Plan::try_new(&net(layers.clone()), 2);
            let said = found.as_ref().err().is_some_and(|why| why.contains(word));
            assert!(said, "{layers:?}: {found:?} should say {word}");
        }
    }
}
