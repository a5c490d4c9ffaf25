// Weights that a workgroup reads go through its memory, one sweep's at a time. The kernel says where they come from:
// `stored(i)`. Every thread must come here, whether it has pixels or not.

// TAPS taps of `channels` channels to 8 channels; what has more is not computed this way (`variants.rs`).
var<workgroup> staged: array<vec4f, 512>;

// Weights from `first` on; how far the next tap and the next channel are. Afterwards they lie [tap][channel][2].
fn stage(local: u32, first: u32, next_tap: u32, next_channel: u32, channels: u32) {
    // What was staged before is read to the end first.
    workgroupBarrier();
    for (var i = local; i < TAPS * channels * 2u; i += 64u) {
        let at = first + i / (2u * channels) * next_tap + i / 2u % channels * next_channel + i % 2u;
        staged[i] = stored(at);
    }
    workgroupBarrier();
}

fn weight(i: u32) -> vec4f {
    return staged[i];
}
