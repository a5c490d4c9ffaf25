// y = activation((x − mean) · rstd) in each set; stores (mean, rstd = 1/√(var + ε)). Workgroup = one set (x), z = arm.

@group(1) @binding(1) var<storage, read> x: array<Element>;
@group(1) @binding(2) var<storage, read_write> y: array<Element>;
@group(1) @binding(3) var<storage, read_write> stats: array<vec2f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let base = set_base(group.x, group.z);
    let elements = sizes.runs * sizes.run_len;
    var sum = Element();
    for (var e = local; e < elements; e += THREADS) {
        sum += x[member(base, e)];
    }
    let mean = workgroup_sum(vec2f(total(sum), 0.0), local).x / f32(sizes.count);
    // A second pass: Σx² − mean² would lose what the mean outweighs.
    var squares = Element();
    for (var e = local; e < elements; e += THREADS) {
        let d = x[member(base, e)] - mean;
        squares += d * d;
    }
    let variance = workgroup_sum(vec2f(total(squares), 0.0), local).x / f32(sizes.count);
    let rstd = inverse_deviation(mean, variance, inputs.arms[group.z].epsilon);
    for (var e = local; e < elements; e += THREADS) {
        let i = member(base, e);
        y[i] = activate((x[i] - mean) * rstd);
    }
    if local == 0u {
        stats[group.z * sizes.sets + group.x] = vec2f(mean, rstd);
    }
}
