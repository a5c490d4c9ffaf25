// v ← γ (v + kick·θ) + g + λ θ, θ ← θ − η v, then θ ← θ·2^−halvings, v ← v·2^halvings; and, before that, the block's share
// of ‖θ‖², ‖g‖², ⟨g, θ⟩. g is the sum of the layer's partial sums, in order. Workgroup = one block of one layer (x), z = arm.

struct Sizes {
    // In vec4, of one arm.
    weight_arm: u32,
    partial_arm: u32,
}

struct Block {
    // In vec4 within an arm: first weight, how many (at most 64), first partial sum, and elements of one split.
    first: u32,
    len: u32,
    partial_first: u32,
    split: u32,
    splits: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> blocks: array<Block>;
@group(1) @binding(2) var<storage, read> partials: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> weights: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> momentum: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> block_sums: array<vec4f>;

var<workgroup> lanes: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let block = blocks[group.x];
    let arm = inputs.arms[group.z];
    var sums = vec4f();
    if local < block.len {
        let at = group.z * sizes.weight_arm + block.first + local;
        var from_split = group.z * sizes.partial_arm + block.partial_first + local;
        var g = partials[from_split];
        for (var i = 1u; i < block.splits; i++) {
            from_split += block.split;
            g += partials[from_split];
        }
        let theta = weights[at];
        sums = vec4f(dot(theta, theta), dot(g, g), dot(g, theta), 0.0);
        if arm.live != 0u {
            let v = arm.momentum * (momentum[at] + arm.kick * theta) + g + arm.weight_decay * theta;
            weights[at] = (theta - arm.lr * v) * arm.theta_scale;
            momentum[at] = v * arm.buffer_scale;
        }
    }
    lanes[local] = sums;
    workgroupBarrier();
    if local == 0u {
        var total = lanes[0];
        for (var i = 1u; i < 64u; i++) {
            total += lanes[i];
        }
        block_sums[group.z * grid.x + group.x] = total;
    }
}
