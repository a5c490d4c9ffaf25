//! What a thread and a Worker do differently.

use crate::data::Dataset;
use crate::engine::{Engine, Setup};
use crate::experiment::Precision;
use std::time::Duration;

/// Where the trainer lives.
pub trait Platform {
    /// A file under way.
    type File: Source;

    /// Waits, and lets commands arrive meanwhile; a zero wait only lets them arrive.
    fn pause(&self, wait: Duration) -> impl Future<Output = ()>;

    /// Why there may be no GPU here and what to switch on, as a sentence.
    fn no_gpu_hint(&self) -> String;

    /// The CPU engine at step 0, over as many threads or Workers as pay.
    fn cpu_engine(&self, setup: Setup, precision: Precision) -> impl Future<Output = Box<dyn Engine>>;

    /// Fashion-MNIST in 28×28, which is not inside the page.
    ///
    /// # Errors
    /// A sentence, where it does not arrive.
    fn fashion28(&self) -> impl Future<Output = Result<Dataset, String>>;

    /// Opens a file by the name the host knows it by.
    ///
    /// # Errors
    /// A sentence, where it cannot be read.
    fn open(&self, name: &str) -> impl Future<Output = Result<Self::File, String>>;
}

/// A file, read from beginning to end.
pub trait Source {
    /// Its length, bytes.
    fn size(&self) -> u64;

    /// The next piece of it; `None` at the end.
    ///
    /// # Errors
    /// A sentence, where it cannot be read.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, String>>;
}
