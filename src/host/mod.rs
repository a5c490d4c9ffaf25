//! Where the trainer lives: a thread natively, a Worker in the page. One signature for both.

#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::disallowed_methods)] // native only: it may have threads and may wait
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(not(target_arch = "wasm32"))]
pub use native::{Host, Native};
#[cfg(target_arch = "wasm32")]
pub use web::{Host, worker_main};
