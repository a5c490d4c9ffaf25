// What the forward passes of a convolution read and write.

// Whether the other branch of a residual block is added, so that no dispatch and no map of its own is needed.
override ADD: bool;

struct Sizes {
    n: u32,
    // Elements of x of one arm; 0 where all arms share it.
    x_arm: u32,
    // In vec4: first of this layer in an arm, and of one arm.
    weight_first: u32,
    weight_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weights: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;
// What is added to the convolution, laid out like y; anything where nothing is.
@group(1) @binding(4) var<storage, read> addend: array<f32>;

fn source(i: u32) -> f32 {
    return x[i];
}

fn stored(i: u32) -> vec4f {
    return weights[i];
}

fn channels() -> u32 {
    return OUT_C;
}

fn whole_rows() -> bool {
    return OUT_W % TILE == 0u;
}

fn put(i: u32, c: u32, value: f32) {
    y[i] = value;
}
