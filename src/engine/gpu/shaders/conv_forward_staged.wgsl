// y[o, n, oh, ow] = Σ x[c, n, oh·STRIDE + kh − PAD, ow·STRIDE + kw − PAD] · w[kh, kw, c, o], zero outside.
// As conv_forward.wgsl, in the same order, with the weights staged: thread = TILE pixels of one row, y = 8 output channels,
// z = arm.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
    let tiles = (OUT_W + TILE - 1u) / TILE;
    let row = id.x / tiles;
    let inside = row < sizes.n * OUT_H;
    let ow = id.x % tiles * TILE;
    let image = id.z * sizes.x_arm + row / OUT_H * IN_H * IN_W;
    let top = row % OUT_H * STRIDE - PAD;
    let w_first = id.z * sizes.weight_arm + sizes.weight_first + id.y * 2u;
    let next_tap = IN_C * out_vectors();
    var tile: Tile;
    for (var tap = 0u; tap < KERNEL * KERNEL; tap += TAPS) {
        stage(local, w_first + tap * next_tap, next_tap, out_vectors(), IN_C);
        // Above and left of the image these wrap around and are too large as well.
        let ih = top + tap / KERNEL;
        let column = ow * STRIDE + tap % KERNEL - PAD;
        let sweep = Sweep(image + ih * IN_W, sizes.n * IN_H * IN_W, column, IN_W, 0u, 2u * IN_C, 2u);
        add_channels(&tile, sweep, select(0u, IN_C, inside && ih < IN_H));
    }
    if inside {
        let map = sizes.n * OUT_H * OUT_W;
        let first = (id.z * OUT_C + id.y * 8u) * map + row * OUT_W + ow;
        store_tile(&tile, Place(first, 1u, map, OUT_W - ow, id.y * 8u));
    }
}
