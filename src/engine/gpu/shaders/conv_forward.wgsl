// y[o, n, oh, ow] = Σ x[c, n, oh·STRIDE + kh − PAD, ow·STRIDE + kw − PAD] · w[kh, kw, c, o], zero outside.
// Thread = one output pixel, y = 8 output channels, z = arm.

struct Sizes {
    n: u32,
    // Elements of x of one arm; 0 where all arms share it.
    x_arm: u32,
    // In vec4: first of this layer in an arm, and of one arm.
    weight_first: u32,
    weight_arm: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> weights: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let plane = OUT_H * OUT_W;
    if id.x >= sizes.n * plane {
        return;
    }
    let image = id.x / plane;
    let oh = id.x % plane / OUT_W;
    let ow = id.x % OUT_W;
    let x_first = id.z * sizes.x_arm + image * IN_H * IN_W;
    let w_first = id.z * sizes.weight_arm + sizes.weight_first + id.y * 2u;
    var low = vec4f();
    var high = vec4f();
    // Taps outside, channels inside: the border is tested once a tap, and the inner loop is loads and multiply-adds.
    for (var kh = 0u; kh < KERNEL; kh++) {
        // Above the image this wraps around and is too large as well.
        let ih = oh * STRIDE + kh - PAD;
        for (var kw = 0u; kw < KERNEL; kw++) {
            let iw = ow * STRIDE + kw - PAD;
            if ih < IN_H && iw < IN_W {
                var xi = x_first + ih * IN_W + iw;
                var wi = w_first + (kh * KERNEL + kw) * IN_C * out_vectors();
                for (var c = 0u; c < IN_C; c++) {
                    low += x[xi] * weights[wi];
                    high += x[xi] * weights[wi + 1u];
                    xi += sizes.n * IN_H * IN_W;
                    wi += out_vectors();
                }
            }
        }
    }
    let o = id.y * 8u;
    store(id, o, low.x);
    store(id, o + 1u, low.y);
    store(id, o + 2u, low.z);
    store(id, o + 3u, low.w);
    store(id, o + 4u, high.x);
    store(id, o + 5u, high.y);
    store(id, o + 6u, high.z);
    store(id, o + 7u, high.w);
}

fn store(id: vec3u, o: u32, value: f32) {
    if o < OUT_C {
        y[(id.z * OUT_C + o) * sizes.n * OUT_H * OUT_W + id.x] = value;
    }
}
