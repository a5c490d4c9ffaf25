//! The kernels: one row each. A kernel's file, its row here and its CPU twin in `engine::cpu::reference` have one name; a
//! `_4` behind it says that the same text takes four numbers at a time, `_staged` that weights pass through workgroup memory;
//! `conv_forward_moments` and `norm_forward_merged` are `conv_forward` and `norm_forward` with the reduction moved from one to
//! the other, as `conv_backward_sums` and `norm_backward_merged` are backward, and have their twins.
//!
//! There is no shader preprocessor: a kernel's text is its shared parts and its file, one after another (order means
//! nothing at WGSL's module scope), and what varies is an `override` constant.

/// How a kernel uses a buffer of its group 1, from binding 1 on; binding 0 holds its `Sizes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// `var<storage, read>`.
    Read,
    /// `var<storage, read_write>`.
    Write,
}

/// One compute kernel.
#[derive(Debug)]
pub struct Kernel {
    /// Its name.
    pub name: &'static str,
    /// Its WGSL, part by part: the page carries a part once, however many kernels share it.
    pub parts: &'static [&'static str],
    /// Its buffers in order of binding, from 1 on.
    pub buffers: &'static [Access],
}

impl Kernel {
    /// All of its WGSL.
    pub fn source(&self) -> String {
        self.parts.concat()
    }
}

impl PartialEq for Kernel {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

macro_rules! kernels {
    ($($doc:literal $row:ident = $name:literal, [$($part:literal),*], [$($access:ident),*];)*) => {
        $(
            #[doc = $doc]
            pub static $row: Kernel = Kernel {
                name: $name,
                parts: &[$(include_str!(concat!(env!("OUT_DIR"), "/shaders/", $part, ".wgsl"))),*],
                buffers: &[$(Access::$access),*],
            };
        )*
        /// Every kernel.
        pub static ALL: &[&Kernel] = &[$(&$row),*];
    };
}

kernels! {
    "Picks the images of a step and moves them."
    GATHER = "gather", ["step", "gather"], [Read, Read, Write];
    "Convolution."
    CONV_FORWARD = "conv_forward",
        ["conv_sizes", "conv_tile", "stored_weights", "tile_store", "conv_forward_buffers", "conv_forward",
            "conv_forward_only"],
        [Read, Read, Write, Read];
    "Convolution, and the moments of what it writes."
    CONV_FORWARD_MOMENTS = "conv_forward_moments",
        ["conv_sizes", "conv_tile", "stored_weights", "tile_store", "conv_forward_buffers", "conv_forward",
            "conv_forward_moments"],
        [Read, Read, Write, Read, Write];
    "Convolution, weights through workgroup memory."
    CONV_FORWARD_STAGED = "conv_forward_staged",
        ["conv_sizes", "conv_tile", "stage", "tile_store", "conv_forward_buffers", "conv_forward", "conv_forward_only"],
        [Read, Read, Write, Read];
    "The same, and the moments of what it writes."
    CONV_FORWARD_MOMENTS_STAGED = "conv_forward_moments_staged",
        ["conv_sizes", "conv_tile", "stage", "tile_store", "conv_forward_buffers", "conv_forward", "conv_forward_moments"],
        [Read, Read, Write, Read, Write];
    "Normalisation and activation."
    NORM_FORWARD = "norm_forward", ["step", "floats", "norm_sets", "reduce", "activation", "deviation", "norm_forward"],
        [Read, Write, Write];
    "The same, four numbers at a time."
    NORM_FORWARD_4 = "norm_forward_4", ["step", "vectors", "norm_sets", "reduce", "activation", "deviation", "norm_forward"],
        [Read, Write, Write];
    "Normalisation of whole channels by moments that come in pieces, and activation."
    NORM_FORWARD_MERGED = "norm_forward_merged",
        ["step", "floats", "norm_slices", "reduce", "activation", "deviation", "norm_forward_merged"], [Read, Read, Write, Write];
    "The same, four numbers at a time."
    NORM_FORWARD_MERGED_4 = "norm_forward_merged_4",
        ["step", "vectors", "norm_slices", "reduce", "activation", "deviation", "norm_forward_merged"], [Read, Read, Write, Write];
    "Channels of two feature maps."
    CONCAT = "concat", ["concat"], [Read, Read, Write];
    "Means over 2 × 2 pixels."
    AVG_POOL = "avg_pool", ["avg_pool_sizes", "avg_pool"], [Read, Write];
    "Pooling, head, loss and its gradient."
    POOL_HEAD = "pool_head", ["step", "pool", "pool_head"], [Read, Read, Read, Read, Write, Write];
    "Pooling and head of an evaluation."
    POOL_LOGITS = "pool_logits", ["step", "pool", "pool_logits"], [Read, Read, Write];
    "Gradient of one summand."
    ADD_BACKWARD = "add_backward", ["add_backward"], [Read, Write];
    "Gradient of one part of a concatenation."
    CONCAT_BACKWARD = "concat_backward", ["concat_backward"], [Read, Write];
    "Gradient through means over 2 × 2 pixels."
    AVG_POOL_BACKWARD = "avg_pool_backward", ["avg_pool_sizes", "avg_pool_backward"], [Read, Write];
    "Gradient through activation and normalisation."
    NORM_BACKWARD = "norm_backward", ["floats", "norm_sets", "reduce", "activation", "norm_backward"],
        [Read, Read, Read, Write];
    "The same, four numbers at a time."
    NORM_BACKWARD_4 = "norm_backward_4", ["vectors", "norm_sets", "reduce", "activation", "norm_backward"],
        [Read, Read, Read, Write];
    "Gradient through the normalisation of whole channels, which the convolution behind has begun."
    NORM_BACKWARD_MERGED = "norm_backward_merged", ["floats", "norm_slices", "reduce", "norm_backward_merged"],
        [Read, Read, Read, Read, Write];
    "The same, four numbers at a time."
    NORM_BACKWARD_MERGED_4 = "norm_backward_merged_4", ["vectors", "norm_slices", "reduce", "norm_backward_merged"],
        [Read, Read, Read, Read, Write];
    "Gradients of a convolution's weights, in partial sums, and of its input."
    CONV_BACKWARD = "conv_backward",
        ["conv_sizes", "conv_tile", "stored_weights", "tile_store", "input_gradient", "x_window", "weight_gradient",
            "conv_backward_buffers", "conv_backward"],
        [Read, Read, Read, Write, Write];
    "The same, the input's weights through workgroup memory."
    CONV_BACKWARD_STAGED = "conv_backward_staged",
        ["conv_sizes", "conv_tile", "stage", "tile_store", "input_gradient", "x_window", "weight_gradient",
            "conv_backward_buffers", "conv_backward"],
        [Read, Read, Read, Write, Write];
    "The same as the former, and the gradient of the input goes on through an activation, to the sums of its norm."
    CONV_BACKWARD_SUMS = "conv_backward_sums",
        ["conv_sizes", "conv_tile", "stored_weights", "tile_store", "input_gradient", "x_window", "weight_gradient",
            "conv_backward_buffers", "floats", "activation", "conv_backward_sums"],
        [Read, Read, Read, Write, Write, Read, Read, Write];
    "The same, the input's weights through workgroup memory."
    CONV_BACKWARD_SUMS_STAGED = "conv_backward_sums_staged",
        ["conv_sizes", "conv_tile", "stage", "tile_store", "input_gradient", "x_window", "weight_gradient",
            "conv_backward_buffers", "floats", "activation", "conv_backward_sums"],
        [Read, Read, Read, Write, Write, Read, Read, Write];
    "Gradient of the weights of the images' convolution, in partial sums."
    CONV_WEIGHT_GRADIENT = "conv_weight_gradient",
        ["conv_sizes", "x_window", "weight_gradient", "conv_weight_gradient"], [Read, Read, Write];
    "SGD, and sums over weights and gradients."
    UPDATE = "update", ["step", "update"], [Read, Read, Write, Write, Write, Write];
    "The row of a step."
    MEASURE = "measure", ["step", "measure"], [Read, Read, Read, Write];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_sources_bind() {
        for kernel in ALL {
            for (i, access) in kernel.buffers.iter().enumerate() {
                let mode = if *access == Access::Read { "read" } else { "read_write" };
                let binding = format!("@group(1) @binding({}) var<storage, {mode}>", i + 1);
                assert_eq!(kernel.source().matches(&binding).count(), 1, "{}: {binding}", kernel.name);
            }
            assert_eq!(kernel.source().matches("@group(1)").count(), kernel.buffers.len() + 1, "{}", kernel.name);
            assert!(kernel.buffers.len() <= 8, "{}: WebGPU promises 8 storage buffers", kernel.name);
        }
    }

    #[test]
    fn barriers_come_before_any_return_of_an_entry_point() {
        // naga lets an early return pass in front of a barrier; Chromium does not.
        for kernel in ALL {
            let source = kernel.source();
            let entry = source.split("@compute").nth(1).unwrap_or_default();
            let body = entry.split("\n}\n").next().unwrap_or_default();
            if source.contains("workgroupBarrier") {
                assert!(!body.contains("return"), "{}", kernel.name);
            }
        }
    }
}
