// Both gradients of a convolution: dw as in weight_gradient.wgsl by the first `weight_groups` workgroups, dx as in
// input_gradient.wgsl by the others; z = arm. Neither needs the other, and one dispatch keeps a GPU busier than two.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    if group.x < sizes.weight_groups {
        weight_gradient(group.x * 64u + local, group.z);
    } else {
        input_gradient(group.x - sizes.weight_groups, local, group.z);
    }
}

fn put(i: u32, c: u32, value: f32) {
    if ACCUMULATE {
        dx[i] += value;
    } else {
        dx[i] = value;
    }
}
