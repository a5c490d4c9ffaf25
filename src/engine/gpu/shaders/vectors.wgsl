// A kernel that is written for `Element` takes four numbers at a time.

alias Element = vec4f;

fn total(x: Element) -> f32 {
    return (x.x + x.y) + (x.z + x.w);
}
