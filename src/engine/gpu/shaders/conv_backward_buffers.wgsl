// What the backward passes of a convolution read and write.

override ACCUMULATE: bool;

struct Sizes {
    n: u32,
    x_arm: u32,
    splits: u32,
    // In vec4: first of this layer in an arm's partial sums, of one split, of one arm.
    partial_first: u32,
    split: u32,
    partial_arm: u32,
    // Workgroups that sum up weight gradients.
    weight_groups: u32,
    // In vec4 of the transposed weights: first of this layer in an arm, and of one arm.
    transposed_first: u32,
    transposed_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read> transposed: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> partials: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> dx: array<f32>;

fn source(i: u32) -> f32 {
    return dy[i];
}

fn stored(i: u32) -> vec4f {
    return transposed[i];
}

fn channels() -> u32 {
    return IN_C;
}

fn whole_rows() -> bool {
    return IN_W % (TILE * STRIDE) == 0u;
}
