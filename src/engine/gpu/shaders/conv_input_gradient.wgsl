// dx[c, n, ih, iw] = Σ dy[o, n, oh, ow] · w[kh, kw, c, o] over all (o, kh, kw) that read this pixel.
// Thread = one input pixel, y = 8 input channels, z = arm. Pixels are numbered by their place modulo the stride first,
// so that neighbouring threads meet the same taps.

override ACCUMULATE: bool;

struct Sizes {
    n: u32,
    // In vec4: first of this layer in an arm, and of one arm.
    weight_first: u32,
    weight_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> dy: array<f32>;
@group(1) @binding(2) var<storage, read> weights: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let columns = (IN_W + STRIDE - 1u) / STRIDE;
    let cells = (IN_H + STRIDE - 1u) / STRIDE * columns;
    let cell = id.x % cells;
    let image = id.x / cells % sizes.n;
    let phase = id.x / cells / sizes.n;
    let ih = cell / columns * STRIDE + phase / STRIDE;
    let iw = cell % columns * STRIDE + phase % STRIDE;
    if phase >= STRIDE * STRIDE || ih >= IN_H || iw >= IN_W {
        return;
    }
    let y_first = (id.z * OUT_C * sizes.n + image) * OUT_H * OUT_W;
    let w_first = id.z * sizes.weight_arm + sizes.weight_first + id.y * 8u * out_vectors();
    var low = vec4f();
    var high = vec4f();
    for (var kh = (ih + PAD) % STRIDE; kh < KERNEL; kh += STRIDE) {
        // Above the map this wraps around and is too large as well.
        let oh = (ih + PAD - kh) / STRIDE;
        for (var kw = (iw + PAD) % STRIDE; kw < KERNEL; kw += STRIDE) {
            let ow = (iw + PAD - kw) / STRIDE;
            if oh < OUT_H && ow < OUT_W {
                let yi = y_first + oh * OUT_W + ow;
                var wi = w_first + (kh * KERNEL + kw) * IN_C * out_vectors();
                for (var o = 0u; o < OUT_C; o += 4u) {
                    let d = vec4f(load(yi, o), load(yi, o + 1u), load(yi, o + 2u), load(yi, o + 3u));
                    low += vec4f(product(d, wi, 0u), product(d, wi, 1u), product(d, wi, 2u), product(d, wi, 3u));
                    high += vec4f(product(d, wi, 4u), product(d, wi, 5u), product(d, wi, 6u), product(d, wi, 7u));
                    wi += 1u;
                }
            }
        }
    }
    let c = id.y * 8u;
    let at = image * IN_H * IN_W + ih * IN_W + iw;
    store(id.z, at, c, low.x);
    store(id.z, at, c + 1u, low.y);
    store(id.z, at, c + 2u, low.z);
    store(id.z, at, c + 3u, low.w);
    store(id.z, at, c + 4u, high.x);
    store(id.z, at, c + 5u, high.y);
    store(id.z, at, c + 6u, high.z);
    store(id.z, at, c + 7u, high.w);
}

// Channels that fill up a vec4 must be 0, not another arm's infinity times a weight of 0.
fn load(yi: u32, o: u32) -> f32 {
    if OUT_C % 4u != 0u && o >= OUT_C {
        return 0.0;
    }
    return dy[yi + o * sizes.n * OUT_H * OUT_W];
}

// Channel `c` of the eight; those past IN_C repeat the first and are not stored.
fn product(d: vec4f, wi: u32, c: u32) -> f32 {
    return dot(d, weights[wi + select(0u, c, c < IN_C) * out_vectors()]);
}

fn store(arm: u32, at: u32, c: u32, value: f32) {
    if c < IN_C {
        let i = (arm * IN_C + c) * sizes.n * IN_H * IN_W + at;
        if ACCUMULATE {
            dx[i] += value;
        } else {
            dx[i] = value;
        }
    }
}
