// Both gradients of a convolution, as conv_backward.wgsl has them and in the same order; the weights that dx needs are
// staged (staged_gradient.wgsl).

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    if group.x < sizes.weight_groups {
        weight_gradient(group.x * 64u + local, group.z);
    } else {
        staged_gradient(group.x - sizes.weight_groups, local, group.z);
    }
}
