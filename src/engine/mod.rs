//! How a training step is computed. Two engines, one trait: [`cpu`] (f32 and f64; the reference, the fallback and the
//! exact mode; [`crew`] spreads it over Workers) and [`gpu`] (f32, WGSL). An engine executes a [`Plan`] for several arms in lockstep; it knows numbers per
//! arm, never which arm is which or why.
//!
//! **Enqueue, then collect.** [`Engine::step`], [`Engine::evaluate`] and [`Engine::snapshot`] enqueue; [`Engine::collect`] waits for what was
//! enqueued and hands back its [`Output`]s in order. One wait serves many steps.
//!
//! **Memory order.** Feature maps are `[c, n, h, w]`: with the channel outermost a BatchNorm set is one contiguous run
//! and a convolution's GEMM over many images writes its output in place. Images enter as `[n, c, h, w]`.

pub mod cpu;
pub mod crew;
pub mod gpu;
pub mod input;
pub mod profile;

pub use input::ArmInput;

use crate::model::{Draw, Net, Plan, WeightId};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Images of one evaluation chunk: the probe batch is the first chunk of the test set.
pub const EVAL_CHUNK: usize = 300;
/// Steps that may be enqueued before [`Engine::collect`] must be called.
pub const MAX_ENQUEUED: usize = 64;
/// Snapshots that may be enqueued beside them before [`Engine::collect`] must be called: one for each step that is
/// evaluated.
pub const MAX_SNAPSHOTS: usize = MAX_ENQUEUED / 2;
/// Most arms an engine trains in lockstep.
pub const MAX_ARMS: usize = 8;

/// Everything an engine is built from.
#[derive(Clone)]
pub struct Setup {
    /// The network; engines plan it for `batch` and for [`EVAL_CHUNK`].
    pub net: Net,
    /// Images per training step.
    pub batch: usize,
    /// Training images `[n, c, h, w]`, in 0..=1.
    pub train_images: Arc<[f32]>,
    /// Their classes.
    pub train_labels: Arc<[u8]>,
    /// Test images `[n, c, h, w]`, in 0..=1; at least [`EVAL_CHUNK`] of them.
    pub test_images: Arc<[f32]>,
    /// Initial weights of each arm in the order of [`Plan::weights`]: one inner vector an arm, exact in the precision
    /// of the engine.
    pub weights: Vec<Vec<f64>>,
    /// The frozen head `[features, classes]`, the same for all arms; the identity behind a trained one ([`init::start`]).
    ///
    /// [`init::start`]: crate::model::init::start
    pub head: Vec<f32>,
}

impl Setup {
    /// The plan of a training step.
    pub fn train_plan(&self) -> Plan {
        Plan::new(&self.net, self.batch)
    }

    /// The plan of an evaluation chunk.
    pub fn eval_plan(&self) -> Plan {
        Plan::new(&self.net, EVAL_CHUNK)
    }

    /// Number of test images.
    pub fn test_len(&self) -> usize {
        self.test_images.len() / self.net.input.len()
    }
}

/// What one arm measured in one step, before its update but for [`LayerSums::step_sq`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmRow {
    /// Mean cross-entropy of the batch, nats.
    pub loss: f64,
    /// Correctly classified images of the batch.
    pub correct: u32,
    /// Per convolution, in the order of [`Plan::weights`].
    pub layers: Vec<LayerSums>,
}

/// Sums over the weights of one convolution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerSums {
    /// ‖θ‖² of the stored weights.
    pub weight_sq: f64,
    /// ‖g‖² of the loss's gradient, without weight decay.
    pub gradient_sq: f64,
    /// ⟨g, θ⟩.
    pub dot: f64,
    /// ‖Δθ‖² = ‖η v'‖² of the update, before its halvings: what was added to θ (to θ·[`ArmInput::theta`] where the net was
    /// converted). 0 where nothing was updated.
    pub step_sq: f64,
}

/// What came of something enqueued.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Output {
    /// A training step; one row an arm.
    Row {
        /// The step it belongs to.
        step: u64,
        /// In the order of [`Setup::weights`].
        arms: Vec<ArmRow>,
    },
    /// An evaluation of [`EVAL_CHUNK`] test images.
    Logits {
        /// The step before whose update it was taken.
        step: u64,
        /// First test image of the chunk.
        start: usize,
        /// `[EVAL_CHUNK, classes]` for each arm.
        arms: Vec<Vec<f64>>,
    },
    /// A snapshot.
    Weights {
        /// The step before whose update it was taken.
        step: u64,
        /// Whose weights.
        layers: Vec<WeightId>,
        /// For each arm the weights of `layers` one after another, each `[out, in, kernel, kernel]`; as they are stored.
        arms: Vec<Vec<f64>>,
    },
}

/// Why an engine cannot go on.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineError {
    /// The device went away; a new engine can replay to the same step.
    DeviceLost(String),
    /// The device refused; the sentence says what.
    Refused(String),
    /// A Worker that trained some of the arms stopped; its own words.
    WorkerStopped(String),
}

impl std::fmt::Display for EngineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::DeviceLost(why) => write!(f, "the GPU device was lost: {why}"),
            Self::Refused(why) => write!(f, "the GPU device refused: {why}"),
            Self::WorkerStopped(why) => write!(f, "a Worker that trained some of the runs stopped: {why}"),
        }
    }
}

impl std::error::Error for EngineError {}

/// What an engine has asked of a GPU since it was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GpuCalls {
    /// Kernels dispatched.
    pub dispatches: u64,
    /// Command buffers submitted one by one, those that read results back among them.
    pub submits: u64,
    /// Pipelines compiled.
    pub pipelines: u64,
    /// Bytes of all buffers made.
    pub bytes: u64,
}

/// Trains all arms in lockstep.
pub trait Engine {
    /// "CPU" or the adapter's name, for people.
    fn device_name(&self) -> &str;

    /// Enqueues step `step` on the training images `batch` (as many as the plan's batch) for all arms.
    ///
    /// At most [`MAX_ENQUEUED`] steps and evaluations together between two calls of [`Engine::collect`].
    fn step(&mut self, step: u64, batch: &[Draw], arms: &[ArmInput]);

    /// Enqueues the logits of the test images `start .. start + EVAL_CHUNK`, with the chunk's own statistics;
    /// they are not moved.
    fn evaluate(&mut self, step: u64, start: usize, arms: &[ArmInput]);

    /// Enqueues a look at the weights of whole layers in all arms, as they stand after everything enqueued before. Every
    /// named layer is in [`Plan::weights`]. At most [`MAX_SNAPSHOTS`] between two calls of [`Engine::collect`]; they do
    /// not count among the steps and evaluations.
    fn snapshot(&mut self, step: u64, layers: &[WeightId]);

    /// Waits for everything enqueued; outputs in the order they were enqueued.
    fn collect(&mut self) -> LocalBoxFuture<'_, Result<Vec<Output>, EngineError>>;

    /// The weights of one arm, in the order of [`Setup::weights`].
    fn weights(&mut self, arm: usize) -> LocalBoxFuture<'_, Result<Vec<f64>, EngineError>>;

    /// What was asked of a GPU so far; `None` where there is none.
    fn gpu_calls(&self) -> Option<GpuCalls> {
        None
    }

    /// Makes the device go away, to try the recovery. Does nothing where there is no device to lose.
    fn lose_device(&mut self) {}
}
