// The gradient of the weights of a convolution whose input has none, the images: weight_gradient.wgsl; z = arm.

struct Sizes {
    n: u32,
    // Elements of x of one arm; 0 where all arms share it.
    x_arm: u32,
    splits: u32,
    // In vec4: first of this layer in an arm's partial sums, of one split, of one arm.
    partial_first: u32,
    split: u32,
    partial_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> partials: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    weight_gradient(id.x, id.z);
}
