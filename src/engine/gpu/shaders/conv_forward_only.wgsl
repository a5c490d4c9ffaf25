// A convolution that nobody normalises whole channels of.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
    var tile: Tile;
    forward_tile(id, local, &tile);
}
