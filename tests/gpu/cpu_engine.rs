//! The CPU engine where its vectors are the browser's: the unit tests of its parts run natively, with other vectors.

use crate::training::{compare_engine, dense, setup};
use explr::engine::Setup;
use explr::engine::cpu::CpuEngine;
use explr::model::{Activation, Norm};

/// Both precisions against the reference operations, which are f64 and know no vectors.
async fn compare(what: &str, setup: &Setup) {
    compare_engine(what, &mut CpuEngine::<f64>::new(setup.clone(), 1), setup, [1e-12, 1e-10]).await;
    compare_engine(what, &mut CpuEngine::<f32>::new(setup.clone(), 1), setup, [1e-5, 2e-4]).await;
}

gpu_test! {
    async fn the_cpu_engine_trains_as_the_reference_does() {
        compare("ConvNet, BatchNorm, GELU", &setup(Norm::Batch, Activation::Gelu, false, 3)).await;
        compare("PreResNet, GroupNorm, softplus", &setup(Norm::Group(2), Activation::Softplus, true, 2)).await;
        compare("PreResNet, LayerNorm, tanh", &setup(Norm::Layer, Activation::Tanh, true, 2)).await;
        compare("DenseNet, BatchNorm, SiLU", &dense(Norm::Batch, Activation::Silu, 2)).await;
    }
}
