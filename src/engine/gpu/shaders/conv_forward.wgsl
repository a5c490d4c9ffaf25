// y[o, n, oh, ow] = Σ x[c, n, oh·STRIDE + kh − PAD, ow·STRIDE + kw − PAD] · w[kh, kw, c, o], zero outside.
// Thread = TILE pixels of one row, y = 8 output channels, z = arm.

// The pixels of the tile that `id` names; 0 behind the last row. What they are goes to `put`, and into `tile`.
fn forward_tile(id: vec3u, tile: ptr<function, Tile>) -> u32 {
    let tiles = (OUT_W + TILE - 1u) / TILE;
    let row = id.x / tiles;
    if row >= sizes.n * OUT_H {
        return 0u;
    }
    let ow = id.x % tiles * TILE;
    let image = id.z * sizes.x_arm + row / OUT_H * IN_H * IN_W;
    let w_first = id.z * sizes.weight_arm + sizes.weight_first + id.y * 2u;
    let next_tap = IN_C * out_vectors();
    for (var kh = 0u; kh < KERNEL; kh++) {
        // Above the image this wraps around and is too large as well.
        let ih = row % OUT_H * STRIDE + kh - PAD;
        if ih < IN_H {
            for (var kw = 0u; kw < KERNEL; kw += TAPS) {
                let at = w_first + (kh * KERNEL + kw) * next_tap;
                let column = ow * STRIDE + kw - PAD;
                let sweep = Sweep(image + ih * IN_W, sizes.n * IN_H * IN_W, column, IN_W, at, next_tap, out_vectors());
                add_channels(tile, sweep, IN_C);
            }
        }
    }
    let map = sizes.n * OUT_H * OUT_W;
    let first = (id.z * OUT_C + id.y * 8u) * map + row * OUT_W + ow;
    store_tile(tile, Place(first, 1u, map, OUT_W - ow, id.y * 8u));
    return min(TILE, OUT_W - ow);
}
