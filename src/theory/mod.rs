//! The mathematics, in f64 and without side effects. Source: Z. Li and S. Arora, *An Exponential Learning Rate Schedule
//! for Deep Learning*, ICLR 2020 (arXiv 1910.07454). Nothing here knows what a network is.
//!
//! The convention is PyTorch's `SGD`: `v ← γ v + g + λ θ`, then `θ ← θ − η v`, with `v = 0` at the start.

pub mod equilibrium;
pub mod gauge;
pub mod ghost;
pub mod preview;
pub mod roots;
pub mod schedule;
pub mod texp;
pub mod toy;

pub use gauge::{Gauge, GaugeStep, Rule};
pub use ghost::{Ghost, GhostStep};
pub use roots::{Regime, Roots};
pub use schedule::{Schedule, Shape, Span};

/// What one step of the weight-decay run is driven by: η_t, λ_t and γ_t.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Hyper {
    /// η, the learning rate; finite and ≥ 0.
    pub lr: f64,
    /// λ, the coupled (L2) weight decay; finite and ≥ 0.
    pub weight_decay: f64,
    /// γ, the heavy-ball momentum; in `0..1`.
    pub momentum: f64,
}
