// batch[c, i, y, x] = m[c, y − dy, x − dx], 0 outside, with m the image of draw i, mirrored where it says so: picks the images
// of a step, moves them and brings the channel outside. Thread = one pixel of one image, y = channel.

struct Sizes {
    n: u32,
    channels: u32,
    height: u32,
    width: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> images: array<f32>;
// Image; then dx and dy in 8 bits each, with sign, and whether it is mirrored.
@group(1) @binding(2) var<storage, read> draws: array<vec2u>;
@group(1) @binding(3) var<storage, read_write> batch: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let pixels = sizes.height * sizes.width;
    let i = id.x / pixels;
    let p = id.x % pixels;
    if i >= sizes.n {
        return;
    }
    let draw = draws[inputs.first_draw + i];
    let dx = bitcast<i32>(draw.y << 24u) >> 24u;
    let dy = bitcast<i32>(draw.y << 16u) >> 24u;
    // Left of the image or above it these wrap around and are too large as well.
    let x = p % sizes.width - bitcast<u32>(dx);
    let y = p / sizes.width - bitcast<u32>(dy);
    var value = 0.0;
    if x < sizes.width && y < sizes.height {
        let column = select(x, sizes.width - 1u - x, (draw.y & 0x10000u) != 0u);
        value = images[((draw.x * sizes.channels + id.y) * sizes.height + y) * sizes.width + column];
    }
    batch[(id.y * sizes.n + i) * pixels + p] = value;
}
