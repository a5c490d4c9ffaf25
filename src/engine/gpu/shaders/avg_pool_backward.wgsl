// dx[h, w] = dy[h / 2, w / 2] / 4, 0 for a dropped row or column; or dx += it where other operations wrote to it before.
// Thread = one pixel of dx.

override ACCUMULATE: bool;

@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
    let i = id.y * grid.x * 256u + id.x;
    if i < sizes.len {
        let map = i / (sizes.in_h * sizes.in_w);
        let oh = i / sizes.in_w % sizes.in_h / 2u;
        let ow = i % sizes.in_w / 2u;
        var gradient = 0.0;
        if oh < sizes.out_h && ow < sizes.out_w {
            gradient = 0.25 * dy[(map * sizes.out_h + oh) * sizes.out_w + ow];
        }
        if ACCUMULATE {
            dx[i] += gradient;
        } else {
            dx[i] = gradient;
        }
    }
}
