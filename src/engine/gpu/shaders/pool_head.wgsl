// Softmax cross-entropy of each image, whether it was right, and the gradient of the batch's mean with respect to the
// features: dx[f, n, ·] = Σ_k (softmax(z)[k] − [k = label]) · head[f, k] / (n · pixels). Workgroup = one image (x), z = arm.

@group(1) @binding(3) var<storage, read> labels: array<u32>;
@group(1) @binding(4) var<storage, read> draws: array<vec2u>;
@group(1) @binding(5) var<storage, read_write> dx: array<f32>;
// (loss, 1 if right) of [arm][n].
@group(1) @binding(6) var<storage, read_write> losses: array<vec2f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    pool_and_project(group.x, group.z, local);
    let label = labels[draws[inputs.first_draw + group.x].x];
    // Every thread for itself: cheaper than two more reductions.
    var largest = 0u;
    for (var k = 1u; k < CLASSES; k++) {
        largest = select(largest, k, logits[k] > logits[largest]);
    }
    let top = logits[largest];
    var sum = 0.0;
    for (var k = 0u; k < CLASSES; k++) {
        sum += exp(logits[k] - top);
    }
    if local == 0u {
        let loss = log(sum) - (logits[label] - top);
        losses[group.z * sizes.n + group.x] = vec2f(loss, f32(largest == label));
    }
    for (var f = local; f < FEATURES; f += THREADS) {
        var gradient = 0.0;
        for (var k = 0u; k < CLASSES; k++) {
            gradient += (exp(logits[k] - top) / sum - f32(k == label)) * head[f * CLASSES + k];
        }
        let first = feature_start(group.x, group.z, f);
        for (var p = 0u; p < sizes.pixels; p++) {
            dx[first + p] = gradient / f32(sizes.n * sizes.pixels);
        }
    }
}
