//! What a network is, as data: [`architecture`] is what people choose, [`net`] describes it in layers, [`plan`] flattens
//! it into operations with sizes, and the engines execute the plan. [`degree`] and [`groups`] say of a plan whether, and
//! in which parts, its function ignores the scale of its weights. Nothing here computes.

pub mod activation;
pub mod architecture;
pub mod degree;
mod densenet;
pub mod draw;
mod flatten;
pub mod groups;
pub mod init;
pub mod net;
pub mod norm;
pub mod plan;

pub use activation::Activation;
pub use architecture::Architecture;
pub use degree::{degrees, logits_degree};
pub use draw::{Augment, Draw};
pub use groups::{InvarianceGroup, Unit, invariance_groups};
pub use net::{Layer, Net, Shortcut};
pub use norm::{Norm, NormGeometry};
pub use plan::{ConvGeometry, Op, Plan, PoolGeometry, Role, Shape, TensorId, Weight, WeightId, WeightKind};
