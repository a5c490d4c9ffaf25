//! The CPU engine.
pub mod reference;
