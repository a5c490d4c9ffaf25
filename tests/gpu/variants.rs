//! Which variant of a convolution runs changes no bit.

use crate::bench::{Bench, plain_decode};
use crate::kernels::CONVOLUTIONS;
use crate::training;
use explr::engine::Engine;
use explr::engine::gpu::tune::{Tuning, same_bits};
use explr::engine::gpu::variants::Variant;
use explr::engine::gpu::{GpuEngine, Wishes};
use explr::model::{Activation, Norm};
use std::collections::BTreeSet;

/// Bits of f32 that came as f64.
fn narrow(values: &[Vec<f64>]) -> Vec<f32> {
    values.iter().flatten().map(|&x| x as f32).collect()
}

/// Runs every variant of every convolution, all of which give the bits of the first. The names of their kernels.
pub async fn check(bench: &mut Bench) -> BTreeSet<&'static str> {
    let (mut compared, mut wrong, mut kernels) = ([0; 3], vec![], BTreeSet::new());
    for mut case in CONVOLUTIONS.into_iter().flat_map(|cases| cases()) {
        // What lies in the buffers, and not what it adds up to.
        case.decode = plain_decode();
        let plain = case.call.clone();
        let expected = narrow(&bench.run(&case).await.expect("it runs"));
        for (variant, compared) in Variant::ALL.into_iter().zip(&mut compared) {
            let Some(call) = variant.of(&plain) else { continue };
            kernels.insert(call.kernel.name);
            case.call = call;
            let got = narrow(&bench.run(&case).await.expect("it runs"));
            *compared += 1;
            if !same_bits(&got, &expected) {
                wrong.push(format!("{} ({})", case.name, variant.name()));
            }
            // The comparison can fail: one changed number of an operand changes bits.
            let mut bytes = case.operands[1].bytes.clone();
            let middle = bytes.len() / 8 * 4;
            bytes[middle + 2] ^= 0x40;
            std::mem::swap(&mut case.operands[1].bytes, &mut bytes);
            let other = narrow(&bench.run(&case).await.expect("it runs"));
            std::mem::swap(&mut case.operands[1].bytes, &mut bytes);
            assert!(!same_bits(&other, &expected), "{}: a change goes unseen", case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
    assert!(compared.into_iter().all(|cases| cases >= 6), "{compared:?}");
    kernels
}

gpu_test! {
    /// The tuner to its end, on whatever device there is.
    async fn a_tuned_engine_trains_the_same_bits() {
        let setup = training::setup(Norm::Batch, Activation::Gelu, true, 2);
        let mut outputs = vec![];
        for tuning in [Tuning::Never, Tuning::Always] {
            let mut engine = GpuEngine::wished(&setup, Wishes { tuning, ..Wishes::default() }).await.expect("there is an adapter");
            assert_eq!(engine.choices().is_empty(), tuning == Tuning::Never);
            for step in 0..3 {
                engine.step(step as u64, &training::batch(step), &training::inputs(step, 2));
            }
            let rows = engine.collect().await.expect("it trains");
            outputs.push((rows, engine.weights(0).await.expect("it has weights")));
        }
        assert_eq!(outputs[0], outputs[1]);
    }
}
