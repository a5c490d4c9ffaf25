//! Whole steps: the engine against a trainer made of the reference operations, and against itself.

use crate::bench::arm;
use crate::compare::{assert_close, randoms, relative_error};
use crate::reference_trainer::ReferenceArm;
use explr::engine::gpu::pace::Pace;
use explr::engine::gpu::reduction::Reduction;
use explr::engine::gpu::{GpuEngine, Wishes};
use explr::engine::{ArmInput, ArmRow, EVAL_CHUNK, Engine, EngineError, Output, Setup};
use explr::model::{Activation, Architecture, Draw, Layer, Net, Norm, Shape, init};

const SHAPE: Shape = Shape { c: 2, h: 8, w: 8 };
const IMAGES: usize = 40;
const BATCH: usize = 12;
const STEPS: usize = 20;
/// Before this step the test images are looked at.
const EVALUATED: usize = 3;

/// A small network on random images, every arm with weights of its own.
pub fn setup(norm: Norm, activation: Activation, residual: bool, arms: usize) -> Setup {
    let architecture = if residual {
        Architecture::PreResNet { depth: 8, widths: vec![8, 12] }
    } else {
        Architecture::ConvNet { widths: vec![(8, 1), (12, 2)] }
    };
    setup_of(architecture.net(SHAPE, 10, norm, activation), arms)
}

/// A small DenseNet with a transition, on maps of odd size behind the first pooling.
pub fn dense(norm: Norm, activation: Activation, arms: usize) -> Setup {
    let net = Architecture::DenseNet { blocks: 3, layers: 2, growth: 4 };
    setup_of(net.net(Shape { h: 10, w: 14, ..SHAPE }, 10, norm, activation), arms)
}

fn setup_of(net: Net, arms: usize) -> Setup {
    let shape = net.input;
    let images = |seed, n: usize| randoms(seed, n * shape.len()).into_iter().map(|x| x as f32).collect();
    let setup = Setup {
        net,
        batch: BATCH,
        train_images: images(1, IMAGES),
        train_labels: (0..IMAGES).map(|i| (i * 7 % 10) as u8).collect(),
        test_images: images(2, EVAL_CHUNK + 5),
        weights: vec![],
        head: vec![],
    };
    started(setup, arms)
}

/// The same with the weights of its network.
fn started(mut setup: Setup, arms: usize) -> Setup {
    let plan = setup.train_plan();
    let start = |arm| init::start(&plan, 7 + arm as u32, 10.0);
    setup.weights = (0..arms).map(|arm| start(arm).weights.into_iter().map(f64::from).collect()).collect();
    setup.head = start(0).head;
    setup
}

/// The same network, whose head may be trained; all arms start from that of the first.
fn with_trained_head(frozen: &Setup) -> Setup {
    let net = frozen.net.clone().with_trained_head();
    let mut setup = started(Setup { net, ..frozen.clone() }, frozen.weights.len());
    let count = frozen.weights[0].len();
    let head = setup.weights[0][count..].to_vec();
    setup.weights.iter_mut().for_each(|weights| weights[count..].copy_from_slice(&head));
    setup
}

/// Every second image as it is, the others moved.
pub fn batch(step: usize) -> Vec<Draw> {
    let moved = |i: usize| match i % 2 {
        0 => (0, 0, false),
        _ => ((step + i) as i8 % 5 - 2, i as i8 % 3 - 1, i.is_multiple_of(3)),
    };
    let draw = |i: usize| {
        let (dx, dy, flip) = moved(i);
        Draw { image: ((step * 5 + i * 3) % IMAGES) as u32, dx, dy, flip }
    };
    (0..BATCH).map(draw).collect()
}

/// What differs from step to step and arm to arm: rates that grow, a kick, halvings, an ε, a head that is trained where
/// there is one, an arm that stops.
pub fn inputs(step: usize, arms: usize) -> Vec<ArmInput> {
    let base = arm(0.02);
    let all = [
        base,
        ArmInput { lr: 0.02 * 1.01f64.powi(step as i32), weight_decay: 0.0, epsilon: 1e-3, trains_head: true, ..base },
        ArmInput { kick: if step == 4 { 0.1 } else { 0.0 }, halvings: i32::from(step % 7 == 3), ..base },
        ArmInput { live: step < 6, momentum: 0.5, ..base },
    ];
    all[..arms].to_vec()
}

async fn train(setup: &Setup, steps: usize) -> (Vec<Output>, Vec<Vec<f64>>) {
    train_with(&mut GpuEngine::new(setup).await.expect("there is an adapter"), setup, steps).await
}

async fn train_with(engine: &mut impl Engine, setup: &Setup, steps: usize) -> (Vec<Output>, Vec<Vec<f64>>) {
    let mut outputs = vec![];
    for step in 0..steps {
        let arms = inputs(step, setup.weights.len());
        if step == EVALUATED {
            engine.evaluate(step as u64, 5, &arms);
        }
        engine.step(step as u64, &batch(step), &arms);
        if step % 8 == 7 {
            outputs.extend(engine.collect().await.expect("some steps"));
        }
    }
    outputs.extend(engine.collect().await.expect("the last steps"));
    let mut weights = vec![];
    for arm in 0..setup.weights.len() {
        weights.push(engine.weights(arm).await.expect("weights"));
    }
    (outputs, weights)
}

fn sums(row: &ArmRow) -> Vec<f64> {
    row.layers.iter().flat_map(|l| [l.weight_sq, l.gradient_sq, l.step_sq]).collect()
}

/// Trains on the GPU and by the reference. Rounding grows from step to step: 1e-5 in the first, `last` in the last.
async fn compare(what: &str, setup: &Setup, last: f64) {
    compare_with(what, setup, last, Reduction::Shared).await;
    // Where there is no BatchNorm it changes nothing.
    if what.contains("BatchNorm") {
        compare_with(&format!("{what}, {:?}", Reduction::Own), setup, last, Reduction::Own).await;
    }
}

async fn compare_with(what: &str, setup: &Setup, last: f64, reduction: Reduction) {
    let wishes = Wishes { reduction: Some(reduction), ..Wishes::default() };
    let mut engine = GpuEngine::wished(setup, wishes).await.expect("there is an adapter");
    compare_engine(what, &mut engine, setup, [1e-5, last]).await;
}

/// `engine` may be wrong by a part of `first` in the first step, of `last` in the others.
pub async fn compare_engine(what: &str, engine: &mut impl Engine, setup: &Setup, [first, last]: [f64; 2]) {
    let (outputs, weights) = train_with(engine, setup, STEPS).await;
    let mut reference: Vec<_> = (0..setup.weights.len()).map(|arm| ReferenceArm::new(setup, arm)).collect();
    let mut outputs = outputs.into_iter();
    for step in 0..STEPS {
        let tolerance = if step == 0 { first } else { last };
        let arms = inputs(step, reference.len());
        if step == EVALUATED {
            let Some(Output::Logits { step: at, start, arms: logits }) = outputs.next() else {
                panic!("{what}: logits")
            };
            assert_eq!((at, start), (step as u64, 5));
            for ((arm, logits), input) in reference.iter().zip(&logits).zip(&arms) {
                let expected = arm.logits(setup, start, input.epsilon);
                assert_close(&format!("{what}: logits of step {step}"), logits, &expected, tolerance);
            }
        }
        let Some(Output::Row { step: at, arms: rows }) = outputs.next() else { panic!("{what}: row {step}") };
        assert_eq!(at, step as u64);
        for ((arm, row), input) in reference.iter_mut().zip(&rows).zip(&arms) {
            let expected = arm.step(setup, &batch(step), input);
            let what = format!("{what}: step {step}");
            assert_close(&format!("{what}, loss"), &[row.loss], &[expected.loss], tolerance);
            assert_close(&format!("{what}, norms"), &sums(row), &sums(&expected), 10.0 * tolerance);
            assert_eq!(row.correct, expected.correct, "{what}");
            for (a, b) in row.layers.iter().zip(&expected.layers) {
                let scale = (b.weight_sq * b.gradient_sq).sqrt();
                assert!((a.dot - b.dot).abs() <= 10.0 * tolerance * scale, "{what}: ⟨g, θ⟩ {} for {}", a.dot, b.dot);
            }
        }
    }
    for (arm, weights) in reference.iter().zip(&weights) {
        assert_close(&format!("{what}: weights"), weights, &arm.weights, last);
    }
    // The comparison would see a wrong sum, a wrong weight.
    let mut wrong = reference[0].weights.clone();
    wrong[3] += 0.01;
    assert!(relative_error(&weights[0], &wrong) > last);
}

gpu_test! {
    async fn a_convnet_trains_as_the_reference_does() {
        compare("BatchNorm, GELU", &setup(Norm::Batch, Activation::Gelu, false, 4), 2e-4).await;
        compare("GroupNorm, SiLU", &setup(Norm::Group(4), Activation::Silu, false, 2), 2e-4).await;
    }
}

gpu_test! {
    async fn a_residual_net_trains_as_the_reference_does() {
        compare("PreResNet, BatchNorm, softplus", &setup(Norm::Batch, Activation::Softplus, true, 4), 2e-4).await;
        compare("PreResNet, LayerNorm, tanh", &setup(Norm::Layer, Activation::Tanh, true, 2), 2e-4).await;
        compare("PreResNet, GroupNorm, GELU", &setup(Norm::Group(2), Activation::Gelu, true, 2), 2e-4).await;
    }
}

gpu_test! {
    async fn a_dense_net_trains_as_the_reference_does() {
        compare("DenseNet, BatchNorm, GELU", &dense(Norm::Batch, Activation::Gelu, 4), 2e-4).await;
        compare("DenseNet, GroupNorm, SiLU", &dense(Norm::Group(2), Activation::Silu, 2), 2e-4).await;
    }
}

gpu_test! {
    async fn a_trainable_scale_and_shift_is_refused_in_a_sentence() {
        let mut net = setup(Norm::Batch, Activation::Gelu, false, 1).net;
        net.layers.push(Layer::Affine { name: "last".into() });
        let refused = GpuEngine::new(&setup_of(net, 1)).await.err();
        assert!(matches!(&refused, Some(EngineError::Refused(why)) if why.contains("scale and shift")), "{refused:?}");
    }
}

gpu_test! {
    async fn a_head_trains_as_the_reference_says_and_a_frozen_one_changes_nothing() {
        let frozen = setup(Norm::Batch, Activation::Gelu, false, 3);
        let trained = with_trained_head(&frozen);
        compare("trained head, BatchNorm", &trained, 2e-4).await;
        let ((plain, _), (outputs, weights)) = (train(&frozen, STEPS).await, train(&trained, STEPS).await);
        let losses = |outputs: &[Output], arm: usize| -> Vec<f64> {
            let rows = outputs.iter().filter_map(|o| if let Output::Row { arms, .. } = o { Some(arms) } else { None });
            rows.map(|arms| arms[arm].loss).collect()
        };
        let count = frozen.weights[0].len();
        for (arm, weights) in weights.iter().enumerate() {
            let error = relative_error(&losses(&outputs, arm), &losses(&plain, arm));
            let kept = weights[count..] == trained.weights[arm][count..];
            // Arm 1 trains its head.
            assert!(if arm == 1 { error > 1e-2 && !kept } else { error < 1e-4 && kept }, "arm {arm}: {error:.1e}");
        }
    }
}

gpu_test! {
    /// In one submit with the steps around it, and read by the same map.
    async fn a_snapshot_shows_the_weights_after_the_updates_before_it() {
        let setup = with_trained_head(&setup(Norm::Batch, Activation::Gelu, false, 2));
        let mut stopped = GpuEngine::new(&setup).await.expect("there is an adapter");
        (0..3).for_each(|step| stopped.step(step as u64, &batch(step), &inputs(step, 2)));
        let mut want = vec![];
        for arm in 0..2 {
            want.push(stopped.weights(arm).await.expect("weights"));
        }

        let plan = setup.train_plan();
        let of_layers = |weights: &[Vec<f64>], ids: &[usize]| -> Vec<Vec<f64>> {
            let of_layer = |arm: &[f64], id: usize| arm[plan.weights[id].offset..][..plan.weights[id].len()].to_vec();
            weights.iter().map(|arm| ids.iter().flat_map(|&id| of_layer(arm, id)).collect()).collect()
        };
        let mut engine = GpuEngine::new(&setup).await.expect("there is an adapter");
        for step in 0..5 {
            if step == 3 {
                engine.evaluate(3, 0, &inputs(step, 2));
                engine.snapshot(3, &[1]);
            }
            engine.step(step as u64, &batch(step), &inputs(step, 2));
        }
        engine.snapshot(5, &[]);
        let outputs = engine.collect().await.expect("five steps");
        assert_eq!(outputs.len(), 8);
        assert_eq!(outputs[4], Output::Weights { step: 3, layers: vec![1], arms: of_layers(&want, &[1]) });
        assert!(matches!(outputs[3], Output::Logits { step: 3, .. }));
        assert!(matches!(outputs[5], Output::Row { step: 3, .. }));
        assert_eq!(outputs[7], Output::Weights { step: 5, layers: vec![], arms: vec![vec![]; 2] });

        // Another time, of more layers and in another order than theirs.
        let mut now = vec![];
        for arm in 0..2 {
            now.push(engine.weights(arm).await.expect("weights"));
        }
        engine.snapshot(5, &[2, 0]);
        engine.step(5, &batch(5), &inputs(5, 2));
        let outputs = engine.collect().await.expect("a step");
        assert_eq!(outputs[0], Output::Weights { step: 5, layers: vec![2, 0], arms: of_layers(&now, &[2, 0]) });
        assert_ne!(of_layers(&now, &[1]), of_layers(&want, &[1]), "weights move");
    }
}

gpu_test! {
    async fn the_same_run_gives_the_same_bits() {
        let setup = setup(Norm::Batch, Activation::Gelu, false, 2);
        assert_eq!(train(&setup, 6).await, train(&setup, 6).await);
    }
}

gpu_test! {
    async fn how_much_a_submit_holds_changes_no_bit() {
        let setup = setup(Norm::Batch, Activation::Gelu, false, 2);
        let mut seen = vec![];
        for pace in [Pace::fixed(0), Pace::fixed(usize::MAX)] {
            let mut engine = GpuEngine::new(&setup).await.expect("there is an adapter");
            engine.set_pace(pace);
            let trained = train_with(&mut engine, &setup, 6).await;
            seen.push((trained, engine.gpu_calls().expect("a GPU counts").submits));
        }
        assert_eq!(seen[0].0, seen[1].0);
        // Six steps and an evaluation: one submit each, or one for all.
        assert_eq!(seen[0].1 - seen[1].1, 6, "submits");
    }
}

gpu_test! {
    /// What lets twins be halved exactly: at ε = 0 a power of two in the weights changes no bit of a logit or a loss.
    async fn weights_scaled_by_a_power_of_two_give_the_same_bits() {
        for norm in [Norm::Batch, Norm::Group(4)] {
            let mut scaled = setup(norm, Activation::Gelu, true, 3);
            let first = scaled.weights[0].clone();
            for (weights, factor) in scaled.weights.iter_mut().zip([1.0, 2f64.powi(-20), 1.5]) {
                *weights = first.iter().map(|w| w * factor).collect();
            }
            let mut engine = GpuEngine::new(&scaled).await.expect("there is an adapter");
            engine.evaluate(0, 0, &[arm(0.1); 3]);
            engine.step(0, &batch(0), &[arm(0.1); 3]);
            let outputs = engine.collect().await.expect("two outputs");
            let [Output::Logits { arms: logits, .. }, Output::Row { arms: rows, .. }] = &outputs[..] else {
                panic!("{outputs:?}")
            };
            assert_eq!(logits[0], logits[1]);
            assert_eq!(rows[0].loss, rows[1].loss);
            assert_ne!(logits[0], logits[2], "a factor that is no power of two rounds");
        }
    }
}

gpu_test! {
    /// Arms share dispatches and nothing else.
    async fn an_arm_has_the_same_bits_alone_and_in_company() {
        let company = setup(Norm::Batch, Activation::Gelu, false, 4);
        let mut alone = company.clone();
        alone.weights.truncate(1);
        let (together, weights) = train(&company, 6).await;
        let (single, weight) = train(&alone, 6).await;
        assert_eq!(weights[0], weight[0]);
        for (together, single) in together.into_iter().zip(single) {
            match (together, single) {
                (Output::Row { arms: a, .. }, Output::Row { arms: b, .. }) => assert_eq!(a[0], b[0]),
                (Output::Logits { arms: a, .. }, Output::Logits { arms: b, .. }) => assert_eq!(a[0], b[0]),
                _ => panic!("outputs come in another order"),
            }
        }
    }
}

gpu_test! {
    async fn a_resting_arm_keeps_its_weights() {
        let setup = setup(Norm::Batch, Activation::Relu, false, 2);
        let mut engine = GpuEngine::new(&setup).await.expect("there is an adapter");
        engine.step(0, &batch(0), &[arm(0.1), ArmInput { live: false, halvings: 1, kick: 1.0, ..arm(0.1) }]);
        engine.collect().await.expect("one step");
        assert_ne!(engine.weights(0).await.expect("weights"), setup.weights[0]);
        assert_eq!(engine.weights(1).await.expect("weights"), setup.weights[1]);
    }
}
