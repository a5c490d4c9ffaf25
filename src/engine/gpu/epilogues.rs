//! What a convolution does at the end of its own work, so that no other dispatch reads its result only for that.
//! [`super::moments`] has the calls.

use super::moments::over_channels;
use crate::model::{Activation, Op, Plan, TensorId};

/// The sum that `ops[conv]` of `plan`, a convolution, computes besides: (what it adds, what it puts out instead of its own
/// output). The sum is the next operation, and nobody else reads what is added up here.
pub fn adds(plan: &Plan, conv: usize) -> Option<(TensorId, TensorId)> {
    let Op::Conv { output: own, .. } = plan.ops[conv] else { return None };
    let Some(&Op::Add { a, b, output }) = plan.ops.get(conv + 1) else { return None };
    let readers = plan.ops.iter().flat_map(Op::inputs).filter(|&tensor| tensor == own).count();
    let other = if a == own { b } else { a };
    (readers == 1 && [a, b].contains(&own)).then_some((other, output))
}

/// The tensor in whose map each tensor of `plan` lies: itself, or the sum that a convolution puts out instead of it.
pub fn places(plan: &Plan) -> Vec<TensorId> {
    let mut places: Vec<TensorId> = (0..plan.tensors.len()).collect();
    for (conv, op) in plan.ops.iter().enumerate() {
        if let (Some(own), Some((_, sum))) = (op.output(), adds(plan, conv)) {
            places[own] = sum;
        }
    }
    places
}

/// The norm of whole channels whose gradient `ops[conv]` of `plan`, a convolution, can begin: (its operation, its input, its
/// activation). It must be the last, walking backward, to write the gradient of what the norm puts out.
pub fn begins(plan: &Plan, conv: usize) -> Option<(usize, TensorId, Activation)> {
    let Op::Conv { input: between, .. } = plan.ops[conv] else { return None };
    let last = plan.ops.iter().position(|op| op.inputs().any(|t| t == between))?;
    let norm = plan.ops.iter().position(|op| op.output() == Some(between))?;
    match plan.ops[norm] {
        Op::NormAct { input, ref geometry, activation, .. } if last == conv && over_channels(geometry) => {
            Some((norm, input, activation))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Net, Norm, Shape};

    fn plan(norm: Norm) -> Plan {
        Plan::new(&Net::preresnet(Shape { c: 3, h: 8, w: 8 }, 10, 8, &[4, 8], norm, Activation::Silu), 2)
    }

    #[test]
    fn every_sum_of_a_residual_net_is_computed_by_the_convolution_before_it() {
        let plan = plan(Norm::Batch);
        let sums: Vec<usize> = (0..plan.ops.len()).filter(|&op| matches!(plan.ops[op], Op::Add { .. })).collect();
        let convs: Vec<usize> = (0..plan.ops.len()).filter(|&op| adds(&plan, op).is_some()).collect();
        assert!(!sums.is_empty());
        assert_eq!(convs, sums.iter().map(|sum| sum - 1).collect::<Vec<_>>());
        for conv in convs {
            let (other, output) = adds(&plan, conv).unwrap();
            assert_eq!(plan.ops[conv + 1].output(), Some(output));
            let own = plan.ops[conv].output().unwrap();
            assert!(plan.ops[conv + 1].inputs().any(|t| t == other) && own != other);
            assert_eq!((places(&plan)[own], places(&plan)[other], places(&plan)[output]), (output, other, output));
        }
    }

    #[test]
    fn a_norm_is_begun_by_the_last_convolution_that_writes_its_gradient() {
        let plan = plan(Norm::Batch);
        for (norm, op) in plan.ops.iter().enumerate() {
            let Op::NormAct { input, output, .. } = *op else { continue };
            let readers: Vec<usize> =
                (0..plan.ops.len()).filter(|&i| plan.ops[i].inputs().any(|t| t == output)).collect();
            let convs: Vec<usize> =
                (0..plan.ops.len()).filter(|&i| begins(&plan, i).is_some_and(|b| b.0 == norm)).collect();
            if matches!(plan.ops[readers[0]], Op::Conv { .. }) {
                assert_eq!(convs, [readers[0]]);
                assert_eq!(begins(&plan, readers[0]), Some((norm, input, Activation::Silu)));
            } else {
                assert!(convs.is_empty() && matches!(plan.ops[readers[0]], Op::PoolHead { .. }));
            }
        }
    }

    #[test]
    fn sets_of_one_image_are_begun_by_nobody() {
        let plan = self::plan(Norm::Group(2));
        assert!((0..plan.ops.len()).all(|op| begins(&plan, op).is_none()));
    }
}
