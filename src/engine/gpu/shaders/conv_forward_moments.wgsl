// A convolution that also leaves (mean, M2 = Σ (y − mean)², count, 0) of what each workgroup wrote to each channel, for
// the normalisation of whole channels behind it. Merged in a fixed order, pairs of sums first: Σ y² − mean² would lose
// what the mean outweighs.

// [arm][channel][workgroup].
@group(1) @binding(5) var<storage, read_write> moments: array<vec4f>;

// (mean, M2) of each channel and thread; pixels of each thread.
var<workgroup> threads: array<vec2f, 512>;
var<workgroup> pixels: array<f32, 64>;
// (mean, M2, count) of each channel and eighth of the threads.
var<workgroup> eighths: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(
    @builtin(global_invocation_id) id: vec3u,
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    var tile: Tile;
    let count = forward_tile(id, local, &tile);
    pixels[local] = f32(count);
    note(tile.low, count, local);
    note(tile.high, count, 256u + local);
    workgroupBarrier();
    let eighth = local % 8u;
    let first = local / 8u * 64u + eighth;
    let shift = threads[first].x;
    var sum = 0.0;
    var all = 0.0;
    for (var i = 0u; i < 64u; i += 8u) {
        all += pixels[eighth + i];
        sum += pixels[eighth + i] * (threads[first + i].x - shift);
    }
    let mean = shift + sum / max(all, 1.0);
    var squares = 0.0;
    for (var i = 0u; i < 64u; i += 8u) {
        let d = threads[first + i].x - mean;
        squares += threads[first + i].y + pixels[eighth + i] * d * d;
    }
    eighths[local] = vec4f(mean, squares, all, 0.0);
    workgroupBarrier();
    let channel = id.y * 8u + local;
    if local < 8u && channel < OUT_C {
        moments[(group.z * OUT_C + channel) * grid.x + group.x] = merged(local * 8u);
    }
}

// Notes mean and M2 of the first `count` pixels of four channels, the first of which is noted at `at`.
fn note(y: array<vec4f, 8>, count: u32, at: u32) {
    // Around a pixel, so that the mean of a constant is that constant.
    let sum = kept(y[1] - y[0], 1u, count) + kept(y[2] - y[0], 2u, count) + kept(y[3] - y[0], 3u, count)
        + kept(y[4] - y[0], 4u, count) + kept(y[5] - y[0], 5u, count) + kept(y[6] - y[0], 6u, count)
        + kept(y[7] - y[0], 7u, count);
    let mean = y[0] + sum / f32(max(count, 1u));
    let squares = square(y[0] - mean, 0u, count) + square(y[1] - mean, 1u, count) + square(y[2] - mean, 2u, count)
        + square(y[3] - mean, 3u, count) + square(y[4] - mean, 4u, count) + square(y[5] - mean, 5u, count)
        + square(y[6] - mean, 6u, count) + square(y[7] - mean, 7u, count);
    threads[at] = vec2f(mean.x, squares.x);
    threads[at + 64u] = vec2f(mean.y, squares.y);
    threads[at + 128u] = vec2f(mean.z, squares.z);
    threads[at + 192u] = vec2f(mean.w, squares.w);
}

fn square(d: vec4f, p: u32, count: u32) -> vec4f {
    return kept(d * d, p, count);
}

// 0 where the tile has no pixel `p`.
fn kept(value: vec4f, p: u32, count: u32) -> vec4f {
    if p >= TILE {
        return vec4f();
    }
    return select(vec4f(), value, p < count);
}

fn merged(first: u32) -> vec4f {
    let shift = eighths[first].x;
    var sum = 0.0;
    var count = 0.0;
    for (var i = first; i < first + 8u; i++) {
        count += eighths[i].z;
        sum += eighths[i].z * (eighths[i].x - shift);
    }
    let mean = shift + sum / max(count, 1.0);
    var squares = 0.0;
    for (var i = first; i < first + 8u; i++) {
        let d = eighths[i].x - mean;
        squares += eighths[i].y + eighths[i].z * d * d;
    }
    return vec4f(mean, squares, count, 0.0);
}
