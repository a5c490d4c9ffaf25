// Weights that a workgroup reads go through its memory, one sweep's at a time. The kernel says where they come from:
// `stored(i)`. Every thread must come here, whether it has pixels or not.

// TAPS taps of `channels` channels to 8 channels; what has more is not computed this way (`variants.rs`).
var<workgroup> staged: array<vec4f, 512>;

fn weight(i: u32) -> vec4f {
    return staged[i];
}

// `sweep` with its weights staged: [tap][channel][2]. All threads of a workgroup have the same weights in theirs.
fn prepared(sweep: Sweep, channels: u32, local: u32) -> Sweep {
    // What was staged before is read to the end first.
    workgroupBarrier();
    for (var i = local; i < TAPS * channels * 2u; i += 64u) {
        let tap = i / (2u * channels);
        let at = sweep.weight + tap * sweep.next_tap + i / 2u % channels * sweep.next_channel + i % 2u;
        staged[i] = stored(at);
    }
    workgroupBarrier();
    return Sweep(sweep.row, sweep.map, sweep.column, sweep.width, 0u, 2u * channels, 2u);
}
