// What the two kernels of an average pooling share: windows of 2 × 2 pixels; an odd last row or column is dropped.

struct Sizes {
    // Of what is written, in all arms.
    len: u32,
    in_h: u32,
    in_w: u32,
    out_h: u32,
    out_w: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
