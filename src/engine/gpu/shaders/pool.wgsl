// Global average pooling and the frozen head, for one image of one arm.

override THREADS: u32;
override FEATURES: u32;
override CLASSES: u32;

struct Sizes {
    n: u32,
    // Of one feature map.
    pixels: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(2) var<storage, read> head: array<f32>;

var<workgroup> pooled: array<f32, FEATURES>;
var<workgroup> logits: array<f32, CLASSES>;

fn feature_start(image: u32, arm: u32, f: u32) -> u32 {
    return ((arm * FEATURES + f) * sizes.n + image) * sizes.pixels;
}

// Fills `logits`, and ends in a barrier.
fn pool_and_project(image: u32, arm: u32, local: u32) {
    for (var f = local; f < FEATURES; f += THREADS) {
        let first = feature_start(image, arm, f);
        var sum = 0.0;
        for (var p = 0u; p < sizes.pixels; p++) {
            sum += x[first + p];
        }
        pooled[f] = sum / f32(sizes.pixels);
    }
    workgroupBarrier();
    for (var k = local; k < CLASSES; k += THREADS) {
        var z = 0.0;
        for (var f = 0u; f < FEATURES; f++) {
            z += pooled[f] * head[f * CLASSES + k];
        }
        logits[k] = z;
    }
    workgroupBarrier();
}
