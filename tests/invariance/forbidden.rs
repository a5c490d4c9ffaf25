//! What breaks scale invariance is seen by both the engine and the bookkeeping.

use super::*;
use explr::model::{Layer, Shortcut, logits_degree};

const INPUT: Shape = Shape { c: 3, h: 8, w: 8 };

/// How far θ → 3.7 θ moves the logits.
fn moved(net: &Net) -> f64 {
    let theta = weights(net);
    let everything = 0..theta.len();
    let z = logits(net, vec![theta.clone(), scaled(&theta, &[everything])]);
    distance(&z[1], &z[0])
}

#[test]
fn a_trainable_affine_before_the_head() {
    for norm in NORMS {
        let mut net = net(&Architecture::default(), INPUT, norm);
        net.layers.push(Layer::Affine { name: "last".into() });
        assert!(moved(&net) > 1e-3, "{norm:?}: {:e}", moved(&net));
        assert_eq!(logits_degree(&Plan::new(&net, 2)), Ok(1));
    }
}

/// The same network with a norm before the shortcut's convolution, and without.
#[test]
fn a_bare_convolution_on_the_raw_stream() {
    let shortcut = || Box::new(Layer::Conv { name: "short".into(), out: 8, kernel: 1, stride: 2 });
    for norm in NORMS {
        let with = |shortcut| {
            let mut net = net(&Architecture::PreResNet { depth: 8, widths: vec![4, 8] }, INPUT, norm);
            let place = net.layers.iter_mut().find_map(|layer| match layer {
                Layer::Residual { shortcut: old @ Shortcut::AfterPre(_), .. } => Some(old),
                _ => None,
            });
            *place.expect("the second stage widens") = shortcut;
            net
        };
        let (right, raw) = (with(Shortcut::AfterPre(shortcut())), with(Shortcut::Raw(shortcut())));
        assert!(moved(&right) <= ROUNDING, "{norm:?}: {:e}", moved(&right));
        assert_eq!(logits_degree(&Plan::new(&right, 2)), Ok(0));
        assert!(moved(&raw) > 1e-3, "{norm:?}: {:e}", moved(&raw));
        let why = logits_degree(&Plan::new(&raw, 2)).expect_err("degrees 1 and 2 meet");
        assert!(why.contains("conv2 of degree 1") && why.contains("short of degree 2"), "{why}");
    }
}
