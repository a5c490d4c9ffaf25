// The gradient of one summand: dx = dy, or dx += dy where other operations wrote to it before.

override ACCUMULATE: bool;

struct Sizes {
    len: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
    let i = id.y * grid.x * 256u + id.x;
    if i < sizes.len {
        if ACCUMULATE {
            dx[i] += dy[i];
        } else {
            dx[i] = dy[i];
        }
    }
}
