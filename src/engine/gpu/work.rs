//! What a call computes and moves, read from the call itself.

use super::calls::{Buf, Call};
use super::kernels;
use std::collections::BTreeMap;

/// The least work behind one call, all arms together.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Channels, kernel, stride and pixels of a convolution; else elements.
    pub shape: String,
    /// Two for each multiply-add of a convolution, else 0.
    pub flops: f64,
    /// Of the operands and results, each once.
    pub bytes: f64,
}

/// The work of `call`, whose buffers have `lens` elements.
///
/// Kernels that are specialised to a convolution (`IN_C` …) are counted by its geometry; for any other, all of its
/// buffers count, but for those of which a step touches a few elements only.
pub fn of_call(call: &Call, lens: &BTreeMap<Buf, usize>) -> Work {
    convolution(call).unwrap_or_else(|| {
        let counted = |buf: &Buf| match buf {
            Buf::Images | Buf::Labels | Buf::Draws | Buf::Ring => 0,
            other => lens.get(other).copied().unwrap_or(0),
        };
        let len: usize = call.buffers.iter().map(counted).sum();
        Work { shape: format!("{len} elements"), flops: 0.0, bytes: 4.0 * len as f64 }
    })
}

fn convolution(call: &Call) -> Option<Work> {
    let constant = |name| Some(call.constants.iter().find(|(key, _)| *key == name)?.1 as usize);
    let size = |name| Some(call.sizes.iter().find(|(key, _)| *key == name)?.1);
    let [in_c, in_h, in_w] = [constant("IN_C")?, constant("IN_H")?, constant("IN_W")?];
    let [out_c, out_h, out_w] = [constant("OUT_C")?, constant("OUT_H")?, constant("OUT_W")?];
    let (kernel, stride, n) = (constant("KERNEL")?, constant("STRIDE")?, size("n")?);
    let arms = call.grid[2];
    let weights = in_c * out_c * kernel * kernel;
    let multiply_adds = n * out_h * out_w * weights;
    let inputs = n * in_c * in_h * in_w;
    // All arms share the images of the batch.
    let inputs = if call.buffers.contains(&Buf::Batch) { inputs } else { arms * inputs };
    let partials = size("splits").unwrap_or(1);
    // Both gradients in one dispatch: as many multiply-adds again, the weights, and as much written as the input is long.
    let both = [&kernels::CONV_BACKWARD, &kernels::CONV_BACKWARD_SUMS].contains(&call.kernel);
    let (passes, again) = if both { (2, inputs + arms * weights) } else { (1, 0) };
    let outputs = n * out_c * out_h * out_w * if constant("ADD") == Some(1) { 2 } else { 1 };
    let elements = inputs + again + arms * (outputs + partials * weights);
    Some(Work {
        shape: format!("{in_c}→{out_c} {kernel}×{kernel}/{stride} {in_h}×{in_w}"),
        flops: 2.0 * (passes * arms * multiply_adds) as f64,
        bytes: 4.0 * elements as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::gpu::{encode, layout::Layout, reduction::Reduction};
    use crate::model::{Activation, Net, Norm, Plan, Shape};

    #[test]
    fn the_convolutions_of_a_step_are_three_passes_over_each_layer_but_the_first() {
        let net = Net::lab_default(Shape { c: 1, h: 14, w: 14 }, 10, Norm::Batch, Activation::Relu);
        let plan = Plan::new(&net, 8);
        let layout = Layout::new(&plan);
        for arms in [1, 3] {
            let encoded = encode::training_step(&plan, &layout, arms, Reduction::Shared);
            let work: Vec<Work> = encoded.calls.iter().map(|call| of_call(call, &encoded.lens)).collect();
            let flops: f64 = work.iter().map(|work| work.flops).sum();
            // 8 images; conv1 at 14×14, conv2 and conv3 at 7×7 and 4×4; two passes over the first, three over the others.
            let multiply_adds = 8 * (2 * 196 * 9 * 16 + 3 * (49 * 9 * 16 * 32 + 16 * 9 * 32 * 32));
            assert_eq!(flops, (2 * multiply_adds * arms) as f64);
            assert!(work.iter().all(|work| work.bytes > 0.0));
        }
    }
}
