//! Every course is taken by a scale-invariant toy in the plane: what is exact must stay on the same ray as the weight-decay
//! run, what is broken must leave it.

use super::*;
use crate::engine::cpu::reference::update;
use crate::experiment::Change;
use crate::theory::{Shape, Span};

/// Gradient of L_t = sin²(φ − a_t), φ the angle of w: scale invariant, and never at rest because a_t wanders.
fn gradient(w: &[f64], step: u64) -> [f64; 2] {
    let (x, y) = (w[0], w[1]);
    let target = (0.37 * step as f64).sin() + 0.5 * (0.11 * step as f64).cos();
    let slope = (2.0 * (y.atan2(x) - target)).sin() / (x * x + y * y);
    [-y * slope, x * slope]
}

struct Toy {
    drive: Drive,
    arms: Vec<[Vec<f64>; 2]>,
    /// Stored weights are true ones times 2^−K.
    exponents: Vec<i64>,
}

impl Toy {
    fn new(experiment: &Experiment) -> Self {
        let scale = match experiment.twist {
            Some(Twist::Scaled(k)) => 2f64.powi(k),
            _ => 1.0,
        };
        let start = |arm: Arm| {
            let s = if arm == Arm::Broken { scale } else { 1.0 };
            [vec![0.8 * s, 0.6 * s], vec![0.0; 2]]
        };
        Self {
            drive: Drive::new(experiment, 100),
            arms: Arm::ALL.map(start).to_vec(),
            exponents: vec![0; Arm::ALL.len()],
        }
    }

    fn run(&mut self, changes: &[Change], from: u64, to: u64) {
        for step in from..to {
            changes.iter().filter(|c| c.step == step).for_each(|c| self.drive.set(&c.setting));
            let courses = self.drive.advance(step).expect("inside the regime");
            for arm in Arm::ALL {
                let Some(course) = courses.of(arm) else { continue };
                let [w, v] = &mut self.arms[arm as usize];
                assert_eq!(course.exponent, self.exponents[arm as usize], "{arm:?} at {step}");
                let g = gradient(w, step);
                update(w, v, &g, &course.input);
                self.exponents[arm as usize] += i64::from(course.input.halvings);
                if course.log10_theta != 0.0 {
                    self.exponents[arm as usize] = 0;
                }
            }
        }
    }

    /// Angle between `arm` and the weight-decay run.
    fn apart(&self, arm: Arm) -> f64 {
        let ray = |arm: Arm| self.arms[arm as usize][0][1].atan2(self.arms[arm as usize][0][0]);
        (ray(arm) - ray(Arm::Wd)).abs()
    }
}

fn experiment() -> Experiment {
    Experiment {
        hyper: Hyper { lr: 0.1, weight_decay: 5e-3, momentum: 0.9 },
        schedule: Schedule::of(Shape::Cosine { period: Span::Steps(400), floor: 0.05, restarts: true }),
        ..Experiment::default()
    }
}

fn change(step: u64, setting: Setting) -> Change {
    Change { step, setting }
}

#[test]
fn the_twin_follows_any_schedule_and_live_changes() {
    let mut toy = Toy::new(&experiment());
    let drop = Schedule::of(Shape::Step { milestones: vec![Span::Epochs(7.0)], factor: 0.1 });
    let changes = [
        change(200, Setting::LearningRate(0.05)),
        change(300, Setting::WeightDecay(1e-2)),
        change(400, Setting::Momentum(0.8)),
        change(500, Setting::Schedule(drop)),
        change(600, Setting::RestartGauge),
    ];
    toy.run(&changes, 0, 1_000);
    assert!(toy.apart(Arm::Exp) < 1e-9, "{:e}", toy.apart(Arm::Exp));
    assert!(toy.apart(Arm::Ablation) > 1e-6, "{:e}", toy.apart(Arm::Ablation));
    assert_eq!(toy.apart(Arm::Broken), toy.apart(Arm::Exp), "until it is told otherwise it is the twin");
    assert!(toy.exponents[Arm::Exp as usize] > 0, "and it was halved on the way");
}

#[test]
fn conversions_there_and_back_change_nothing() {
    let (mut plain, mut converted) = (Toy::new(&experiment()), Toy::new(&experiment()));
    let changes = [change(150, Setting::Convert(true)), change(700, Setting::Convert(false))];
    plain.run(&[], 0, 150);
    converted.run(&changes, 0, 150);
    for (from, to) in [(150, 700), (700, 701), (701, 1_000)] {
        plain.run(&[], from, to);
        converted.run(&changes, from, to);
        let ([w, v], [cw, cv]) = (&plain.arms[0], &converted.arms[0]);
        let angle = (w[1].atan2(w[0]) - cw[1].atan2(cw[0])).abs();
        assert!(angle < 1e-9, "{angle:e} after {to}");
        if to > 700 {
            // Back, it is the plain run in every number.
            for (a, b) in w.iter().chain(v).zip(cw.iter().chain(cv)) {
                assert!((a - b).abs() < 1e-8 * a.abs().max(1e-3), "{a} {b} after {to}");
            }
        } else {
            assert!(converted.exponents[0] > 0, "it grew meanwhile");
        }
    }
}

#[test]
fn a_converted_run_whose_ghost_ends_is_converted_back() {
    let base = Experiment { schedule: Schedule::default(), ..experiment() };
    let (mut plain, mut converted) = (Toy::new(&base), Toy::new(&base));
    // Far outside the regime: the twin ends, and so would the converted run.
    let outside = change(60, Setting::WeightDecay(0.2));
    for toy in [&mut plain, &mut converted] {
        toy.run(&[change(50, Setting::Convert(true))][..usize::from(toy.exponents[0] == 0)], 0, 60);
        toy.drive.end_twin();
    }
    let mut back = 0;
    converted.drive.set(&outside.setting);
    for step in 60..200 {
        back += usize::from(converted.drive.advance(step).unwrap().converted_back);
    }
    assert_eq!(back, 1);
}

#[test]
fn every_twist_leaves_the_ray_but_the_scaled_start_which_is_bit_identical() {
    for twist in Twist::ALL {
        let with = Experiment { twist: Some(twist), ..experiment() };
        // The toy has no ε and no head, and f64 does not overflow: these three need a real net.
        let blind = matches!(twist, Twist::FixedEpsilon | Twist::TrainedHead | Twist::NoRescaling);
        let mut toy = Toy::new(&Experiment { schedule: drops(), ..with });
        toy.run(&[], 0, 1_000);
        let apart = toy.apart(Arm::Broken);
        match twist {
            Twist::Scaled(_) => {
                let [w, _] = &toy.arms[Arm::Wd as usize];
                let [scaled, _] = &toy.arms[Arm::Broken as usize];
                assert_eq!(scaled[0] / w[0], 2f64.powi(20), "to the last bit");
                assert_eq!(scaled[1] / w[1], 2f64.powi(20));
            }
            _ if blind => assert!(apart < 1e-9, "{twist:?}: {apart:e}"),
            _ => assert!(apart > 1e-7, "{twist:?}: {apart:e}"),
        }
        assert!(toy.apart(Arm::Exp) < 1e-10, "{twist:?} leaves the twin alone");
    }
}

fn drops() -> Schedule {
    Schedule::of(Shape::Step { milestones: vec![Span::Steps(200), Span::Steps(500)], factor: 0.2 })
}

#[test]
fn no_twist_sees_the_halvings() {
    for twist in Twist::ALL {
        let with = |rescaling| Experiment { twist: Some(twist), rescaling, schedule: drops(), ..experiment() };
        let (mut halved, mut plain) = (Toy::new(&with(true)), Toy::new(&with(false)));
        halved.run(&[], 0, 600);
        plain.run(&[], 0, 600);
        assert!(halved.exponents[Arm::Exp as usize] > 0);
        let angle = |toy: &Toy| toy.arms[Arm::Broken as usize][0][1].atan2(toy.arms[Arm::Broken as usize][0][0]);
        let apart = (angle(&halved) - angle(&plain)).abs();
        assert!(apart < 1e-9, "{twist:?}: {apart:e}");
    }
}

#[test]
fn texp_with_its_corrections_is_a_twin_of_step_decay() {
    let mut toy = Toy::new(&Experiment { schedule: drops(), twin: Rule::TEXP, ..experiment() });
    toy.run(&[], 0, 1_000);
    assert!(toy.apart(Arm::Exp) < 1e-9, "{:e}", toy.apart(Arm::Exp));
    // Either correction left out is seen.
    for (initial, boundary) in [(true, false), (false, true)] {
        let twist = Some(Twist::Naive { initial, boundary });
        let mut toy = Toy::new(&Experiment { schedule: drops(), twin: Rule::TEXP, twist, ..experiment() });
        toy.run(&[], 0, 1_000);
        assert!(toy.apart(Arm::Broken) > 1e-7, "{initial} {boundary}: {:e}", toy.apart(Arm::Broken));
    }
}

#[test]
fn a_twist_in_mid_run_forks_from_the_twin() {
    let mut toy = Toy::new(&experiment());
    let fork = [change(300, Setting::Twist(Twist::KeepDecay))];
    toy.run(&fork, 0, 300);
    assert_eq!(toy.arms[Arm::Broken as usize], toy.arms[Arm::Exp as usize]);
    toy.run(&fork, 300, 600);
    assert!(toy.apart(Arm::Broken) > 1e-7 && toy.apart(Arm::Exp) < 1e-9);
}

#[test]
fn a_fixed_epsilon_stays_what_it_was_when_it_forked() {
    let with = Experiment { epsilon: 0.1, twist: Some(Twist::FixedEpsilon), ..experiment() };
    let mut drive = Drive::new(&with, 100);
    for step in 0..3_000 {
        let courses = drive.advance(step).unwrap();
        let (exp, broken) = (courses.of(Arm::Exp).unwrap(), courses.of(Arm::Broken).unwrap());
        let true_epsilon = broken.input.epsilon * 4f64.powi(broken.exponent as i32);
        assert!((true_epsilon - 0.1).abs() < 1e-12, "{true_epsilon}");
        let scheduled = exp.input.epsilon * 4f64.powi(exp.exponent as i32);
        let want = 0.1 * 10f64.powf(-2.0 * exp.log10_u);
        assert!((scheduled / want - 1.0).abs() < 1e-9, "{scheduled} {want}");
    }
}
