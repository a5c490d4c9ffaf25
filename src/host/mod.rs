//! Where the trainer lives: a thread natively, a Worker in the page. One signature for both.

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::disallowed_methods)] // native only: it may have threads and may wait
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
pub use native::{Host, Native};
#[cfg(target_arch = "wasm32")]
pub use web::{Host, crew_size, hold, start_crew, worker_main};

/// What a browser without a GPU tells its user: pure, so that every machine tests it.
#[cfg(all(test, not(target_arch = "wasm32")))]
#[path = "web/hint.rs"]
mod hint;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::hint::no_gpu_hint;

    #[test]
    fn a_browser_is_named_and_told_what_to_switch_on() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
        assert!(no_gpu_hint(chrome, false, true).starts_with("Chrome has no WebGPU here."));
        assert!(no_gpu_hint(&format!("{chrome} Edg/156.0"), true, true).starts_with("Edge has WebGPU but"));
        assert!(no_gpu_hint("Mozilla/5.0 Gecko/20100101 Firefox/150.0", false, true).contains("dom.webgpu.enabled"));
        assert!(no_gpu_hint(chrome, false, false).contains("https"));
        assert!(no_gpu_hint("", false, true).starts_with("This browser"));
    }
}
