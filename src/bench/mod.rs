//! How fast an engine trains the peers' networks: what the page bench.html and `explr bench` share.

pub mod peers;
mod trial;

pub use trial::{Kind, Round, Trial};
