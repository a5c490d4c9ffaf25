//! Every kernel compiles, in every variant that the lab's networks use.

use explr::engine::gpu::calls::Call;
use explr::engine::gpu::device::Gpu;
use explr::engine::gpu::layout::Layout;
use explr::engine::gpu::program::Pipelines;
use explr::engine::gpu::reduction::Reduction;
use explr::engine::gpu::variants as gpu_variants;
use explr::engine::gpu::{encode, kernels};
use explr::model::{Activation, Net, Norm, Plan, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// One call for each kernel and set of constants.
fn variants() -> Vec<Call> {
    let grey = Shape { c: 1, h: 14, w: 14 };
    let colour = Shape { c: 3, h: 32, w: 32 };
    let mut nets: Vec<Net> =
        Activation::ALL.iter().map(|&activation| Net::lab_default(grey, 10, Norm::Batch, activation)).collect();
    nets.extend(Activation::ALL.iter().map(|&a| Net::preresnet(colour, 10, 8, &[16, 32, 64], Norm::Group(8), a)));
    nets.push(Net::lab_default(grey, 10, Norm::Layer, Activation::Gelu));
    nets.push(Net::densenet(grey, 10, [3, 4, 12], Norm::Batch, Activation::Gelu));
    let mut variants = BTreeMap::new();
    // The first with channels that are no fours of numbers.
    let batches = std::iter::once(63).chain(std::iter::repeat(64));
    for (net, batch) in nets.iter().zip(batches) {
        let (train, eval) = (Plan::new(net, batch), Plan::new(net, 300));
        let layout = Layout::new(&train);
        let encoded = Reduction::ALL.map(|reduction| {
            [encode::training_step(&train, &layout, 2, reduction), encode::evaluation(&eval, &layout, 2, reduction)]
        });
        let calls = encoded.iter().flatten().flat_map(|encoded| &encoded.calls);
        for call in calls.flat_map(gpu_variants::all) {
            variants.insert(way(&call), call);
        }
    }
    variants.into_values().collect()
}

/// What tells two variants apart: kernel and constants. Of convolutions with barriers, which a software GPU takes seconds to
/// compile, one stands for all sizes of map and channels; the same text without barriers is compiled for each of them.
fn way(call: &Call) -> String {
    const SIZES: [&str; 7] = ["IN_C", "IN_H", "IN_W", "OUT_C", "OUT_H", "OUT_W", "TILE"];
    let slow = call.kernel.name.starts_with("conv_") && call.kernel.source().contains("workgroupBarrier");
    let constants: Vec<_> = call.constants.iter().filter(|(name, _)| !(slow && SIZES.contains(name))).collect();
    format!("{} {constants:?}", call.kernel.name)
}

async fn failure(gpu: &Gpu, pipelines: &mut Pipelines, call: &Call) -> Option<String> {
    let scope = gpu.device.push_error_scope(wgpu::ErrorFilter::Validation);
    pipelines.get(gpu, call);
    let error = scope.pop().await?;
    Some(format!("{} {:?}: {error}", call.kernel.name, call.constants))
}

gpu_test! {
    async fn every_kernel_compiles_in_every_variant() {
        let gpu = Gpu::open(0).await.expect("there is an adapter");
        let (mut pipelines, mut failures) = (Pipelines::new(&gpu), vec![]);
        let variants = variants();
        for call in &variants {
            failures.extend(failure(&gpu, &mut pipelines, call).await);
        }
        assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), variants.len(), failures.join("\n"));
        let seen: BTreeSet<_> = variants.iter().map(|call| call.kernel.name).collect();
        assert_eq!(seen.len(), kernels::ALL.len(), "only {seen:?}");
        assert!(pipelines.len() >= 40, "{} variants", pipelines.len());
    }
}

gpu_test! {
    /// The check can fail: a constant that no kernel has is refused.
    async fn a_wrong_variant_is_noticed() {
        let gpu = Gpu::open(0).await.expect("there is an adapter");
        let mut call = variants().swap_remove(0);
        call.constants = vec![("NO_SUCH_CONSTANT", 1.0)];
        assert!(failure(&gpu, &mut Pipelines::new(&gpu), &call).await.is_some());
    }
}
