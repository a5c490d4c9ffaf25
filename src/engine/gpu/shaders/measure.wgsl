// The row of a step in the ring: [ring][arm][loss, correct, then (‖θ‖², ‖g‖², ⟨g, θ⟩, ‖Δθ‖²) of each layer].
// Workgroup = the losses (x = 0) or one layer (x = 1…), z = arm.

struct Sizes {
    n: u32,
    // Blocks of one arm, in all layers.
    blocks: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> losses: array<vec2f>;
@group(1) @binding(2) var<storage, read> block_sums: array<vec4f>;
// First block of each layer, and the end.
@group(1) @binding(3) var<storage, read> layer_blocks: array<u32>;
@group(1) @binding(4) var<storage, read_write> ring: array<f32>;

var<workgroup> lanes: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    var sum = vec4f();
    if group.x == 0u {
        for (var i = local; i < sizes.n; i += 64u) {
            sum += vec4f(losses[group.z * sizes.n + i], 0.0, 0.0);
        }
    } else {
        for (var i = layer_blocks[group.x - 1u] + local; i < layer_blocks[group.x]; i += 64u) {
            sum += block_sums[group.z * sizes.blocks + i];
        }
    }
    lanes[local] = sum;
    workgroupBarrier();
    if local == 0u {
        var total = lanes[0];
        for (var i = 1u; i < 64u; i++) {
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
