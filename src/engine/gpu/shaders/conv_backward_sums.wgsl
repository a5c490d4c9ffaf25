// conv_backward behind which a BatchNorm's gradient is computed, and begins it: dx is that of the norm's input before the
// averages are taken off, d = dz · activation′(x̂) with dz the gradient of this convolution's input and x̂ = (y − mean) · rstd
// the normalised number behind it; and each workgroup leaves (Σ d, Σ d · x̂) of each channel for norm_backward_merged. Summed in
// a fixed order.

// The norm's input and (mean, rstd).
@group(1) @binding(6) var<storage, read> y: array<f32>;
@group(1) @binding(7) var<storage, read> stats: array<vec2f>;
// [arm][channel][workgroup].
@group(1) @binding(8) var<storage, read_write> sums: array<vec2f>;

// Of this thread's 8 channels. Indexed by constants only, so that they live in registers.
var<private> norms: array<vec2f, 8>;
var<private> own_sums: array<vec2f, 8>;
// [channel][thread], and [channel][eighth of the threads].
var<workgroup> thread_sums: array<vec2f, 512>;
var<workgroup> eighths: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    if group.x < sizes.weight_groups {
        weight_gradient(group.x * 64u + local, group.z);
    } else {
        let index = group.x - sizes.weight_groups;
        let first = group.z * IN_C + first_channel(index);
        norms = array(stats[first], stats[first + 1u], stats[first + 2u], stats[first + 3u], stats[first + 4u],
            stats[first + 5u], stats[first + 6u], stats[first + 7u]);
        input_gradient(index, local, group.z);
        leave(index, local, group.z);
    }
}

fn put(i: u32, c: u32, value: f32) {
    var dz = value;
    if ACCUMULATE {
        dz += dx[i];
    }
    let normalised = (y[i] - norms[c].x) * norms[c].y;
    let d = dz * activation_slope(normalised);
    dx[i] = d;
    own_sums[c] += vec2f(d, d * normalised);
}

fn leave(group: u32, local: u32, arm: u32) {
    thread_sums[local] = own_sums[0];
    thread_sums[64u + local] = own_sums[1];
    thread_sums[128u + local] = own_sums[2];
    thread_sums[192u + local] = own_sums[3];
    thread_sums[256u + local] = own_sums[4];
    thread_sums[320u + local] = own_sums[5];
    thread_sums[384u + local] = own_sums[6];
    thread_sums[448u + local] = own_sums[7];
    workgroupBarrier();
    let first = local / 8u * 64u + local % 8u;
    var sum = thread_sums[first];
    for (var i = first + 8u; i < first + 64u; i += 8u) {
        sum += thread_sums[i];
    }
    eighths[local] = sum;
    workgroupBarrier();
    let channel = first_channel(group) + local;
    if local < 8u && channel < IN_C {
        var all = eighths[local * 8u];
        for (var i = local * 8u + 1u; i < local * 8u + 8u; i++) {
            all += eighths[i];
        }
        let pieces = groups_of_phase() * STRIDE * STRIDE;
        sums[(arm * IN_C + channel) * pieces + group % pieces] = all;
    }
}
