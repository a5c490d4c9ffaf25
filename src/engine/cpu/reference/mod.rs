//! A naive twin of every operation, in the plainest loops: what the fast path and the GPU kernels are tested against.
//!
//! One file an operation, named as the WGSL kernel that does the same. Feature maps are `[c, n, h, w]`, weights
//! `[out, in, kernel, kernel]`, both flat. Sums run in index order.

pub mod activation;
pub mod add;
pub mod affine;
pub mod avg_pool;
pub mod concat;
pub mod conv_backward;
pub mod conv_forward;
pub mod conv_input_gradient;
pub mod conv_weight_gradient;
pub mod gather;
pub mod norm_backward;
pub mod norm_forward;
pub mod pool_head;
pub mod update;

pub use add::{add, add_backward};
pub use affine::{affine, affine_backward};
pub use avg_pool::{avg_pool, avg_pool_backward};
pub use concat::{concat, concat_backward};
pub use conv_backward::conv_backward;
pub use conv_forward::conv_forward;
pub use conv_input_gradient::conv_input_gradient;
pub use conv_weight_gradient::conv_weight_gradient;
pub use gather::gather;
pub use norm_backward::norm_backward;
pub use norm_forward::norm_forward;
pub use pool_head::{HeadSums, logits, pool_head};
pub use update::update;

#[cfg(test)]
pub(crate) mod check;
