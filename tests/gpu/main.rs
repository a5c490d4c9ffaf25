//! The GPU engine on whatever adapter there is: natively (a software Vulkan will do) and in a real browser
//! (`cargo test --target wasm32-unknown-unknown --test gpu` with wasm-bindgen's test runner). One suite for both,
//! because naga is not the browser's shader compiler. The CPU engine comes along: its vectors in the page are others too.

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// One asynchronous test for both worlds. Natively it skips, visibly, where there is no adapter; in the browser under
/// test there has to be one.
macro_rules! gpu_test {
    ($(#[$doc:meta])* async fn $name:ident() $body:block) => {
        $(#[$doc])*
        #[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
        #[cfg(target_arch = "wasm32")]
        async fn $name() {
            assert!(explr::engine::gpu::probe_adapter().await.is_some(), "this browser has no WebGPU");
            $body
        }

        $(#[$doc])*
        #[cfg(not(target_arch = "wasm32"))]
        #[test]
        fn $name() {
            pollster::block_on(async {
                if explr::engine::gpu::probe_adapter().await.is_none() {
                    crate::say_skipped(stringify!($name));
                    return;
                }
                $body
            });
        }
    };
}

/// Past libtest's capture, which hides what a passing test prints.
#[cfg(not(target_arch = "wasm32"))]
fn say_skipped(test: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: this machine has no GPU adapter, not even a software one");
}

mod bench;
mod cases;
mod cases_conv;
mod cases_maps;
mod cases_moments;
mod cases_norm;
mod cases_sums;
mod cases_update;
mod compare;
mod cpu_engine;
mod device;
mod kernels;
mod reference_trainer;
#[cfg(not(target_arch = "wasm32"))]
mod replay;
mod shaders;
mod training;
mod variants;
