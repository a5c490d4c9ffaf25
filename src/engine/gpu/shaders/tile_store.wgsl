// Where a tile goes. The kernel says how many channels there are, `channels()`; whether rows are whole tiles,
// `whole_rows()`; and what becomes of a result, `put(i, c, value)`, where
// `c` counts the 8 channels.

struct Place {
    // The first pixel in the first of 8 channels; how far the next pixel and the next channel are.
    first: u32,
    step: u32,
    map: u32,
    // Pixels up to the end of the row.
    pixels: u32,
    // First channel.
    channel: u32,
}

fn store_tile(tile: ptr<function, Tile>, place: Place) {
    store_pixel(place, 0u, (*tile).low[0], (*tile).high[0]);
    store_pixel(place, 1u, (*tile).low[1], (*tile).high[1]);
    store_pixel(place, 2u, (*tile).low[2], (*tile).high[2]);
    store_pixel(place, 3u, (*tile).low[3], (*tile).high[3]);
    store_pixel(place, 4u, (*tile).low[4], (*tile).high[4]);
    store_pixel(place, 5u, (*tile).low[5], (*tile).high[5]);
    store_pixel(place, 6u, (*tile).low[6], (*tile).high[6]);
    store_pixel(place, 7u, (*tile).low[7], (*tile).high[7]);
}

fn store_pixel(place: Place, p: u32, low: vec4f, high: vec4f) {
    if p < TILE && (whole_rows() || p < place.pixels) {
        let at = place.first + p * place.step;
        store(place, at, 0u, low.x);
        store(place, at, 1u, low.y);
        store(place, at, 2u, low.z);
        store(place, at, 3u, low.w);
        store(place, at, 4u, high.x);
        store(place, at, 5u, high.y);
        store(place, at, 6u, high.z);
        store(place, at, 7u, high.w);
    }
}

fn store(place: Place, at: u32, c: u32, value: f32) {
    if channels() % 8u == 0u || place.channel + c < channels() {
        put(at + c * place.map, c, value);
    }
}
