// The gradient of one part of a concatenation: dx = that part of dy, or dx += it where other operations wrote to it before.

override ACCUMULATE: bool;

struct Sizes {
    // Of dx, in all arms.
    len: u32,
    // Of dx, in one arm.
    part: u32,
    // Where the part begins in an arm of dy, and how long that is.
    first: u32,
    dy_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
    let i = id.y * grid.x * 256u + id.x;
    if i < sizes.len {
        let gradient = dy[i / sizes.part * sizes.dy_arm + sizes.first + i % sizes.part];
        if ACCUMULATE {
            dx[i] += gradient;
        } else {
            dx[i] = gradient;
        }
    }
}
