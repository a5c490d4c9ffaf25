// v ← momentum·(v + kick·θ) + gradient·g + weight_decay·θ, θ ← theta·θ − lr·v, then θ ← θ·2^−halvings, v ← v·2^halvings; and
// the block's share of ‖θ‖², ‖g‖², ⟨g, θ⟩ before that, and of ‖lr·v‖². g is the sum of the layer's partial sums, in order.
// Workgroup = one block of one layer (x), z = arm.

struct Sizes {
    // In vec4, of one arm.
    weight_arm: u32,
    partial_arm: u32,
    // In f32.
    transposed_arm: u32,
}

struct Block {
    // In vec4 within an arm: first weight, how many (at most 64 / lanes), first partial sum, and elements of one split.
    first: u32,
    len: u32,
    partial_first: u32,
    split: u32,
    splits: u32,
    // Threads that share out the partial sums of one vec4.
    lanes: u32,
    // 1 for a head, which only some arms train.
    head: u32,
    // In f32 within an arm: first transposed weight of the layer.
    transposed_first: u32,
    // First vec4 of the block within the layer; vec4 of one (kh, kw, in); inputs, and inputs with those that fill up.
    at: u32,
    out_vectors: u32,
    inputs: u32,
    filled: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> blocks: array<Block>;
@group(1) @binding(2) var<storage, read> partials: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> weights: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> momentum: array<vec4f>;
@group(1) @binding(5) var<storage, read_write> block_sums: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> transposed: array<f32>;

const THREADS = 64u;
var<workgroup> parts: array<vec4f, THREADS>;
var<workgroup> sums: array<vec4f, THREADS>;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let block = blocks[group.x];
    let width = THREADS / block.lanes;
    let w = local % width;
    var part = vec4f();
    if w < block.len {
        let first = group.z * sizes.partial_arm + block.partial_first + w;
        for (var i = local / width; i < block.splits; i += block.lanes) {
            part += partials[first + i * block.split];
        }
    }
    parts[local] = part;
    workgroupBarrier();
    var of_weight = vec4f();
    if local < block.len {
        var g = parts[local];
        for (var i = 1u; i < block.lanes; i++) {
            g += parts[i * width + local];
        }
        let at = group.z * sizes.weight_arm + block.first + local;
        let theta = weights[at];
        of_weight = vec4f(dot(theta, theta), dot(g, g), dot(g, theta), 0.0);
        let arm = inputs.arms[group.z];
        if arm.live != 0u && (block.head == 0u || arm.trains_head != 0u) {
            let v = arm.momentum * (momentum[at] + arm.kick * theta) + arm.gradient * g + arm.weight_decay * theta;
            let step = arm.lr * v;
            let moved = (arm.theta * theta - step) * arm.theta_scale;
            weights[at] = moved;
            transpose(block, block.at + local, group.z * sizes.transposed_arm, moved);
            of_weight.w = dot(step, step);
            momentum[at] = v * arm.buffer_scale;
        }
    }
    sums[local] = of_weight;
    workgroupBarrier();
    if local == 0u {
        var total = sums[0];
        for (var i = 1u; i < block.len; i++) {
            total += sums[i];
        }
        block_sums[group.z * grid.x + group.x] = total;
    }
}

// Keeps the copy [kh, kw, out, in] of vec4 `at` of the layer.
fn transpose(block: Block, at: u32, arm: u32, moved: vec4f) {
    let o = at % block.out_vectors * 4u;
    let c = at / block.out_vectors % block.inputs;
    let tap = at / block.out_vectors / block.inputs;
    let first = arm + block.transposed_first + (tap * 4u * block.out_vectors + o) * block.filled + c;
    transposed[first] = moved.x;
    transposed[first + block.filled] = moved.y;
    transposed[first + 2u * block.filled] = moved.z;
    transposed[first + 3u * block.filled] = moved.w;
}
