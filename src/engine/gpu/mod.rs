//! The GPU engine. (Interface only until the kernels land.)

use super::{ArmInput, Engine, EngineError, Output, Setup};
use futures_util::future::LocalBoxFuture;

/// What an adapter says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct AdapterReport {
    /// For people.
    pub name: String,
    /// Whether it is a CPU in disguise.
    pub software: bool,
}

/// Asks for the best adapter and lets it go again.
pub async fn probe_adapter() -> Option<AdapterReport> {
    None
}

/// Trains on a GPU.
pub enum GpuEngine {}

impl GpuEngine {
    /// Builds the engine at step 0.
    ///
    /// # Errors
    /// When there is no device.
    pub async fn new(_setup: &Setup) -> Result<Self, EngineError> {
        Err(EngineError::Refused("no kernels yet".into()))
    }
}

impl Engine for GpuEngine {
    fn device_name(&self) -> &str {
        match *self {}
    }
    fn step(&mut self, _: u64, _: &[u32], _: &[ArmInput]) {
        match *self {}
    }
    fn evaluate(&mut self, _: u64, _: usize, _: &[ArmInput]) {
        match *self {}
    }
    fn collect(&mut self) -> LocalBoxFuture<'_, Result<Vec<Output>, EngineError>> {
        match *self {}
    }
    fn weights(&mut self, _: usize) -> LocalBoxFuture<'_, Result<Vec<f64>, EngineError>> {
        match *self {}
    }
}
