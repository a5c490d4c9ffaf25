// dw[kh, kw, c, o] = Σ dy[o, n, oh, ow] · x[c, n, oh·STRIDE + kh − PAD, ow·STRIDE + kw − PAD], in `splits` partial sums
// that `update` adds up. Workgroup = one split of the pixels (x), one input channel, up to 9 taps and 4 output
// channels (y), one arm (z); its threads share out the pixels.

struct Sizes {
    n: u32,
    x_arm: u32,
    // Output pixels of one split.
    split_len: u32,
    // In vec4: first of this layer in an arm's partial sums, of one split, of one arm.
    partial_first: u32,
    split: u32,
    partial_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> partials: array<vec4f>;

const THREADS = 64u;
const TAPS = 9u;
// Products of one thread: [thread][tap], four output channels each.
var<workgroup> lanes: array<vec4f, 576>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let plane = OUT_H * OUT_W;
    let o = group.y % out_vectors() * 4u;
    let c = group.y / out_vectors() % IN_C;
    // Known to be 0 when the pipeline is made, where all taps fit.
    let first_tap = select(0u, group.y / out_vectors() / IN_C * TAPS, KERNEL > 3u);
    let end = min((group.x + 1u) * sizes.split_len, sizes.n * plane);
    var t = array<vec4f, 9>();
    for (var p = group.x * sizes.split_len + local; p < end; p += THREADS) {
        let image = p / plane;
        let yi = group.z * OUT_C * sizes.n * plane + p;
        let d = vec4f(load(yi, o), load(yi, o + 1u), load(yi, o + 2u), load(yi, o + 3u));
        let xi = group.z * sizes.x_arm + (c * sizes.n + image) * IN_H * IN_W;
        // Above and left of the image these wrap around.
        let row = p % plane / OUT_W * STRIDE - PAD;
        let column = p % OUT_W * STRIDE - PAD;
        t[0] += d * pixel(xi, row, column, first_tap);
        if KERNEL > 1u {
            t[1] += d * pixel(xi, row, column, first_tap + 1u);
            t[2] += d * pixel(xi, row, column, first_tap + 2u);
            t[3] += d * pixel(xi, row, column, first_tap + 3u);
            t[4] += d * pixel(xi, row, column, first_tap + 4u);
            t[5] += d * pixel(xi, row, column, first_tap + 5u);
            t[6] += d * pixel(xi, row, column, first_tap + 6u);
            t[7] += d * pixel(xi, row, column, first_tap + 7u);
            t[8] += d * pixel(xi, row, column, first_tap + 8u);
        }
    }
    for (var i = 0u; i < TAPS; i++) {
        lanes[local * TAPS + i] = t[i];
    }
    workgroupBarrier();
    let tap = first_tap + local;
    if local < TAPS && tap < KERNEL * KERNEL {
        var total = lanes[local];
        for (var i = 1u; i < THREADS; i++) {
            total += lanes[i * TAPS + local];
        }
        let at = sizes.partial_first + group.x * sizes.split + (tap * IN_C + c) * out_vectors() + o / 4u;
        partials[group.z * sizes.partial_arm + at] = total;
    }
}

// x under tap `tap`, 0 outside the image.
fn pixel(xi: u32, row: u32, column: u32, tap: u32) -> f32 {
    let ih = row + tap / KERNEL;
    let iw = column + tap % KERNEL;
    if ih < IN_H && iw < IN_W {
        return x[xi + ih * IN_W + iw];
    }
    return 0.0;
}

// Output channels that fill up a vec4 have no gradient.
fn load(yi: u32, o: u32) -> f32 {
    if OUT_C % 8u != 0u && o >= OUT_C {
        return 0.0;
    }
    return dy[yi + o * sizes.n * OUT_H * OUT_W];
}
