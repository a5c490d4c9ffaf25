//! What a network is, as data: [`net`] describes it in layers, [`plan`] flattens it into operations with sizes, and the
//! engines execute the plan. Nothing here computes.

pub mod activation;
pub mod draw;
pub mod init;
pub mod net;
pub mod norm;
pub mod plan;

pub use activation::Activation;
pub use draw::{Augment, Draw};
pub use net::{Layer, Net, Shortcut};
pub use norm::{Norm, NormGeometry};
pub use plan::{ConvGeometry, Op, Plan, Role, Shape, TensorId, Weight, WeightId};
