// Whole channels as sets, one run of memory each, in slices. It counts in `Element`.

struct Sizes {
    // Of a set and of a slice of it, in `Element`.
    run: u32,
    slice: u32,
    // Pieces of each set.
    pieces: u32,
    // Numbers of a set.
    count: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;

// The numbers of slice `slice` of set `index`: the first, and behind the last.
fn members(index: u32, slice: u32) -> vec2u {
    return index * sizes.run + vec2u(slice * sizes.slice, min((slice + 1u) * sizes.slice, sizes.run));
}
