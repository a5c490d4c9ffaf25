//! A network as JSON: the flat plan, so that a reader needs operations and no architectures.

use crate::model::{Net, Norm, Op, Plan};
use serde_json::{Value, json};

/// The plan of `net`: its operations in forward order on numbered tensors (0 is the batch of images), with the names of
/// their weights. The norm is named, not spelled out as index sets: those belong to the lab's memory order.
pub fn network(net: &Net) -> Value {
    let plan = Plan::new(net, 2);
    json!({
        "input": net.input,
        "classes": net.classes,
        "norm": norm(net.norm),
        "activation": net.activation.key(),
        "ops": plan.ops.iter().map(|op| operation(op, &plan)).collect::<Vec<_>>(),
    })
}

/// The norm's name, and the number of its groups where it has one.
fn norm(norm: Norm) -> Value {
    match norm {
        Norm::Batch => json!({ "name": "batch" }),
        Norm::Group(groups) => json!({ "name": "group", "groups": groups }),
        Norm::Layer => json!({ "name": "layer" }),
        Norm::Instance => json!({ "name": "instance" }),
    }
}

fn operation(op: &Op, plan: &Plan) -> Value {
    match *op {
        Op::Conv { input, weight, output, geometry } => json!({
            "op": "conv",
            "input": input,
            "output": output,
            "weight": plan.weights[weight].name,
            "kernel": geometry.kernel,
            "stride": geometry.stride,
            "pad": geometry.pad,
        }),
        Op::NormAct { input, output, .. } => json!({ "op": "norm_act", "input": input, "output": output }),
        Op::Add { a, b, output } => json!({ "op": "add", "a": a, "b": b, "output": output }),
        Op::Concat { a, b, output } => json!({ "op": "concat", "a": a, "b": b, "output": output }),
        Op::AvgPool { input, output, .. } => json!({ "op": "avg_pool", "input": input, "output": output }),
        Op::Affine { input, scale, shift, output } => json!({
            "op": "affine",
            "input": input,
            "output": output,
            "scale": plan.weights[scale].name,
            "shift": plan.weights[shift].name,
        }),
        Op::PoolHead { input } => json!({ "op": "pool_head", "input": input }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Shape};

    #[test]
    fn a_residual_block_is_a_list_of_operations() {
        let net = Net::preresnet(Shape { c: 1, h: 8, w: 8 }, 10, 8, &[4, 6], Norm::Group(2), Activation::Silu);
        let json = network(&net);
        assert_eq!(json["norm"], json!({ "name": "group", "groups": 2 }));
        assert_eq!(json["activation"], "silu");
        let ops = json["ops"].as_array().unwrap();
        let kinds: Vec<&str> = ops.iter().map(|op| op["op"].as_str().unwrap()).collect();
        let block = ["norm_act", "conv", "norm_act", "conv", "add"];
        let shortcut = ["norm_act", "conv", "conv", "norm_act", "conv", "add"];
        assert_eq!(kinds, [&["conv"][..], &block, &shortcut, &["norm_act", "pool_head"]].concat());
        // The shortcut reads what the body reads.
        assert_eq!(
            ops[7],
            json!({
                "op": "conv", "input": 7, "output": 8, "weight": "stage2.block1.shortcut",
                "kernel": 1, "stride": 2, "pad": 0,
            })
        );
        assert_eq!((&ops[8]["input"], &ops[8]["weight"]), (&ops[7]["input"], &json!("stage2.block1.conv1")));
    }

    #[test]
    fn every_tensor_is_written_before_it_is_read() {
        for norm in [Norm::Batch, Norm::Layer, Norm::Instance] {
            let net = Net::preresnet(Shape { c: 3, h: 8, w: 8 }, 10, 14, &[4, 8], norm, Activation::Gelu);
            let mut written = vec![0];
            for op in network(&net)["ops"].as_array().unwrap() {
                let reads = ["input", "a", "b"].into_iter().filter_map(|key| op.get(key)?.as_u64());
                assert!(reads.into_iter().all(|tensor| written.contains(&tensor)), "{op}");
                written.extend(op.get("output").and_then(Value::as_u64));
            }
        }
    }
}
