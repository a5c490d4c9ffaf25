// dw[kh, kw, c, o] = Σ dy[o, n, oh, ow] · x[c, n, oh·STRIDE + kh − PAD, ow·STRIDE + kw − PAD], in `splits` partial sums
// that `update` adds up. Thread = one split of the pixels and one input channel (x); 8 output channels, one row of the
// kernel and up to 3 of its columns (y); one arm (z).
//
// No workgroup memory: the sums of neighbouring pixels meet in `update` at no more cost, and software GPUs run a kernel
// with barriers several times slower, and compile it ten times slower.

struct Sizes {
    n: u32,
    x_arm: u32,
    splits: u32,
    // In vec4: first of this layer in an arm's partial sums, of one split, of one arm.
    partial_first: u32,
    split: u32,
    partial_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> dy: array<f32>;
@group(1) @binding(3) var<storage, read_write> partials: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let split = id.x % sizes.splits;
    let c = id.x / sizes.splits;
    if c >= IN_C {
        return;
    }
    let plane = OUT_H * OUT_W;
    let o = id.y % (out_vectors() / 2u) * 8u;
    let columns = (KERNEL + 2u) / 3u;
    let kw = id.y / (out_vectors() / 2u) % columns * 3u;
    let kh = id.y / (out_vectors() / 2u) / columns;
    let y_first = id.z * OUT_C * sizes.n * plane;
    let x_first = id.z * sizes.x_arm + c * sizes.n * IN_H * IN_W;
    // Named, not an array: an array that is indexed anywhere lives in slow memory on some devices.
    var low_0 = vec4f();
    var low_1 = vec4f();
    var low_2 = vec4f();
    var high_0 = vec4f();
    var high_1 = vec4f();
    var high_2 = vec4f();
    // Neighbouring threads take neighbouring pixels, so that their loads fall together.
    for (var p = split; p < sizes.n * plane; p += sizes.splits) {
        // Above and left of the image these wrap around and are too large as well.
        let ih = p % plane / OUT_W * STRIDE + kh - PAD;
        let iw = p % OUT_W * STRIDE + kw - PAD;
        if ih < IN_H {
            let yi = y_first + p;
            let low = vec4f(load(yi, o), load(yi, o + 1u), load(yi, o + 2u), load(yi, o + 3u));
            let high = vec4f(load(yi, o + 4u), load(yi, o + 5u), load(yi, o + 6u), load(yi, o + 7u));
            let row = x_first + (p / plane * IN_H + ih) * IN_W;
            let x_0 = pixel(row, iw);
            low_0 += low * x_0;
            high_0 += high * x_0;
            if KERNEL > 1u {
                let x_1 = pixel(row, iw + 1u);
                let x_2 = pixel(row, iw + 2u);
                low_1 += low * x_1;
                high_1 += high * x_1;
                low_2 += low * x_2;
                high_2 += high * x_2;
            }
        }
    }
    let first = id.z * sizes.partial_arm + sizes.partial_first + split * sizes.split + o / 4u;
    store(first, c, kh, kw, low_0, high_0);
    store(first, c, kh, kw + 1u, low_1, high_1);
    store(first, c, kh, kw + 2u, low_2, high_2);
}

// x of one row, 0 outside the image.
fn pixel(row: u32, iw: u32) -> f32 {
    if iw < IN_W {
        return x[row + iw];
    }
    return 0.0;
}

// Output channels that fill up the eight have no gradient.
fn load(yi: u32, o: u32) -> f32 {
    if OUT_C % 8u != 0u && o >= OUT_C {
        return 0.0;
    }
    return dy[yi + o * sizes.n * OUT_H * OUT_W];
}

fn store(first: u32, c: u32, kh: u32, kw: u32, low: vec4f, high: vec4f) {
    if kw < KERNEL {
        let at = first + ((kh * KERNEL + kw) * IN_C + c) * out_vectors();
        partials[at] = low;
        partials[at + 1u] = high;
    }
}
