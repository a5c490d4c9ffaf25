// y = the channels of a, then those of b, in each arm. With the channel outermost both are one stretch of memory.

struct Sizes {
    // Of y, in all arms.
    len: u32,
    // Of one arm.
    a_arm: u32,
    b_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> a: array<f32>;
@group(1) @binding(2) var<storage, read> b: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
    let i = id.y * grid.x * 256u + id.x;
    if i < sizes.len {
        let arm = i / (sizes.a_arm + sizes.b_arm);
        let at = i % (sizes.a_arm + sizes.b_arm);
        if at < sizes.a_arm {
            y[i] = a[arm * sizes.a_arm + at];
        } else {
            y[i] = b[arm * sizes.b_arm + at - sizes.a_arm];
        }
    }
}
