// y = x, 16 bytes a thread: the most bytes a device moves. No kernel of a step.

struct Sizes {
    len: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<vec4f>;
@group(1) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if id.x < sizes.len {
        y[id.x] = x[id.x];
    }
}
