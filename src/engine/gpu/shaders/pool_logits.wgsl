// The logits of an evaluation: [ring][arm][n, classes]. Workgroup = one image (x), z = arm.

@group(1) @binding(3) var<storage, read_write> ring: array<f32>;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    pool_and_project(group.x, group.z, local);
    let first = ((inputs.ring * grid.z + group.z) * sizes.n + group.x) * CLASSES;
    for (var k = local; k < CLASSES; k += THREADS) {
        ring[first + k] = logits[k];
    }
}
