// Weights from where they are stored; stage.wgsl is the other way.

fn weight(i: u32) -> vec4f {
    return stored(i);
}
