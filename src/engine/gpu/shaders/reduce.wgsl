// Sums over a workgroup in a fixed order.

// A multiple of 16, or less than 16.
override THREADS: u32;

var<workgroup> lanes: array<vec2f, THREADS>;
var<workgroup> columns: array<vec2f, 16>;

// The sum of `value` over all threads, known to all. Two levels cost two barriers where a tree costs six or eight. A
// second call is safe without another barrier: `columns` is next written behind the first barrier of that call.
fn workgroup_sum(value: vec2f, local: u32) -> vec2f {
    lanes[local] = value;
    workgroupBarrier();
    if local < 16u {
        var column = lanes[local];
        for (var i = local + 16u; i < THREADS; i += 16u) {
            column += lanes[i];
        }
        columns[local] = column;
    }
    workgroupBarrier();
    var total = columns[0];
    for (var i = 1u; i < min(16u, THREADS); i++) {
        total += columns[i];
    }
    return total;
}
