// The row of a step in the ring: [ring][arm][loss, correct, then (‖θ‖², ‖g‖², ⟨g, θ⟩, ‖Δθ‖²) of each layer].
// Workgroup = the losses (x = 0) or one layer (x = 1…), z = arm.

struct Sizes {
    n: u32,
    // In vec4, of one arm.
    weight_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> losses: array<vec2f>;
@group(1) @binding(2) var<storage, read> weight_sums: array<vec4f>;
// First vec4 of each layer, and the end.
@group(1) @binding(3) var<storage, read> bounds: array<u32>;
@group(1) @binding(4) var<storage, read_write> ring: array<f32>;

override THREADS: u32;
var<workgroup> lanes: array<vec4f, THREADS>;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    var sum = vec4f();
    if group.x == 0u {
        for (var i = local; i < sizes.n; i += THREADS) {
            sum += vec4f(losses[group.z * sizes.n + i], 0.0, 0.0);
        }
    } else {
        for (var i = bounds[group.x - 1u] + local; i < bounds[group.x]; i += THREADS) {
            sum += weight_sums[group.z * sizes.weight_arm + i];
        }
    }
    lanes[local] = sum;
    workgroupBarrier();
    if local == 0u {
        var total = lanes[0];
        for (var i = 1u; i < THREADS; i++) {
            total += lanes[i];
        }
        let row = (inputs.ring * grid.z + group.z) * (4u * grid.x - 2u);
        if group.x == 0u {
            ring[row] = total.x / f32(sizes.n);
            ring[row + 1u] = total.y;
        } else {
            let at = row + 4u * group.x - 2u;
            ring[at] = total.x;
            ring[at + 1u] = total.y;
            ring[at + 2u] = total.z;
            ring[at + 3u] = total.w;
        }
    }
}
