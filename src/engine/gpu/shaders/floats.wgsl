// A kernel that is written for `Element` takes one number at a time.

alias Element = f32;

fn total(x: Element) -> f32 {
    return x;
}
