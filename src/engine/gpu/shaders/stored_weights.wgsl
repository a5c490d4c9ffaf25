// Weights from where they are stored; stage.wgsl is the other way.

fn weight(i: u32) -> vec4f {
    return stored(i);
}

// What `sweep` reads: what it says.
fn prepared(sweep: Sweep, channels: u32, local: u32) -> Sweep {
    return sweep;
}
