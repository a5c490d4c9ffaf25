//! The CPU engine.
pub mod real;
pub mod reference;

pub use real::Real;
