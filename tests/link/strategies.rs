//! Every experiment and view that a link can say, at random.

use explr::experiment::link::keys;
use explr::experiment::preset;
use explr::experiment::view::{Layout, PlotKey, View};
use explr::experiment::{ArmSet, Change, DataChoice, EngineChoice, Experiment, Precision, Setting, Twist, limits};
use explr::model::{Activation, Architecture, Augment, Norm};
use explr::theory::{Hyper, Rule, Schedule, Shape, Span};
use proptest::prelude::*;

pub fn span() -> impl Strategy<Value = Span> {
    prop_oneof![(0..=*limits::STEPS.end()).prop_map(Span::Steps), real(0.0..=limits::MAX_EPOCHS).prop_map(Span::Epochs)]
}

pub fn schedule() -> impl Strategy<Value = Schedule> {
    let point = (0..=*limits::STEPS.end(), real(limits::CURVE_FACTOR));
    let shape = prop_oneof![
        Just(Shape::Constant),
        (prop::collection::vec(span(), 1..=limits::MAX_POINTS), real(limits::STEP_FACTOR))
            .prop_map(|(milestones, factor)| Shape::Step { milestones, factor }),
        (span(), real(limits::FLOOR), any::<bool>()).prop_map(|(period, floor, restarts)| Shape::Cosine {
            period,
            floor,
            restarts
        }),
        (span(), real(limits::FLOOR)).prop_map(|(period, floor)| Shape::Triangular { period, floor }),
        prop::collection::btree_map(point.0, point.1, 1..=limits::MAX_POINTS)
            .prop_map(|points| Shape::Curve { points: points.into_iter().collect() }),
    ];
    (prop_oneof![Just(Span::Steps(0)), span()], shape).prop_map(|(warmup, shape)| Schedule { warmup, shape })
}

pub fn twist() -> impl Strategy<Value = Twist> {
    prop_oneof![
        limits::GROWTH_POWER.prop_map(Twist::Growth),
        limits::SCALE.prop_map(Twist::Scaled),
        Just(Twist::Naive { initial: true, boundary: false }),
        Just(Twist::Naive { initial: false, boundary: true }),
        prop::sample::select(Twist::ALL.to_vec()),
    ]
}

pub fn network() -> impl Strategy<Value = Architecture> {
    let widths = prop::collection::vec((1..=128usize, 1..=2usize), 1..=8);
    prop_oneof![
        widths.prop_map(|widths| Architecture::ConvNet { widths }),
        (0..5usize, prop::collection::vec(1..=128usize, 1..=4))
            .prop_map(|(k, widths)| Architecture::PreResNet { depth: 6 * k + 8, widths }),
        (1..=4usize, 1..=8usize, 2..=32usize).prop_map(|(blocks, layers, growth)| Architecture::DenseNet {
            blocks,
            layers,
            growth
        }),
    ]
}

pub fn norm() -> impl Strategy<Value = Norm> {
    prop_oneof![Just(Norm::Batch), Just(Norm::Layer), Just(Norm::Instance), (1..=64usize).prop_map(Norm::Group)]
}

pub fn data() -> impl Strategy<Value = DataChoice> {
    let own = "[a-z0-9-]{1,24}".prop_filter_map("a name", |key| DataChoice::of_key(&key));
    prop_oneof![Just(DataChoice::Fashion14), Just(DataChoice::Fashion28), own]
}

pub fn change() -> impl Strategy<Value = Change> {
    let setting = prop_oneof![
        limits::LR.prop_map(Setting::LearningRate),
        limits::WEIGHT_DECAY.prop_map(Setting::WeightDecay),
        limits::MOMENTUM.prop_map(Setting::Momentum),
        Just(Setting::RestartGauge),
        any::<bool>().prop_map(Setting::Convert),
        schedule().prop_map(Setting::Schedule),
        twist().prop_filter("a fork", |twist| twist.may_fork()).prop_map(Setting::Twist),
    ];
    (prop_oneof![1..20u64, limits::STEPS], setting).prop_map(|(step, setting)| Change { step, setting })
}

/// In order, as the trainer records them.
pub fn recorded(changes: Vec<Change>) -> Vec<Change> {
    let mut experiment = Experiment::default();
    changes.into_iter().for_each(|change| experiment.record(change));
    experiment.changes
}

/// A number of the range, or of many magnitudes, so that both forms of decimals are written.
pub fn real(range: std::ops::RangeInclusive<f64>) -> impl Strategy<Value = f64> {
    let (low, high) = (*range.start(), *range.end());
    prop_oneof![range, (-320.0..1.0f64).prop_map(move |log| 10f64.powf(log).clamp(low, high)), Just(low), Just(high)]
}

pub fn experiment() -> impl Strategy<Value = Experiment> {
    let hyper = (real(limits::LR), real(limits::WEIGHT_DECAY), real(limits::MOMENTUM));
    let shape = (any::<u32>(), 0..5usize, limits::BATCH, real(limits::EPSILON), real(limits::HEAD_NORM));
    let run = (
        any::<(bool, bool, bool)>(),
        limits::STEPS,
        prop::collection::vec(change(), 0..=limits::MAX_CHANGES).prop_map(recorded),
    );
    let engine = (0..3usize, any::<bool>(), any::<bool>());
    let augment = (0..=limits::MAX_SHIFT, any::<bool>()).prop_map(|(shift, flip)| Augment { shift, flip });
    let twin = (schedule(), any::<bool>(), prop::option::of(twist()), data(), network(), norm(), augment);
    (hyper, shape, run, engine, twin).prop_map(|(h, s, (arms, steps, changes), (engine, exact, rescaling), twin)| {
        let (schedule, texp, twist, data, architecture, norm, augment) = twin;
        let engine = [EngineChoice::Auto, EngineChoice::Cpu, EngineChoice::Gpu][engine];
        let precision = if exact && engine != EngineChoice::Gpu { Precision::F64 } else { Precision::F32 };
        Experiment {
            hyper: Hyper { lr: h.0, weight_decay: h.1, momentum: h.2 },
            seed: s.0,
            activation: Activation::ALL[s.1],
            batch: s.2,
            epsilon: s.3,
            head_norm: s.4,
            arms: ArmSet { control: arms.0, ablation: arms.1, broken: arms.2 },
            schedule,
            twin: if texp { Rule::TEXP } else { Rule::Ghost },
            twist,
            data,
            architecture,
            norm,
            augment,
            steps,
            changes,
            engine,
            precision,
            rescaling,
        }
    })
}

pub fn view() -> impl Strategy<Value = View> {
    let plots = prop::collection::vec(prop::sample::select(PlotKey::ALL.to_vec()), 0..8);
    (any::<(bool, bool, bool)>(), 0..=View::MAX_GROUP, plots).prop_map(|((side, raw, normalised), group, plots)| {
        let layout = if side { Layout::SideBySide } else { Layout::Overlaid };
        let mut view = View { layout, raw, normalised, group, ..View::default() };
        view.choose(plots);
        view
    })
}

pub fn preset() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(preset::ALL.map(|preset| preset.key).to_vec()))
}

pub fn unknown() -> impl Strategy<Value = Vec<(String, String)>> {
    let key = "\\PC{0,6}".prop_filter("unknown", |key| !keys::ALL.contains(&key.as_str()));
    prop::collection::btree_map(key, any::<String>(), 0..4).prop_map(|map| map.into_iter().collect())
}
