// With x̂ = (x − mean) · rstd and d = dy · activation′(x̂): dx = rstd · (d − avg(d) − x̂ · avg(d · x̂)), averages over the
// set. Workgroup = one set (x), z = arm.

override ACCUMULATE: bool;

@group(1) @binding(1) var<storage, read> x: array<Element>;
@group(1) @binding(2) var<storage, read> dy: array<Element>;
@group(1) @binding(3) var<storage, read> stats: array<vec2f>;
@group(1) @binding(4) var<storage, read_write> dx: array<Element>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
    let base = set_base(group.x, group.z);
    let elements = sizes.runs * sizes.run_len;
    let mean = stats[group.z * sizes.sets + group.x].x;
    let rstd = stats[group.z * sizes.sets + group.x].y;
    var sum = Element();
    var products = Element();
    for (var e = local; e < elements; e += THREADS) {
        let i = member(base, e);
        let normalised = (x[i] - mean) * rstd;
        let d = dy[i] * activation_slope(normalised);
        sum += d;
        products += d * normalised;
    }
    let averages = workgroup_sum(vec2f(total(sum), total(products)), local) / f32(sizes.count);
    for (var e = local; e < elements; e += THREADS) {
        let i = member(base, e);
        let normalised = (x[i] - mean) * rstd;
        let d = dy[i] * activation_slope(normalised);
        let gradient = rstd * (d - averages.x - normalised * averages.y);
        if ACCUMULATE {
            dx[i] += gradient;
        } else {
            dx[i] = gradient;
        }
    }
}
