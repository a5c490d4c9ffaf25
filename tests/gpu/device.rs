//! Losing the device and coming back.

use crate::bench::arm;
use crate::training::setup;
use explr::engine::gpu::{GpuEngine, probe_adapter};
use explr::engine::{Engine, EngineError};
use explr::model::{Activation, Draw, Norm};

gpu_test! {
    async fn a_lost_device_is_an_error_and_a_new_engine_replays() {
        let setup = setup(Norm::Batch, Activation::Gelu, false, 1);
        let images: Vec<Draw> = (0..setup.batch as u32).map(Draw::plain).collect();
        let mut engine = GpuEngine::new(&setup).await.expect("there is an adapter");
        engine.step(0, &images, &[arm(0.1)]);
        let before = engine.collect().await.expect("a first step");
        engine.step(1, &images, &[arm(0.1)]);
        engine.lose_device();
        assert!(matches!(engine.collect().await, Err(EngineError::DeviceLost(_))));
        engine.step(2, &images, &[arm(0.1)]);
        assert!(matches!(engine.collect().await, Err(EngineError::DeviceLost(_))), "it stays lost");
        assert!(matches!(engine.weights(0).await, Err(EngineError::DeviceLost(_))));

        let mut engine = GpuEngine::new(&setup).await.expect("a second device");
        engine.step(0, &images, &[arm(0.1)]);
        assert_eq!(engine.collect().await.expect("the same step"), before);
    }
}

gpu_test! {
    /// What this suite runs on calls itself software where it is: the lab then prefers the CPU engine.
    async fn the_adapter_has_a_name() {
        let report = probe_adapter().await.expect("there is an adapter");
        assert!(!report.name.is_empty());
        #[cfg(target_arch = "wasm32")]
        wasm_bindgen_test::console_log!("{report:?}");
        #[cfg(not(target_arch = "wasm32"))]
        println!("{report:?}");
    }
}

gpu_test! {
    async fn too_many_arms_are_refused() {
        let mut setup = setup(Norm::Batch, Activation::Gelu, false, 1);
        setup.weights = vec![setup.weights[0].clone(); 9];
        assert!(matches!(GpuEngine::new(&setup).await, Err(EngineError::Refused(_))));
    }
}
