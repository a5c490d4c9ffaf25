// The 9 numbers of x that an output pixel meets, as three vec3f: 3 × 3 pixels of one channel, which slide along the row, or
// one pixel of 9 channels.

// Before the first pixel of a row: what `slide` keeps of the window of the pixel left of it.
fn left_of(row: u32, ih: u32, iw: u32) -> vec3f {
    if STRIDE == 1u {
        return vec3f(0.0, pixel(row, ih, iw), pixel(row, ih, iw + 1u));
    }
    return vec3f(0.0, 0.0, pixel(row, ih, iw));
}

// Three columns of x from `iw` on; `before`, the three of the pixel left of it, has some of them already.
fn slide(before: vec3f, row: u32, ih: u32, iw: u32) -> vec3f {
    if STRIDE == 1u {
        return vec3f(before.yz, pixel(row, ih, iw + 2u));
    }
    return vec3f(before.z, pixel(row, ih, iw + 1u), pixel(row, ih, iw + 2u));
}

// Column `iw` of row `ih`, 0 outside the image.
fn pixel(row: u32, ih: u32, iw: u32) -> f32 {
    return select(0.0, x[row + iw], ih < IN_H && iw < IN_W);
}

// One pixel in three channels from `c` on, 0 past the last.
fn three_channels(at: u32, c: u32) -> vec3f {
    let map = sizes.n * IN_H * IN_W;
    return vec3f(
        select(0.0, x[at], c < IN_C),
        select(0.0, x[at + map], c + 1u < IN_C),
        select(0.0, x[at + 2u * map], c + 2u < IN_C),
    );
}
