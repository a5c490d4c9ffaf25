//! The page, the desktop window and the headless commands: one program.

/// The page. The same code is loaded in the trainer's Worker, where there is no window and `main` does nothing.
#[cfg(target_arch = "wasm32")]
fn main() {
    if web_sys::window().is_some() {
        explr::page::start();
    }
}

/// What the Worker's script calls once the module is there.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn explr_worker(role: &str) {
    explr::host::worker_main(role);
}

/// What bench.html calls to build an engine: see [`explr::page::bench::start`].
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn explr_bench_start(
    net: String,
    batch: f64,
    engine: String,
    arms: f64,
) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
    explr::page::bench::start(net, batch, engine, arms).await
}

/// What bench.html calls to train: see [`explr::page::bench::train`].
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn explr_bench_train(steps: f64) -> Result<wasm_bindgen::JsValue, wasm_bindgen::JsValue> {
    explr::page::bench::train(steps).await
}

/// With arguments a headless command, without them the lab in a window.
#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    // Silent unless RUST_LOG asks.
    env_logger::init();
    if std::env::args_os().len() > 1 { explr::cli::main() } else { explr::ui::window::open() }
}
