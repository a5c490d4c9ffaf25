// What the kernels of a convolution share. Feature maps [arm][c, n, h, w]; weights [arm][kh, kw, in, out] with
// `out` filled up to a multiple of 8 by zeros and read as vec4, so that neighbouring outputs come in one load.

override IN_C: u32;
override IN_H: u32;
override IN_W: u32;
override OUT_C: u32;
override OUT_H: u32;
override OUT_W: u32;
override KERNEL: u32;
override STRIDE: u32;
override PAD: u32;

// vec4s of one (kh, kw, in).
fn out_vectors() -> u32 {
    return (OUT_C + 7u) / 8u * 2u;
}

// vec4s of one (kh, kw, out) of the transposed weights.
fn in_vectors() -> u32 {
    return (IN_C + 7u) / 8u * 2u;
}
