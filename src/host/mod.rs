//! Where the trainer lives: a thread natively, a Worker in the page.

use crate::trainer::{Command, Event};

/// The near end of a trainer that runs elsewhere.
pub struct Host {}

impl Host {
    /// Starts a trainer. `wake` is called (from any thread) when an event waits.
    pub fn start(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let _ = wake;
        Self {}
    }

    /// Sends a command; never blocks.
    pub fn send(&self, command: Command) {
        let _ = command;
    }

    /// The next event, if one waits.
    pub fn poll(&self) -> Option<Event> {
        None
    }
}
