//! Each invariance group can be scaled alone, in the units it names, and in no smaller ones.

use super::*;
use explr::model::{Unit, invariance_groups};

const INPUT: Shape = Shape { c: 3, h: 8, w: 8 };

/// What is scaled, where in the weights that is, and whether the logits should stay.
type Trial = (String, Vec<std::ops::Range<usize>>, bool);

fn trials(plan: &Plan) -> Vec<Trial> {
    let mut trials = vec![];
    for group in invariance_groups(plan).expect("a network of the lab is scale invariant") {
        let whole: Vec<_> = group.weights.iter().map(|&w| plan.weights[w].range()).collect();
        let weight = &plan.weights[group.weights[0]];
        let filters = |count: usize| weight.offset..weight.offset + count * weight.fan_in();
        let name = |what: &str| format!("{what} of {}", group.name);
        match group.unit {
            Unit::Filter => trials.push((name("one filter"), vec![filters(1)], true)),
            Unit::FilterGroup(size) => {
                trials.push((name("one group"), vec![filters(size)], true));
                trials.push((name("all but one of a group"), vec![filters(size - 1)], false));
            }
            Unit::Layer => trials.push((name("one filter"), vec![filters(1)], false)),
            Unit::Joint => {
                trials.push((name("the first layer"), whole[..1].to_vec(), false));
                trials.push((name("all but the first layer"), whole[1..].to_vec(), false));
            }
        }
        trials.push((name("the whole"), whole, true));
    }
    trials
}

fn check(architecture: &Architecture) {
    for norm in NORMS.into_iter().chain([Norm::Group(4)]) {
        if architecture.check(INPUT, norm).is_err() {
            continue;
        }
        let net = net(architecture, INPUT, norm);
        let theta = weights(&net);
        let trials = trials(&Plan::new(&net, 2));
        let arms = std::iter::once(theta.clone()).chain(trials.iter().map(|trial| scaled(&theta, &trial.1)));
        let z = logits(&net, arms.collect());
        for ((what, _, stays), moved) in trials.iter().zip(&z[1..]) {
            let moved = distance(moved, &z[0]);
            let right = if *stays { moved <= ROUNDING } else { moved > 1e-4 };
            assert!(right, "{} {norm:?}: {what} moves the logits by {moved:e}", architecture.label());
        }
    }
}

#[test]
fn of_a_convnet() {
    check(&architectures()[0]);
}

#[test]
fn of_preresnet_8() {
    check(&architectures()[1]);
}

#[test]
fn of_preresnet_20() {
    check(&architectures()[2]);
}

#[test]
fn of_a_densenet() {
    check(&architectures()[3]);
}
