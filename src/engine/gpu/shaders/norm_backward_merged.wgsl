// norm_backward of whole channels that the convolution behind has begun (conv_backward_sums.wgsl): dx = rstd · (d − avg(d) −
// x̂ · avg(d · x̂)) with x̂ = (x − mean) · rstd. Every workgroup adds up the averages, in the same order, and computes one slice of
// the set. Workgroup = one set (x) and slice (y), z = arm.

override ACCUMULATE: bool;

@group(1) @binding(1) var<storage, read> x: array<Element>;
@group(1) @binding(2) var<storage, read> d: array<Element>;
@group(1) @binding(3) var<storage, read> stats: array<vec2f>;
// (Σ d, Σ d · x̂) of each piece.
@group(1) @binding(4) var<storage, read> sums: array<vec2f>;
@group(1) @binding(5) var<storage, read_write> dx: array<Element>;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let index = group.z * grid.x + group.x;
    let first = index * sizes.pieces;
    var sum = vec2f();
    for (var i = first + local; i < first + sizes.pieces; i += THREADS) {
        sum += sums[i];
    }
    let averages = workgroup_sum(sum, local) / f32(sizes.count);
    let mean = stats[index].x;
    let rstd = stats[index].y;
    let slice = members(index, group.y);
    for (var i = slice.x + local; i < slice.y; i += THREADS) {
        let gradient = rstd * (d[i] - averages.x - (x[i] - mean) * rstd * averages.y);
        if ACCUMULATE {
            dx[i] += gradient;
        } else {
            dx[i] = gradient;
        }
    }
}
