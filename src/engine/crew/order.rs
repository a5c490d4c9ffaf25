//! What a crew says to its members and hears from them: plain data.

use crate::engine::{ArmInput, Output, Setup};
use crate::model::{Net, WeightId};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What a member is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Order {
    /// Build an engine; the images that come with it are the test set.
    Start(Box<Start>),
    /// Execute the calls in order; the images that come with it are the batches of the steps, one after another.
    Run {
        /// Their classes.
        labels: Vec<u8>,
        /// What to do with them.
        calls: Vec<Call>,
    },
    /// Say the weights of one of its arms.
    Weights(usize),
}

/// A [`Setup`] without its images.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    net: Net,
    batch: usize,
    weights: Vec<Vec<f64>>,
    head: Vec<f32>,
    /// Whether to compute in f64.
    pub(super) double: bool,
}

/// A call of the `Engine` trait.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Call {
    /// A training step on the next batch that came along.
    Step {
        /// Its number.
        step: u64,
        /// What drives each arm.
        arms: Vec<ArmInput>,
    },
    /// The logits of a chunk of the test set.
    Evaluate {
        /// The step before whose update.
        step: u64,
        /// First test image.
        start: usize,
        /// What drives each arm: its ε counts.
        arms: Vec<ArmInput>,
    },
    /// A look at the weights.
    Snapshot {
        /// The step before whose update.
        step: u64,
        /// Whose weights.
        layers: Vec<WeightId>,
    },
}

/// What a member answers to an [`Order`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// To a start.
    Ready,
    /// To calls: one output each.
    Outputs(Vec<Output>),
    /// The weights asked for.
    Weights(Vec<f64>),
}

impl Start {
    /// What a member with these of the arms needs.
    pub fn new(setup: &Setup, arms: Range<usize>, double: bool) -> Self {
        let Setup { net, batch, head, weights, .. } = setup;
        Self { net: net.clone(), batch: *batch, weights: weights[arms].to_vec(), head: head.clone(), double }
    }

    /// A setup that has no training images yet.
    pub fn into_setup(self, test_images: Vec<f32>) -> Setup {
        let Self { net, batch, weights, head, .. } = self;
        let (train_images, train_labels) = ([].into(), [].into());
        Setup { net, batch, weights, head, train_images, train_labels, test_images: test_images.into() }
    }
}

impl Call {
    /// The same for a share of the arms.
    pub fn of(&self, share: Range<usize>) -> Self {
        match self.clone() {
            Self::Step { step, arms } => Self::Step { step, arms: arms[share].to_vec() },
            Self::Evaluate { step, start, arms } => Self::Evaluate { step, start, arms: arms[share].to_vec() },
            snapshot @ Self::Snapshot { .. } => snapshot,
        }
    }
}

impl Answer {
    /// Of calls.
    ///
    /// # Panics
    /// If something else was asked.
    pub fn outputs(self) -> Vec<Output> {
        match self {
            Self::Outputs(outputs) => outputs,
            Self::Ready | Self::Weights(_) => unreachable!("answers come in the order of the questions"),
        }
    }

    /// Of a question for weights.
    ///
    /// # Panics
    /// If something else was asked.
    pub fn weights(self) -> Vec<f64> {
        match self {
            Self::Weights(weights) => weights,
            Self::Ready | Self::Outputs(_) => unreachable!("answers come in the order of the questions"),
        }
    }
}
