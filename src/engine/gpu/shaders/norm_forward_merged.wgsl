// norm_forward of whole channels, whose moments the convolution before has left in pieces. Every workgroup merges them, in
// the same order, and normalises one slice of the set. Workgroup = one set (x) and slice (y), z = arm.

@group(1) @binding(1) var<storage, read> x: array<Element>;
// (mean, M2 = Σ (x − mean)², count, 0) of each piece.
@group(1) @binding(2) var<storage, read> moments: array<vec4f>;
@group(1) @binding(3) var<storage, read_write> y: array<Element>;
@group(1) @binding(4) var<storage, read_write> stats: array<vec2f>;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3u,
    @builtin(num_workgroups) grid: vec3u,
    @builtin(local_invocation_index) local: u32,
) {
    let index = group.z * grid.x + group.x;
    let first = index * sizes.pieces;
    // Around the mean of a piece, so that the mean of a constant is that constant.
    let shift = moments[first].x;
    var sum = 0.0;
    for (var i = first + local; i < first + sizes.pieces; i += THREADS) {
        sum += moments[i].z * (moments[i].x - shift);
    }
    let mean = shift + workgroup_sum(vec2f(sum, 0.0), local).x / f32(sizes.count);
    var squares = 0.0;
    for (var i = first + local; i < first + sizes.pieces; i += THREADS) {
        let d = moments[i].x - mean;
        squares += moments[i].y + moments[i].z * d * d;
    }
    let variance = workgroup_sum(vec2f(squares, 0.0), local).x / f32(sizes.count);
    let rstd = inverse_deviation(mean, variance, inputs.arms[group.z].epsilon);
    let slice = members(index, group.y);
    for (var i = slice.x + local; i < slice.y; i += THREADS) {
        y[i] = activate((x[i] - mean) * rstd);
    }
    if local == 0u && group.y == 0u {
        stats[index] = vec2f(mean, rstd);
    }
}
