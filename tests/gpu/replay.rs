//! Training in f32 on the GPU against losses that PyTorch measured in f64.

#[path = "../replay/fixture.rs"]
mod fixture;

use explr::experiment::{EngineChoice, Precision};
use fixture::Fixture;

/// Most that a loss may differ by over 50 steps, nats: rounding of f32, grown.
const TOLERANCE: f64 = 1e-4;

/// A test of one fixture.
macro_rules! replayed {
    ($($name:ident)*) => {
        $(gpu_test! {
            async fn $name() {
                agrees(include_str!(concat!("../fixtures/replay_", stringify!($name), ".csv")));
            }
        })*
    };
}

replayed! { conv_bn conv_gn conv_ln conv_in conv_eps conv_moved preres_bn preres_gn dense_bn dense_ln }

fn agrees(text: &str) {
    let mut fixture = Fixture::read(text);
    let mut experiment = fixture.link.experiment.clone();
    (experiment.precision, experiment.engine) = (Precision::F32, EngineChoice::Gpu);
    let session = fixture.train(&experiment);
    assert_eq!(session.engine.kind, "GPU");
    let worst = fixture.worst_difference(&session);
    println!("largest difference {worst:.1e}");
    assert!(worst < TOLERANCE, "{worst:e}");
    fixture.losses[1].1[20] += 2.0 * TOLERANCE;
    assert!(fixture.worst_difference(&session) > TOLERANCE);
}
