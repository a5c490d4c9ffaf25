// The index sets of a normalisation: twin of NormGeometry, over [arm][c, n, h, w]. It counts in `Element`.

struct Sizes {
    inner: u32,
    outer_stride: u32,
    inner_stride: u32,
    runs: u32,
    run_len: u32,
    run_stride: u32,
    // Sets of one arm.
    sets: u32,
    // Of one arm.
    arm: u32,
    // Numbers of one set.
    count: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;

fn set_base(index: u32, arm: u32) -> u32 {
    return arm * sizes.arm + index / sizes.inner * sizes.outer_stride + index % sizes.inner * sizes.inner_stride;
}

// Position of element `e` of a set that starts at `base`.
fn member(base: u32, e: u32) -> u32 {
    if sizes.runs == 1u {
        return base + e;
    }
    return base + e / sizes.run_len * sizes.run_stride + e % sizes.run_len;
}
