//! Plan → calls, once: a training step and an evaluation as lists of dispatches, and how much memory they need.

use super::arena::{Life, assign};
use super::calls::{self, Buf, Call, Pool};
use super::layout::Layout;
use super::reduction::Reduction;
use super::{epilogues, moments, norms};
use crate::engine::MAX_ENQUEUED;
use crate::model::plan::INPUT;
use crate::model::{Op, Plan, TensorId};
use std::collections::BTreeMap;

/// What is dispatched for one step or evaluation, and the elements (4 bytes each) of every buffer it touches.
#[derive(Clone, Debug, Default)]
pub struct Encoded {
    /// In order.
    pub calls: Vec<Call>,
    /// Elements of 4 bytes.
    pub lens: BTreeMap<Buf, usize>,
}

const REFUSED_AFFINE: &str = "a trainable scale and shift per channel has no kernel; it breaks scale invariance";

/// Whether there are kernels for every operation of `plan`; the other functions here need it.
///
/// # Errors
/// A sentence that says what there is no kernel for.
pub fn check(plan: &Plan) -> Result<(), String> {
    for (index, op) in plan.ops.iter().enumerate() {
        match *op {
            Op::Affine { .. } => return Err(REFUSED_AFFINE.to_owned()),
            Op::Conv { ref geometry, .. } if geometry.stride > 2 => {
                return Err(format!("a convolution of stride {} has no kernel; 1 and 2 have", geometry.stride));
            }
            Op::Conv { .. } => {}
            Op::Add { .. } if index == 0 || epilogues::adds(plan, index - 1).is_none() => {
                return Err("a sum must come behind a convolution, which adds".to_owned());
            }
            // All arms share the images, and nobody asks for their gradient; only convolutions know.
            _ if op.inputs().any(|tensor| tensor == INPUT) => {
                return Err("the images must go into a convolution first".to_owned());
            }
            Op::NormAct { .. } | Op::Add { .. } | Op::Concat { .. } | Op::AvgPool { .. } | Op::PoolHead { .. } => {}
        }
    }
    Ok(())
}

/// f32 of one arm's row in the ring of steps: loss, correct, four sums a layer.
pub fn row_len(plan: &Plan) -> usize {
    2 + 4 * plan.weights.len()
}

/// f32 of one arm's logits of an evaluation.
pub fn logits_len(plan: &Plan) -> usize {
    plan.batch * plan.classes
}

/// A training step of all arms.
pub fn training_step(plan: &Plan, layout: &Layout, arms: usize, reduction: Reduction) -> Encoded {
    let map = |place| if place == INPUT { Buf::Batch } else { Buf::Map(place) };
    let maps: Vec<Buf> = epilogues::places(plan).into_iter().map(map).collect();
    let (gradients, gradient_lens) = gradients(plan);
    let mut encoded = forward(plan, layout, arms, &maps, reduction);
    let (calls, lens) = (&mut encoded.calls, &mut encoded.lens);
    // Of the norms whose gradient a convolution begins.
    let mut pieces: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, op) in plan.ops.iter().enumerate().rev() {
        let first = |tensor| plan.writes_gradient_first(index, tensor);
        match *op {
            Op::PoolHead { input } => {
                let buffers = [maps[input], gradients[input]];
                calls.push(calls::pool_head(pool(plan), arms, buffers, reduction));
            }
            Op::NormAct { input, output, ref geometry, activation } => {
                let [x, dy, stats, dx] = [maps[input], gradients[output], Buf::Stats(index), gradients[input]];
                calls.push(if let Some(&pieces) = pieces.get(&index) {
                    let buffers = [x, dy, stats, Buf::Sums(index), dx];
                    moments::norm_backward(geometry, arms, buffers, !first(input), pieces)
                } else {
                    norms::norm_backward(geometry, activation, arms, [x, dy, stats, dx], !first(input), reduction)
                });
            }
            Op::Conv { input, weight, output, ref geometry } => {
                let layer = &layout.layers[weight];
                calls.push(if input == INPUT {
                    let operands = [maps[input], gradients[output]];
                    calls::conv_weight_gradient(geometry, layer, layout, arms, operands)
                } else {
                    let operands = [maps[input], gradients[output], gradients[input]];
                    let call = calls::conv_backward(geometry, layer, layout, arms, operands, !first(input));
                    match epilogues::begins(plan, index).filter(|_| reduction == Reduction::Shared) {
                        Some((norm, y, activation)) => {
                            let sums = moments::pieces_of_sums(&call, geometry);
                            pieces.insert(norm, sums);
                            lens.insert(Buf::Sums(norm), moments::sums_len(arms * geometry.input.c, sums));
                            moments::leave_sums(call, activation, [maps[y], Buf::Stats(norm), Buf::Sums(norm)])
                        }
                        None => call,
                    }
                });
            }
            Op::Add { a, b, output } => {
                for summand in [a, b].into_iter().filter(|&s| gradients[s] != gradients[output]) {
                    let buffers = [gradients[output], gradients[summand]];
                    calls.push(calls::add_backward(arms * plan.tensor_len(output), buffers, !first(summand)));
                }
            }
            Op::Concat { a, b, output } => {
                let [len_a, len_b] = [a, b].map(|part| plan.tensor_len(part));
                for (part, place) in [(a, [len_a + len_b, 0, len_a]), (b, [len_a + len_b, len_a, len_b])] {
                    let buffers = [gradients[output], gradients[part]];
                    calls.push(calls::concat_backward(place, arms, buffers, !first(part)));
                }
            }
            Op::AvgPool { input, output, ref geometry } => {
                let buffers = [gradients[output], gradients[input]];
                calls.push(calls::avg_pool_backward(geometry, arms, buffers, !first(input)));
            }
            Op::Affine { .. } => unreachable!("{REFUSED_AFFINE}"),
        }
    }
    calls.push(calls::update(layout, arms));
    calls.push(calls::measure(plan.batch, layout, arms, reduction));

    lens.extend(gradient_lens.into_iter().enumerate().map(|(slot, len)| (Buf::Gradient(slot), len * arms)));
    lens.extend(maps.iter().enumerate().skip(1).map(|(t, &map)| (map, plan.tensor_len(t) * arms)));
    lens.insert(Buf::Transposed, layout.transposed_len * arms);
    lens.insert(Buf::Momentum, layout.len * arms);
    lens.insert(Buf::Partials, layout.partial_len * arms);
    lens.insert(Buf::Losses, 2 * plan.batch * arms);
    lens.insert(Buf::Blocks, size_of_val(&layout.blocks()[..]) / 4);
    lens.insert(Buf::Bounds, layout.bounds().len());
    lens.insert(Buf::WeightSums, layout.len * arms);
    lens.insert(Buf::Ring, MAX_ENQUEUED * arms * row_len(plan));
    encoded
}

/// The logits of an evaluation of all arms.
pub fn evaluation(plan: &Plan, layout: &Layout, arms: usize, reduction: Reduction) -> Encoded {
    let places = epilogues::places(plan);
    let owners: Vec<TensorId> = (1..plan.tensors.len()).filter(|&t| places[t] == t).collect();
    let life = |&owner: &TensorId| {
        let lies_here = |tensor: TensorId| places[tensor] == owner;
        let from = plan.ops.iter().position(|op| op.output().is_some_and(lies_here)).unwrap_or(0);
        let to = plan.ops.iter().rposition(|op| op.inputs().any(lies_here)).unwrap_or(from);
        Life { len: plan.tensor_len(owner), from, to }
    };
    let (slots, lens) = assign(&owners.iter().map(life).collect::<Vec<_>>());
    let slot_of: BTreeMap<TensorId, usize> = owners.into_iter().zip(slots).collect();
    let map = |place: TensorId| slot_of.get(&place).map_or(Buf::Batch, |&slot| Buf::Map(slot));
    let maps: Vec<Buf> = places.iter().copied().map(map).collect();
    let mut encoded = forward(plan, layout, arms, &maps, reduction);
    if let Some(&Op::PoolHead { input }) = plan.ops.last() {
        encoded.calls.push(calls::pool_logits(pool(plan), arms, maps[input], reduction));
    }
    encoded.lens.extend(lens.into_iter().enumerate().map(|(slot, len)| (Buf::Map(slot), len * arms)));
    encoded.lens.insert(Buf::Ring, MAX_ENQUEUED * arms * logits_len(plan));
    encoded
}

fn pool(plan: &Plan) -> Pool {
    Pool { n: plan.batch, features: plan.features(), classes: plan.classes }
}

/// From the images to the features before pooling, and what both programs need.
fn forward(plan: &Plan, layout: &Layout, arms: usize, maps: &[Buf], reduction: Reduction) -> Encoded {
    let mut calls = vec![calls::gather(plan.batch, plan.tensors[INPUT])];
    let mut lens = BTreeMap::from([
        (Buf::Draws, 2 * MAX_ENQUEUED * plan.batch),
        (Buf::Batch, plan.tensor_len(INPUT)),
        (Buf::Weights, layout.len * arms),
        (Buf::Head, plan.features().c * plan.classes),
    ]);
    // Of the tensors whose moments their convolution leaves.
    let mut pieces: BTreeMap<TensorId, usize> = BTreeMap::new();
    for (index, op) in plan.ops.iter().enumerate() {
        match *op {
            Op::Conv { input, weight, output: own, ref geometry } => {
                let layer = &layout.layers[weight];
                let sum = epilogues::adds(plan, index);
                let (addend, output) = (sum.map(|(addend, _)| maps[addend]), sum.map_or(own, |(_, output)| output));
                let operands = [maps[input], maps[output]];
                let mut call = calls::conv_forward(geometry, layer, layout, arms, operands, addend);
                if reduction == Reduction::Shared && moments::are_wanted(plan, output) {
                    pieces.insert(output, moments::pieces(&call));
                    lens.insert(Buf::Moments(output), moments::len(arms * geometry.output.c, moments::pieces(&call)));
                    call = moments::leave(call, Buf::Moments(output));
                }
                calls.push(call);
            }
            Op::NormAct { input, output, ref geometry, activation } => {
                let stats = Buf::Stats(index);
                calls.push(match pieces.get(&input) {
                    Some(&pieces) if moments::over_channels(geometry) => {
                        let buffers = [maps[input], Buf::Moments(input), maps[output], stats];
                        moments::norm_forward(geometry, activation, arms, buffers, pieces)
                    }
                    _ => {
                        let buffers = [maps[input], maps[output], stats];
                        norms::norm_forward(geometry, activation, arms, buffers, reduction)
                    }
                });
                lens.insert(stats, 2 * geometry.sets * arms);
            }
            // The convolution before it has added.
            Op::Add { .. } => {}
            Op::Concat { a, b, output } => {
                let lens = [a, b].map(|part| plan.tensor_len(part));
                calls.push(calls::concat(lens, arms, [maps[a], maps[b], maps[output]]));
            }
            Op::AvgPool { input, output, ref geometry } => {
                calls.push(calls::avg_pool(geometry, arms, [maps[input], maps[output]]));
            }
            Op::Affine { .. } => unreachable!("{REFUSED_AFFINE}"),
            Op::PoolHead { .. } => {}
        }
    }
    Encoded { calls, lens }
}

/// The gradient buffer of each tensor, and the elements of each buffer for one arm. The gradient of a summand that
/// nothing else reads is that of the sum: they share the buffer, and nobody copies.
fn gradients(plan: &Plan) -> (Vec<Buf>, Vec<usize>) {
    let mut same_as: Vec<TensorId> = (0..plan.tensors.len()).collect();
    for op in plan.ops.iter().rev() {
        if let Op::Add { a, b, output } = *op {
            for summand in [a, b] {
                if plan.ops.iter().flat_map(Op::inputs).filter(|&t| t == summand).count() == 1 {
                    same_as[summand] = same_as[output];
                }
            }
        }
    }
    // Backward time: the last operation comes first.
    let time = |index: usize| plan.ops.len() - index;
    let owners: Vec<TensorId> = (1..plan.tensors.len()).filter(|&t| same_as[t] == t).collect();
    let lives: Vec<Life> = owners
        .iter()
        .map(|&owner| {
            let sharers: Vec<TensorId> = (1..plan.tensors.len()).filter(|&t| same_as[t] == owner).collect();
            let readers = plan.ops.iter().rposition(|op| op.inputs().any(|t| sharers.contains(&t)));
            let writer = plan.ops.iter().position(|op| op.output().is_some_and(|t| sharers.contains(&t)));
            Life { len: plan.tensor_len(owner), from: time(readers.unwrap_or(0)), to: time(writer.unwrap_or(0)) }
        })
        .collect();
    let (slots, lens) = assign(&lives);
    let slot_of = |tensor: TensorId| {
        let owner = owners.iter().position(|&o| o == same_as[tensor]).unwrap_or(0);
        Buf::Gradient(slots.get(owner).copied().unwrap_or(0))
    };
    ((0..plan.tensors.len()).map(slot_of).collect(), lens)
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
