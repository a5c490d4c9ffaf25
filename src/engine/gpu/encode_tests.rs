use super::*;
use crate::engine::gpu::{kernels, variants};
use crate::model::{Activation, Layer, Net, Norm, Shape};

fn nets() -> Vec<Net> {
    let shape = Shape { c: 1, h: 14, w: 14 };
    vec![
        Net::lab_default(shape, 10, Norm::Batch, Activation::Gelu),
        Net::preresnet(shape, 10, 14, &[8, 12], Norm::Group(4), Activation::Silu),
        Net::densenet(shape, 10, [3, 3, 4], Norm::Layer, Activation::Gelu),
    ]
}

fn programs(plan: &Plan, layout: &Layout) -> impl Iterator<Item = Encoded> {
    let of = |reduction| [training_step(plan, layout, 3, reduction), evaluation(plan, layout, 3, reduction)];
    Reduction::ALL.into_iter().flat_map(of)
}

#[test]
fn the_default_net_takes_16_dispatches_a_step() {
    let plan = Plan::new(&nets()[0], 64);
    let layout = Layout::new(&plan);
    for reduction in Reduction::ALL {
        assert_eq!(training_step(&plan, &layout, 4, reduction).calls.len(), 16, "{reduction:?}");
        assert_eq!(training_step(&plan, &layout, 2, reduction).calls.len(), 16, "arms cost no dispatches");
        assert_eq!(evaluation(&plan, &layout, 4, reduction).calls.len(), 8);
    }
}

#[test]
fn a_sum_is_no_dispatch_and_has_its_map_from_its_convolution() {
    let net = Net::preresnet(Shape { c: 3, h: 32, w: 32 }, 10, 8, &[16, 32, 64], Norm::Batch, Activation::Relu);
    let plan = Plan::new(&net, 8);
    let encoded = training_step(&plan, &Layout::new(&plan), 2, Reduction::Shared);
    assert_eq!(encoded.calls.len(), 37);
    let sums = plan.ops.iter().filter(|op| matches!(op, Op::Add { .. })).count();
    let maps = encoded.lens.keys().filter(|buf| matches!(buf, Buf::Map(_))).count();
    assert_eq!((sums, maps), (3, plan.tensors.len() - 1 - sums));
    let adds = |call: &&Call| call.constants.contains(&("ADD", 1.0));
    let adding: Vec<&Call> = encoded.calls.iter().filter(adds).collect();
    assert_eq!(adding.len(), sums);
    // What is added is neither what is convolved nor what is written.
    assert!(adding.iter().all(|call| call.buffers[3] != call.buffers[0] && call.buffers[3] != call.buffers[2]));
}

#[test]
fn convolutions_begin_the_gradients_of_the_norms_before_them() {
    let begun = |net: &Net, reduction| {
        let plan = Plan::new(net, 6);
        let calls = training_step(&plan, &Layout::new(&plan), 2, reduction).calls;
        let count = |kernels: &[&kernels::Kernel]| calls.iter().filter(|call| kernels.contains(&call.kernel)).count();
        let sums = count(&[&kernels::CONV_BACKWARD_SUMS]);
        assert_eq!(count(&[&kernels::NORM_BACKWARD_MERGED, &kernels::NORM_BACKWARD_MERGED_4]), sums);
        (sums, count(&[&kernels::NORM_BACKWARD, &kernels::NORM_BACKWARD_4]))
    };
    let shape = Shape { c: 1, h: 14, w: 14 };
    let net = |norm| Net::preresnet(shape, 10, 8, &[8, 12], norm, Activation::Silu);
    // Behind the last norm comes the head, which is no convolution.
    assert_eq!(begun(&nets()[0], Reduction::Shared), (2, 1));
    assert_eq!(begun(&nets()[0], Reduction::Own), (0, 3));
    let norms = |net: &Net| Plan::new(net, 6).ops.iter().filter(|op| matches!(op, Op::NormAct { .. })).count();
    assert_eq!(begun(&net(Norm::Batch), Reduction::Shared), (norms(&net(Norm::Batch)) - 1, 1));
    assert_eq!(begun(&net(Norm::Group(4)), Reduction::Shared), (0, norms(&net(Norm::Group(4)))));
}

#[test]
fn every_buffer_of_a_call_has_a_size_and_none_is_read_and_written_at_once() {
    for net in nets() {
        let plan = Plan::new(&net, 6);
        let layout = Layout::new(&plan);
        for encoded in programs(&plan, &layout) {
            for call in &encoded.calls {
                assert_eq!(call.buffers.len(), call.kernel.buffers.len(), "{}", call.kernel.name);
                for (i, (buf, access)) in call.buffers.iter().zip(call.kernel.buffers).enumerate() {
                    assert!(encoded.lens.contains_key(buf) || matches!(buf, Buf::Images | Buf::Labels), "{buf:?}");
                    let others = call.buffers.iter().enumerate().filter(|(j, other)| *j != i && *other == buf);
                    assert!(*access == kernels::Access::Read || others.count() == 0, "{} {buf:?}", call.kernel.name);
                }
                assert!(call.grid.iter().all(|&g| (1..=65_535).contains(&g)), "{} {:?}", call.kernel.name, call.grid);
            }
        }
    }
}

/// The WGSL `struct Sizes` and the Rust list are written twice: they must agree name by name.
#[test]
fn sizes_are_those_of_the_shader() {
    let mut seen = std::collections::BTreeSet::new();
    for net in nets() {
        let plan = Plan::new(&net, 6);
        let layout = Layout::new(&plan);
        for encoded in programs(&plan, &layout) {
            for call in encoded.calls.iter().flat_map(variants::all) {
                let source = call.kernel.source();
                let body = source.split("struct Sizes {").nth(1).unwrap().split('}').next().unwrap();
                let fields: Vec<&str> = body.lines().filter_map(|line| line.trim().strip_suffix(": u32,")).collect();
                let names: Vec<&str> = call.sizes.iter().map(|(name, _)| *name).collect();
                assert_eq!(names, fields, "{}", call.kernel.name);
                let overrides = source.matches("\noverride ").count();
                assert_eq!(call.constants.len(), overrides, "{}", call.kernel.name);
                seen.insert(call.kernel.name);
            }
        }
    }
    assert_eq!(seen.len(), kernels::ALL.len(), "every kernel is called: {seen:?}");
}

#[test]
fn what_has_no_kernel_is_refused() {
    let plan = |layers| {
        let input = Shape { c: 1, h: 8, w: 8 };
        Plan::new(&Net { input, classes: 2, layers, norm: Norm::Batch, activation: Activation::Gelu }, 4)
    };
    let conv = || Layer::Conv { name: "conv".into(), out: 4, kernel: 3, stride: 1 };
    let affine = Layer::Affine { name: "last".into() };
    assert!(check(&plan(vec![conv(), Layer::NormAct, affine])).unwrap_err().contains("scale and shift"));
    assert!(check(&plan(vec![Layer::AvgPool, conv()])).unwrap_err().contains("convolution first"));
    let wide = Layer::Conv { name: "wide".into(), out: 4, kernel: 3, stride: 3 };
    assert!(check(&plan(vec![wide])).unwrap_err().contains("stride 3"));
    assert!(nets().iter().all(|net| check(&Plan::new(net, 4)).is_ok()));
}

#[test]
fn evaluations_share_memory() {
    let plan = Plan::new(&nets()[1], 300);
    let encoded = evaluation(&plan, &Layout::new(&plan), 1, Reduction::Shared);
    let maps = encoded.lens.keys().filter(|buf| matches!(buf, Buf::Map(_))).count();
    assert!(maps <= 4, "{maps} buffers for {} tensors", plan.tensors.len());
}

/// Replays the backward walk over the buffers: whoever reads a gradient finds that of the tensor it means, complete.
#[test]
fn gradients_that_share_a_buffer_never_meet() {
    for net in nets() {
        let plan = Plan::new(&net, 4);
        let (buffers, _) = gradients(&plan);
        let mut holds: BTreeMap<Buf, Vec<TensorId>> = BTreeMap::new();
        for (index, op) in plan.ops.iter().enumerate().rev() {
            if let Some(out) = op.output() {
                assert!(holds[&buffers[out]].contains(&out), "{op:?} finds another gradient");
            }
            for input in op.inputs().filter(|&t| t != INPUT) {
                let shared = op.output().is_some_and(|out| buffers[out] == buffers[input]);
                let first = plan.writes_gradient_first(index, input);
                match holds.get_mut(&buffers[input]) {
                    Some(held) if shared => held.push(input),
                    Some(held) if !first => assert!(held.contains(&input), "{op:?} adds to another gradient"),
                    _ => {
                        holds.insert(buffers[input], vec![input]);
                    }
                }
            }
        }
    }
}
