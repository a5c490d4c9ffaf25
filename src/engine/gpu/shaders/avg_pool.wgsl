// y[h, w] = mean of the four pixels of x from [2h, 2w] on, in every map of every arm. Thread = one pixel of y.

@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
    let i = id.y * grid.x * 256u + id.x;
    if i < sizes.len {
        let map = i / (sizes.out_h * sizes.out_w);
        let oh = i / sizes.out_w % sizes.out_h;
        let ow = i % sizes.out_w;
        let upper = (map * sizes.in_h + 2u * oh) * sizes.in_w + 2u * ow;
        let lower = upper + sizes.in_w;
        y[i] = 0.25 * ((x[upper] + x[upper + 1u]) + (x[lower] + x[lower + 1u]));
    }
}
