//! Degrees of homogeneity: by which power of c a tensor grows when all trained weights are multiplied by c > 0.
//!
//! The bookkeeping of theory 5, on a [`Plan`] and without a number computed. The image has degree 0; a convolution adds
//! 1; a norm (with ε = 0) makes it 0, and the activation behind it sees that 0; pooling leaves it; a sum and a
//! concatenation need equal degrees; the logits must have degree 0.

use super::plan::{INPUT, Op, Plan, TensorId};

/// The degree of every tensor in the trained weights.
///
/// # Errors
/// A sentence that names the operation in which different degrees meet.
pub fn degrees(plan: &Plan) -> Result<Vec<u32>, String> {
    let mut degree = vec![0; plan.tensors.len()];
    for op in &plan.ops {
        match *op {
            Op::Conv { input, output, .. } => degree[output] = degree[input] + 1,
            Op::NormAct { output, .. } => degree[output] = 0,
            Op::AvgPool { input, output, .. } => degree[output] = degree[input],
            Op::Add { a, b, output } | Op::Concat { a, b, output } => {
                if degree[a] != degree[b] {
                    let what = if matches!(op, Op::Add { .. }) { "A sum" } else { "A concatenation" };
                    let of = |tensor| format!("{} of degree {}", origin(plan, tensor), degree[tensor]);
                    return Err(format!("{what} mixes {} with {}.", of(a), of(b)));
                }
                degree[output] = degree[a];
            }
            Op::Affine { input, scale, output, .. } => {
                // scale · x has one degree more than x; the shift has degree 1.
                if degree[input] != 0 {
                    let name = &plan.weights[scale].name;
                    let scaled = degree[input] + 1;
                    return Err(format!("{name} makes a tensor of degree {scaled}, and its shift has degree 1."));
                }
                degree[output] = 1;
            }
            Op::PoolHead { .. } => {}
        }
    }
    Ok(degree)
}

/// The degree of the logits: 0 for a network whose function does not depend on the scale of its weights.
///
/// # Errors
/// As [`degrees`].
pub fn logits_degree(plan: &Plan) -> Result<u32, String> {
    let degree = degrees(plan)?;
    let pooled = plan.ops.iter().find_map(|op| match *op {
        Op::PoolHead { input } => Some(input),
        _ => None,
    });
    Ok(pooled.map_or(0, |input| degree[input]))
}

/// What made a tensor, for people.
fn origin(plan: &Plan, tensor: TensorId) -> String {
    if tensor == INPUT {
        return "the image".into();
    }
    match plan.ops.iter().find(|op| op.output() == Some(tensor)) {
        Some(&Op::Conv { weight, .. } | &Op::Affine { scale: weight, .. }) => {
            format!("the output of {}", plan.weights[weight].name)
        }
        Some(Op::NormAct { .. }) => "a normalised map".into(),
        Some(Op::Add { .. }) => "a sum".into(),
        Some(Op::Concat { .. }) => "a concatenation".into(),
        Some(Op::AvgPool { .. }) => "a pooled map".into(),
        Some(Op::PoolHead { .. }) | None => "a tensor".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Architecture, Layer, Net, Norm, Shape, Shortcut};

    const INPUT_SHAPE: Shape = Shape { c: 3, h: 8, w: 8 };

    fn net(layers: Vec<Layer>) -> Net {
        Net { input: INPUT_SHAPE, classes: 4, layers, norm: Norm::Batch, activation: Activation::Gelu }
    }

    fn conv(name: &str) -> Layer {
        Layer::Conv { name: name.into(), out: 3, kernel: 3, stride: 1 }
    }

    /// The degree of logits behind `layers`.
    fn of(layers: Vec<Layer>) -> Result<u32, String> {
        logits_degree(&Plan::new(&net(layers), 2))
    }

    #[test]
    fn every_architecture_is_scale_invariant_and_its_norms_see_degree_1() {
        for architecture in [
            Architecture::default(),
            Architecture::PreResNet { depth: 8, widths: vec![16, 32, 64] },
            Architecture::PreResNet { depth: 20, widths: vec![16, 32, 64] },
            Architecture::PreResNet { depth: 32, widths: vec![16, 32, 64] },
            Architecture::DenseNet { blocks: 3, layers: 4, growth: 12 },
        ] {
            let plan = Plan::new(&architecture.net(INPUT_SHAPE, 10, Norm::Batch, Activation::Gelu), 4);
            assert_eq!(logits_degree(&plan), Ok(0), "{architecture:?}");
            // One ε for all norms (theory 3.2) is right only because every norm's input has degree 1.
            let degree = degrees(&plan).unwrap();
            for op in &plan.ops {
                assert!(!matches!(op, Op::NormAct { input, .. } if degree[*input] != 1), "{architecture:?}: {op:?}");
            }
        }
    }

    #[test]
    fn the_rules_one_by_one() {
        let affine = || Layer::Affine { name: "last".into() };
        assert_eq!(of(vec![]), Ok(0));
        assert_eq!(of(vec![conv("a")]), Ok(1));
        assert_eq!(of(vec![conv("a"), conv("b"), Layer::AvgPool]), Ok(2));
        assert_eq!(of(vec![conv("a"), conv("b"), Layer::NormAct]), Ok(0));
        assert_eq!(of(vec![conv("a"), Layer::NormAct, affine()]), Ok(1), "an affine before the head");
        assert_eq!(of(vec![conv("a"), Layer::NormAct, affine(), Layer::NormAct]), Ok(0));
        let error = of(vec![conv("a"), affine()]).unwrap_err();
        assert!(error.contains("last.scale makes a tensor of degree 2"), "{error}");
    }

    #[test]
    fn mixed_degrees_are_named() {
        let block = |shortcut| Layer::Residual { pre: vec![Layer::NormAct], body: vec![conv("long")], shortcut };
        let with = |shortcut| of(vec![conv("stem"), block(shortcut), Layer::NormAct]);
        assert_eq!(with(Shortcut::Identity), Ok(0));
        assert_eq!(with(Shortcut::AfterPre(Box::new(conv("short")))), Ok(0));
        let raw = with(Shortcut::Raw(Box::new(conv("short")))).unwrap_err();
        assert_eq!(raw, "A sum mixes the output of long of degree 1 with the output of short of degree 2.");
        let dense = of(vec![Layer::Dense { body: vec![conv("grown")] }]).unwrap_err();
        assert_eq!(dense, "A concatenation mixes the image of degree 0 with the output of grown of degree 1.");
    }
}
