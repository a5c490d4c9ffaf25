// dx[c, n, ih, iw] = Σ dy[o, n, oh, ow] · w[kh, kw, c, o] over all (o, kh, kw) that read this pixel.
// Thread = TILE pixels of one row, STRIDE apart, in 8 input channels. All threads of a workgroup have the same channels, and
// pixels of the same place modulo the stride, so that they meet the same weights.

// Workgroups of 8 channels and one place modulo the stride.
fn groups_of_phase() -> u32 {
    let rows = (IN_H + STRIDE - 1u) / STRIDE;
    let tiles = ((IN_W + STRIDE - 1u) / STRIDE + TILE - 1u) / TILE;
    return (sizes.n * rows * tiles + 63u) / 64u;
}

// The first of the 8 channels of a workgroup.
fn first_channel(group: u32) -> u32 {
    return group / groups_of_phase() / (STRIDE * STRIDE) * 8u;
}

fn input_gradient(group: u32, local: u32, arm: u32) {
    let rows = (IN_H + STRIDE - 1u) / STRIDE;
    let tiles = ((IN_W + STRIDE - 1u) / STRIDE + TILE - 1u) / TILE;
    let phase = group / groups_of_phase() % (STRIDE * STRIDE);
    let c = first_channel(group);
    let thread = group % groups_of_phase() * 64u + local;
    let image = thread / tiles / rows;
    let ih = thread / tiles % rows * STRIDE + phase / STRIDE;
    let iw = thread % tiles * TILE * STRIDE + phase % STRIDE;
    let inside = image < sizes.n && ih < IN_H && iw < IN_W;
    let y_map = sizes.n * OUT_H * OUT_W;
    let y_first = arm * OUT_C * y_map + image * OUT_H * OUT_W;
    let w_first = arm * sizes.transposed_arm + sizes.transposed_first + c / 4u;
    // Rows of outputs that fill up the eight are there too.
    let next_tap = 4u * out_vectors() * in_vectors();
    let first_kh = (phase / STRIDE + PAD) % STRIDE;
    // The last of TAPS taps first: it meets the leftmost column.
    let first_kw = (phase % STRIDE + PAD) % STRIDE + TAPS - 1u;
    let sweeps_down = (KERNEL - first_kh + STRIDE - 1u) / STRIDE;
    let sweeps_along = (KERNEL + STRIDE * TAPS - 1u - first_kw) / (STRIDE * TAPS);
    var tile: Tile;
    for (var i = 0u; i < sweeps_down * sweeps_along; i++) {
        let kh = first_kh + i / sweeps_along * STRIDE;
        let kw = first_kw + i % sweeps_along * STRIDE * TAPS;
        // Above the map this wraps around and is too large as well.
        let oh = (ih + PAD - kh) / STRIDE;
        let column = (iw + PAD + KERNEL * STRIDE - kw) / STRIDE - KERNEL;
        let at = w_first + (kh * KERNEL + kw) * next_tap;
        let sweep = Sweep(y_first + oh * OUT_W, y_map, column, OUT_W, at, 0u - next_tap, in_vectors());
        add_channels(&tile, prepared(sweep, OUT_C, local), select(0u, OUT_C, inside && oh < OUT_H));
    }
    if inside {
        let map = sizes.n * IN_H * IN_W;
        let first = (arm * IN_C + c) * map + (image * IN_H + ih) * IN_W + iw;
        store_tile(&tile, Place(first, STRIDE, map, (IN_W - iw + STRIDE - 1u) / STRIDE, c));
    }
}
