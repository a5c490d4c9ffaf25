// y = a + b.

struct Sizes {
    len: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> a: array<f32>;
@group(1) @binding(2) var<storage, read> b: array<f32>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;

// Grids have at most 65,535 workgroups a side: y goes on where x ends.
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
    let i = id.y * grid.x * 256u + id.x;
    if i < sizes.len {
        y[i] = a[i] + b[i];
    }
}
