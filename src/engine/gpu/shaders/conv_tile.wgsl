// What a thread of a convolution computes, forward or backward: TILE pixels of one row in 8 channels. Each number loaded
// serves 8 or TILE multiply-adds. The kernel says what it reads: `source(i)`, `weight(i)`.

// 1 to 8.
override TILE: u32;
// Columns of the source between neighbouring pixels.
override STEP: u32;
// Taps of a row that are added up in one sweep, beside each other: 1 or 3.
override TAPS: u32;

// Channels 0 to 3 and 4 to 7 of each pixel. Indexed by constants only, so that it lives in registers.
struct Tile {
    low: array<vec4f, 8>,
    high: array<vec4f, 8>,
}

// What one sweep over the channels of the source reads.
struct Sweep {
    // First element of the row of the source; how far the next channel is.
    row: u32,
    map: u32,
    // Column that the first tap of the first pixel meets; where columns end. Those left of 0 wrap around.
    column: u32,
    width: u32,
    // In vec4: weights of the first tap; how far the next tap and the next channel are.
    weight: u32,
    next_tap: u32,
    next_channel: u32,
}

fn add_channels(tile: ptr<function, Tile>, sweep: Sweep, channels: u32) {
    var row = sweep.row;
    var at = sweep.weight;
    var v: array<f32, 17>;
    for (var c = 0u; c < channels; c++) {
        v[0] = column(sweep, row, 0u);
        v[1] = column(sweep, row, 1u);
        v[2] = column(sweep, row, 2u);
        v[3] = column(sweep, row, 3u);
        v[4] = column(sweep, row, 4u);
        v[5] = column(sweep, row, 5u);
        v[6] = column(sweep, row, 6u);
        v[7] = column(sweep, row, 7u);
        v[8] = column(sweep, row, 8u);
        v[9] = column(sweep, row, 9u);
        v[10] = column(sweep, row, 10u);
        v[11] = column(sweep, row, 11u);
        v[12] = column(sweep, row, 12u);
        v[13] = column(sweep, row, 13u);
        v[14] = column(sweep, row, 14u);
        v[15] = column(sweep, row, 15u);
        v[16] = column(sweep, row, 16u);
        let low_0 = weight(at);
        let high_0 = weight(at + 1u);
        var low_1: vec4f;
        var high_1: vec4f;
        var low_2: vec4f;
        var high_2: vec4f;
        if TAPS > 1u {
            low_1 = weight(at + sweep.next_tap);
            high_1 = weight(at + sweep.next_tap + 1u);
            low_2 = weight(at + 2u * sweep.next_tap);
            high_2 = weight(at + 2u * sweep.next_tap + 1u);
        }
        (*tile).low[0] += taps(v[0], v[1], v[2], low_0, low_1, low_2);
        (*tile).high[0] += taps(v[0], v[1], v[2], high_0, high_1, high_2);
        if TILE > 1u {
            (*tile).low[1] += taps(v[STEP], v[STEP + 1u], v[STEP + 2u], low_0, low_1, low_2);
            (*tile).high[1] += taps(v[STEP], v[STEP + 1u], v[STEP + 2u], high_0, high_1, high_2);
        }
        if TILE > 2u {
            (*tile).low[2] += taps(v[2u * STEP], v[2u * STEP + 1u], v[2u * STEP + 2u], low_0, low_1, low_2);
            (*tile).high[2] += taps(v[2u * STEP], v[2u * STEP + 1u], v[2u * STEP + 2u], high_0, high_1, high_2);
        }
        if TILE > 3u {
            (*tile).low[3] += taps(v[3u * STEP], v[3u * STEP + 1u], v[3u * STEP + 2u], low_0, low_1, low_2);
            (*tile).high[3] += taps(v[3u * STEP], v[3u * STEP + 1u], v[3u * STEP + 2u], high_0, high_1, high_2);
        }
        if TILE > 4u {
            (*tile).low[4] += taps(v[4u * STEP], v[4u * STEP + 1u], v[4u * STEP + 2u], low_0, low_1, low_2);
            (*tile).high[4] += taps(v[4u * STEP], v[4u * STEP + 1u], v[4u * STEP + 2u], high_0, high_1, high_2);
        }
        if TILE > 5u {
            (*tile).low[5] += taps(v[5u * STEP], v[5u * STEP + 1u], v[5u * STEP + 2u], low_0, low_1, low_2);
            (*tile).high[5] += taps(v[5u * STEP], v[5u * STEP + 1u], v[5u * STEP + 2u], high_0, high_1, high_2);
        }
        if TILE > 6u {
            (*tile).low[6] += taps(v[6u * STEP], v[6u * STEP + 1u], v[6u * STEP + 2u], low_0, low_1, low_2);
            (*tile).high[6] += taps(v[6u * STEP], v[6u * STEP + 1u], v[6u * STEP + 2u], high_0, high_1, high_2);
        }
        if TILE > 7u {
            (*tile).low[7] += taps(v[7u * STEP], v[7u * STEP + 1u], v[7u * STEP + 2u], low_0, low_1, low_2);
            (*tile).high[7] += taps(v[7u * STEP], v[7u * STEP + 1u], v[7u * STEP + 2u], high_0, high_1, high_2);
        }
        row += sweep.map;
        at += sweep.next_channel;
    }
}

// Column `j` from the first on, 0 outside the map; nothing where no tap reaches.
fn column(sweep: Sweep, row: u32, j: u32) -> f32 {
    if j >= (TILE - 1u) * STEP + TAPS || j % STEP >= TAPS {
        return 0.0;
    }
    return select(0.0, source(row + sweep.column + j), sweep.column + j < sweep.width);
}

fn taps(v_0: f32, v_1: f32, v_2: f32, w_0: vec4f, w_1: vec4f, w_2: vec4f) -> vec4f {
    if TAPS == 1u {
        return v_0 * w_0;
    }
    return v_0 * w_0 + v_1 * w_1 + v_2 * w_2;
}
