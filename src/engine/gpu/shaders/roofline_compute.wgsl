// The most multiply-adds a device does: 32 independent chains of them a thread, held in registers. No kernel of a step.

struct Sizes {
    rounds: u32,
}

@group(1) @binding(0) var<uniform> sizes: Sizes;
@group(1) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let start = vec4f(f32(id.x)) + vec4f(0.0, 1.0, 2.0, 3.0);
    // Below 1, so that nothing overflows; not known to the compiler, so that nothing is folded.
    let factor = vec4f(1.0 / (1.0 + f32(sizes.rounds)));
    var a = start;
    var b = start + 1.0;
    var c = start + 2.0;
    var d = start + 3.0;
    var e = start + 4.0;
    var f = start + 5.0;
    var g = start + 6.0;
    var h = start + 7.0;
    for (var i = 0u; i < sizes.rounds; i++) {
        a = fma(a, factor, start);
        b = fma(b, factor, start);
        c = fma(c, factor, start);
        d = fma(d, factor, start);
        e = fma(e, factor, start);
        f = fma(f, factor, start);
        g = fma(g, factor, start);
        h = fma(h, factor, start);
    }
    y[id.x] = a + b + c + d + e + f + g + h;
}
