// dw[kh, kw, c, o] = Σ dy[o, n, oh, ow] · x[c, n, oh·STRIDE + kh − PAD, ow·STRIDE + kw − PAD], in `splits` partial sums
// that `update` adds up. Thread = one split of the rows of dy, 8 output channels, and 9 weights to each of them: 3 × 3 taps
// of one input channel, or 9 input channels where the kernel is 1 × 1.
//
// No workgroup memory: the sums of splits meet in `update` at no more cost, and software GPUs run a kernel with barriers
// several times slower, and compile it ten times slower.

fn weight_gradient(thread: u32, arm: u32) {
    let outs = out_vectors() / 2u;
    let groups = select(IN_C, (IN_C + 8u) / 9u, KERNEL == 1u);
    let blocks = (KERNEL + 2u) / 3u;
    let o = thread % outs * 8u;
    let c = thread / outs % groups * select(1u, 9u, KERNEL == 1u);
    let kw = thread / outs / groups % blocks * 3u;
    let kh = thread / outs / groups / blocks % blocks * 3u;
    let split = thread / outs / groups / blocks / blocks;
    if split >= sizes.splits {
        return;
    }
    let x_map = sizes.n * IN_H * IN_W;
    let x_first = arm * sizes.x_arm + c * x_map;
    let y_first = (arm * OUT_C + o) * sizes.n * OUT_H * OUT_W;
    // Indexed by constants only, so that they live in registers.
    var low: array<vec4f, 9>;
    var high: array<vec4f, 9>;
    for (var row = split; row < sizes.n * OUT_H; row += sizes.splits) {
        // Above and left of the image these wrap around and are too large as well.
        let ih = row % OUT_H * STRIDE + kh - PAD;
        let upper = x_first + (row / OUT_H * IN_H + ih) * IN_W;
        var iw = kw - PAD;
        var v_0 = left_of(upper, ih, iw);
        var v_1 = left_of(upper + IN_W, ih + 1u, iw);
        var v_2 = left_of(upper + 2u * IN_W, ih + 2u, iw);
        for (var yi = y_first + row * OUT_W; yi < y_first + row * OUT_W + OUT_W; yi++) {
            if KERNEL == 1u {
                v_0 = three_channels(upper + iw, c);
                v_1 = three_channels(upper + 3u * x_map + iw, c + 3u);
                v_2 = three_channels(upper + 6u * x_map + iw, c + 6u);
            } else {
                v_0 = slide(v_0, upper, ih, iw);
                v_1 = slide(v_1, upper + IN_W, ih + 1u, iw);
                v_2 = slide(v_2, upper + 2u * IN_W, ih + 2u, iw);
            }
            let d_low = vec4f(dy_of(yi, o, 0u), dy_of(yi, o, 1u), dy_of(yi, o, 2u), dy_of(yi, o, 3u));
            let d_high = vec4f(dy_of(yi, o, 4u), dy_of(yi, o, 5u), dy_of(yi, o, 6u), dy_of(yi, o, 7u));
            low[0] += d_low * v_0.x;
            high[0] += d_high * v_0.x;
            low[1] += d_low * v_0.y;
            high[1] += d_high * v_0.y;
            low[2] += d_low * v_0.z;
            high[2] += d_high * v_0.z;
            low[3] += d_low * v_1.x;
            high[3] += d_high * v_1.x;
            low[4] += d_low * v_1.y;
            high[4] += d_high * v_1.y;
            low[5] += d_low * v_1.z;
            high[5] += d_high * v_1.z;
            low[6] += d_low * v_2.x;
            high[6] += d_high * v_2.x;
            low[7] += d_low * v_2.y;
            high[7] += d_high * v_2.y;
            low[8] += d_low * v_2.z;
            high[8] += d_high * v_2.z;
            iw += STRIDE;
        }
    }
    let first = arm * sizes.partial_arm + sizes.partial_first + split * sizes.split + o / 4u;
    store_weight(first, c, kh, kw, 0u, low[0], high[0]);
    store_weight(first, c, kh, kw, 1u, low[1], high[1]);
    store_weight(first, c, kh, kw, 2u, low[2], high[2]);
    store_weight(first, c, kh, kw, 3u, low[3], high[3]);
    store_weight(first, c, kh, kw, 4u, low[4], high[4]);
    store_weight(first, c, kh, kw, 5u, low[5], high[5]);
    store_weight(first, c, kh, kw, 6u, low[6], high[6]);
    store_weight(first, c, kh, kw, 7u, low[7], high[7]);
    store_weight(first, c, kh, kw, 8u, low[8], high[8]);
}

// Output channels that fill up the eight have no gradient.
fn dy_of(at: u32, o: u32, i: u32) -> f32 {
    if OUT_C % 8u != 0u && o + i >= OUT_C {
        return 0.0;
    }
    return dy[at + i * sizes.n * OUT_H * OUT_W];
}

// Weight `i` of the nine.
fn store_weight(first: u32, c: u32, kh: u32, kw: u32, i: u32, low: vec4f, high: vec4f) {
    var row = (kh + i / 3u) * KERNEL + kw + i % 3u;
    var channel = c;
    var inside = KERNEL % 3u == 0u || (kh + i / 3u < KERNEL && kw + i % 3u < KERNEL);
    if KERNEL == 1u {
        row = 0u;
        channel = c + i;
        inside = channel < IN_C;
    }
    if inside {
        let at = first + (row * IN_C + channel) * out_vectors();
        partials[at] = low;
        partials[at + 1u] = high;
    }
}
