// batch[c, i, p] = images[indices[i], c, p]: picks the images of a step and brings the channel outside.
// Thread = one pixel of one image, y = channel.

struct Sizes {
    n: u32,
    channels: u32,
    pixels: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> images: array<f32>;
@group(1) @binding(2) var<storage, read> indices: array<u32>;
@group(1) @binding(3) var<storage, read_write> batch: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let i = id.x / sizes.pixels;
    let p = id.x % sizes.pixels;
    if i >= sizes.n {
        return;
    }
    let image = indices[inputs.first_index + i];
    batch[(id.y * sizes.n + i) * sizes.pixels + p] = images[(image * sizes.channels + id.y) * sizes.pixels + p];
}
