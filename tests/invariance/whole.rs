//! θ → 3.7 θ leaves the logits as they are.

use super::*;

fn check(input: Shape) {
    for architecture in architectures() {
        for norm in NORMS {
            let net = net(&architecture, input, norm);
            let theta = weights(&net);
            let everything = 0..theta.len();
            let z = logits(&net, vec![theta.clone(), scaled(&theta, &[everything])]);
            let error = distance(&z[1], &z[0]);
            assert!(error <= ROUNDING, "{} {norm:?} {input:?}: {error:e}", architecture.label());
            assert!(z[0].iter().any(|z| z.abs() > 0.1), "{}: the logits say something", architecture.label());
        }
    }
}

#[test]
fn on_digits() {
    check(Shape { c: 1, h: 8, w: 8 });
}

#[test]
fn on_small_colour_images() {
    check(Shape { c: 3, h: 8, w: 8 });
}

#[test]
fn on_maps_of_odd_size() {
    check(Shape { c: 1, h: 14, w: 14 });
}

#[test]
fn on_large_colour_images() {
    check(Shape { c: 3, h: 32, w: 32 });
}
