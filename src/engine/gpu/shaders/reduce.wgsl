// Sums over a workgroup of 256 in a fixed order.

var<workgroup> lanes: array<vec2f, 256>;
var<workgroup> columns: array<vec2f, 16>;

// The sum of `value` over all threads, known to all. Two levels of 16 cost two barriers where a tree costs eight. A
// second call is safe without another barrier: `columns` is next written behind the first barrier of that call.
fn workgroup_sum(value: vec2f, local: u32) -> vec2f {
    lanes[local] = value;
    workgroupBarrier();
    if local < 16u {
        var column = lanes[local];
        for (var i = 1u; i < 16u; i++) {
            column += lanes[16u * i + local];
        }
        columns[local] = column;
    }
    workgroupBarrier();
    var total = columns[0];
    for (var i = 1u; i < 16u; i++) {
        total += columns[i];
    }
    return total;
}
