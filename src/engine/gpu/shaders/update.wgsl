// v ← momentum·(v + kick·θ) + gradient·g + weight_decay·θ, θ ← theta·θ − lr·v, then θ ← θ·2^−halvings, v ← v·2^halvings; and
// the share of four weights in ‖θ‖², ‖g‖², ⟨g, θ⟩ before that, and in ‖lr·v‖². g is the sum of the layer's partial sums, in
// order. Workgroup = one block of one layer (x), z = arm; thread = four weights.

struct Sizes {
    // In vec4, of one arm.
    weight_arm: u32,
    partial_arm: u32,
    // In f32.
    transposed_arm: u32,
}

// In vec4, but for `transposed_first`, and within an arm.
struct Block {
    // First weight, and how many.
    first: u32,
    len: u32,
    // First partial sum; from one partial sum of a weight to the next; how many it has.
    partial_first: u32,
    split: u32,
    splits: u32,
    // 1 for a head, which only some arms train.
    head: u32,
    // First transposed weight of the layer, in f32.
    transposed_first: u32,
    // First weight, within the layer.
    at: u32,
    // Of one (kh, kw, in).
    out_vectors: u32,
    // Input channels; the same with those that fill up.
    inputs: u32,
    filled: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> blocks: array<Block>;
@group(1) @binding(2) var<storage, read> partials: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> weights: array<vec4f>;
@group(1) @binding(4) var<storage, read_write> momentum: array<vec4f>;
// (θ², g², g·θ, (lr·v)²) of each vec4 of weights.
@group(1) @binding(5) var<storage, read_write> weight_sums: array<vec4f>;
@group(1) @binding(6) var<storage, read_write> transposed: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let block = blocks[group.x];
    if local >= block.len {
        return;
    }
    let g = gradient(group.z * sizes.partial_arm + block.partial_first + local, block);
    let at = group.z * sizes.weight_arm + block.first + local;
    let theta = weights[at];
    var sums = vec4f(dot(theta, theta), dot(g, g), dot(g, theta), 0.0);
    let arm = inputs.arms[group.z];
    if arm.live != 0u && (block.head == 0u || arm.trains_head != 0u) {
        let v = arm.momentum * (momentum[at] + arm.kick * theta) + arm.gradient * g + arm.weight_decay * theta;
        let step = arm.lr * v;
        let moved = (arm.theta * theta - step) * arm.theta_scale;
        sums.w = dot(step, step);
        weights[at] = moved;
        momentum[at] = v * arm.buffer_scale;
        transpose(block, block.at + local, group.z * sizes.transposed_arm, moved);
    }
    weight_sums[at] = sums;
}

// The sum of all partial sums from `first` on. Four at a time: loads that wait for each other take long.
fn gradient(first: u32, block: Block) -> vec4f {
    var sum = vec4f();
    var i = first;
    let end = first + block.splits * block.split;
    for (var quads = block.splits / 4u; quads > 0u; quads--) {
        let low = partials[i] + partials[i + block.split];
        let high = partials[i + 2u * block.split] + partials[i + 3u * block.split];
        sum += low + high;
        i += 4u * block.split;
    }
    for (; i < end; i += block.split) {
        sum += partials[i];
    }
    return sum;
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
