// y[o, n, oh, ow] = Σ x[c, n, oh·STRIDE + kh − PAD, ow·STRIDE + kw − PAD] · w[kh, kw, c, o], zero outside; plus `addend`.
// Thread = TILE pixels of one row, y = 8 output channels, z = arm.

// The pixels of the tile that `id` names; 0 behind the last row. What they are goes to `put`, and into `tile`.
fn forward_tile(id: vec3u, local: u32, tile: ptr<function, Tile>) -> u32 {
    let tiles = (OUT_W + TILE - 1u) / TILE;
    let row = id.x / tiles;
    let inside = row < sizes.n * OUT_H;
    let ow = id.x % tiles * TILE;
    let image = id.z * sizes.x_arm + row / OUT_H * IN_H * IN_W;
    let top = row % OUT_H * STRIDE - PAD;
    let w_first = id.z * sizes.weight_arm + sizes.weight_first + id.y * 2u;
    let next_tap = IN_C * out_vectors();
    for (var tap = 0u; tap < KERNEL * KERNEL; tap += TAPS) {
        // Above and left of the image these wrap around and are too large as well.
        let ih = top + tap / KERNEL;
        let column = ow * STRIDE + tap % KERNEL - PAD;
        let at = w_first + tap * next_tap;
        let sweep = Sweep(image + ih * IN_W, sizes.n * IN_H * IN_W, column, IN_W, at, next_tap, out_vectors());
        add_channels(tile, prepared(sweep, IN_C, local), select(0u, IN_C, inside && ih < IN_H));
    }
    if inside {
        let map = sizes.n * OUT_H * OUT_W;
        let first = (id.z * OUT_C + id.y * 8u) * map + row * OUT_W + ow;
        let place = Place(first, 1u, map, OUT_W - ow, id.y * 8u);
        if ADD {
            add_pixel(tile, place, 0u);
            add_pixel(tile, place, 1u);
            add_pixel(tile, place, 2u);
            add_pixel(tile, place, 3u);
            add_pixel(tile, place, 4u);
            add_pixel(tile, place, 5u);
            add_pixel(tile, place, 6u);
            add_pixel(tile, place, 7u);
        }
        store_tile(tile, place);
    }
    return select(0u, min(TILE, OUT_W - ow), inside);
}

fn add_pixel(tile: ptr<function, Tile>, place: Place, p: u32) {
    if p < TILE && (whole_rows() || p < place.pixels) {
        let at = place.first + p;
        (*tile).low[p] += vec4f(added(place, at, 0u), added(place, at, 1u), added(place, at, 2u), added(place, at, 3u));
        (*tile).high[p] += vec4f(added(place, at, 4u), added(place, at, 5u), added(place, at, 6u), added(place, at, 7u));
    }
}

fn added(place: Place, at: u32, c: u32) -> f32 {
    if channels() % 8u != 0u && place.channel + c >= channels() {
        return 0.0;
    }
    return addend[at + c * place.map];
}
