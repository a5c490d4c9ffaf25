//! The whole vocabulary between whoever watches and the trainer. Everything is plain data and travels to a Worker and
//! back bit for bit.

use crate::experiment::{Arm, ArmSet, Change, Experiment, Precision, Setting};
use crate::theory::{Ghost, Hyper};
use serde::{Deserialize, Serialize};

/// What the trainer is asked to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Command {
    /// Start this experiment from step 0 (paused), replacing any other. If it is the present one, a replay.
    Load(Box<Experiment>),
    /// Train until paused or `steps` is reached. Reaching it pauses; playing on adds as many steps again.
    Play,
    /// Stop after the step in progress.
    Pause,
    /// One step, then pause.
    Step,
    /// Train from here to this step at full speed, then pause.
    RunTo(u64),
    /// Back to step 0, with the recorded changes.
    Replay,
    /// Take a setting before the next step; recorded as a [`Change`]. At step 0 it changes the start.
    Set(Setting),
    /// Switch optional arms; past step 0 everything is replayed from step 0 to where it was.
    SetArms(ArmSet),
    /// Look at the weights of one filter of one convolution, beside the first convolution's.
    Watch(Watched),
    /// Read files somebody opened, by the names the host knows them by, and train on what is in them.
    OpenFiles(Vec<String>),
    /// How fast to play.
    SetSpeed(Speed),
    /// Somebody uses the page and its frames cost the processor: train a part of the time for a moment. Nothing that is
    /// trained becomes another.
    GiveWay,
    /// Destroy the GPU device, to see the recovery.
    LoseDevice,
}

/// How fast to play.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Speed {
    /// This many steps a second.
    PerSecond(f64),
    /// As fast as it goes.
    Max,
}

/// What the trainer says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// What is being prepared, as a sentence, with the done fraction in 0..=1 where it is known.
    Preparing(String, Option<f32>),
    /// An engine stands ready at step 0: everything shown before is void.
    Started {
        /// What is being trained.
        experiment: Box<Experiment>,
        /// On what, and why.
        engine: EngineReport,
        /// What is trained.
        network: Box<NetworkInfo>,
        /// What it is trained on.
        data: Box<DataInfo>,
        /// Steps in an epoch: ⌈images / batch⌉.
        steps_per_epoch: u64,
        /// Steps being replayed before watching goes on where it was; 0 for a fresh start.
        replay_to: u64,
    },
    /// Training rows, ascending in step, none missing.
    Rows(Vec<Row>),
    /// Function comparisons and test accuracies.
    Evaluations(Vec<Evaluation>),
    /// Weights as they stand, to be looked at.
    Weights(Box<WeightsSeen>),
    /// A change took effect and is recorded.
    Changed(Change),
    /// The present gauge, η, λ, γ and step (the next to be trained): what sliders and predictions start from.
    Present {
        /// Next step to be trained.
        step: u64,
        /// The gauge before it.
        ghost: Ghost,
        /// η, λ, γ as they are set.
        hyper: Hyper,
        /// What the schedule multiplies η by in this step.
        factor: f64,
    },
    /// Playing, paused, replaying, finished.
    State(RunState),
    /// An arm stopped; the others go on.
    ArmStopped(ArmStop),
    /// Something worth a sentence that is no failure.
    Notice(String),
    /// The trainer cannot go on; the sentence says why and what to do.
    Failed(String),
}

/// What the trainer is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum RunState {
    /// Building an engine, generating weights.
    #[default]
    Preparing,
    /// Waiting for [`Command::Play`] or [`Command::Step`].
    Paused,
    /// Training.
    Playing,
    /// Training at full speed to where it was before a replay.
    Replaying {
        /// Where it will be back.
        to: u64,
    },
    /// Paused because the wished number of steps is done.
    Finished,
    /// Paused because the twin ended at this step; [`Command::Play`] goes on without it.
    TwinEnded,
}

/// Which engine trains, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EngineReport {
    /// "CPU" or "GPU".
    pub kind: String,
    /// The adapter, where there is one.
    pub device: String,
    /// f32 or f64.
    pub precision: Precision,
    /// Why this engine, as a sentence.
    pub reason: String,
}

/// Everything measured in one step, before its update.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The step.
    pub step: u64,
    /// η, λ, γ of this step.
    pub hyper: Hyper,
    /// log10 of the ghost weight u before the step (the true one); `None` after the twin ended.
    pub log10_u: Option<f64>,
    /// ρ = u_t/u_{t+1}.
    pub rho: Option<f64>,
    /// One for each live arm, in the order of [`Arm::ALL`].
    pub arms: Vec<ArmPoint>,
}

/// One arm in one step. Weight and gradient norms are the true ones: halvings are counted in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmPoint {
    /// Which arm.
    pub arm: Arm,
    /// Mean cross-entropy of the batch, nats.
    pub loss: f64,
    /// Fraction of the batch classified correctly.
    pub batch_accuracy: f64,
    /// log10 of the learning rate: finite far beyond 10^308.
    pub log10_lr: f64,
    /// log10 u: the plain weight-decay run's weights over this arm's; 0 for an arm that is no twin.
    pub log10_u: f64,
    /// All trained weights together.
    pub all: GroupPoint,
    /// Per invariance group, in the order of [`NetworkInfo::groups`].
    pub groups: Vec<GroupPoint>,
}

/// One invariance group of one arm in one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupPoint {
    /// log10 ‖θ‖.
    pub log10_weight_norm: f64,
    /// log10 ‖g‖.
    pub log10_gradient_norm: f64,
    /// ⟨g, θ⟩ / (‖g‖ ‖θ‖): zero by Lemma 1.
    pub cosine: f64,
    /// Angle that the update before this step turned θ by, radians; `None` at the start.
    pub angle: Option<f64>,
}

/// The network that trains, for people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NetworkInfo {
    /// "ConvNet 16-32-32".
    pub name: String,
    /// Trained weights in all.
    pub weights: usize,
    /// The convolutions.
    pub layers: Vec<LayerInfo>,
    /// The invariance groups: sets of weights whose scale does not matter.
    pub groups: Vec<GroupInfo>,
}

/// One convolution, `[out, input, kernel, kernel]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LayerInfo {
    /// Its name, unique in the network.
    pub name: String,
    /// Output channels: filters.
    pub out: usize,
    /// Input channels.
    pub input: usize,
    /// Kernel height and width.
    pub kernel: usize,
}

/// One invariance group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupInfo {
    /// Its name, unique in the network.
    pub name: String,
    /// What inside it is invariant alone, as words: "each filter", "only as a whole".
    pub unit: String,
}

/// A data set, for people, and a few of its test images.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DataInfo {
    /// "Fashion-MNIST 14×14".
    pub name: String,
    /// (channels, height, width) of an image.
    pub shape: (usize, usize, usize),
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Training and test images.
    pub counts: (usize, usize),
    /// The first test images, `[n, c, h, w]`, 0 to 255.
    pub samples: Vec<u8>,
    /// Their classes.
    pub sample_labels: Vec<u8>,
}

/// Which weights to look at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Index of the convolution in [`NetworkInfo::layers`].
    pub layer: usize,
    /// Its filter: an output channel.
    pub filter: usize,
}

/// Weights before the update of a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WeightsSeen {
    /// The step.
    pub step: u64,
    /// Which filter `watched` holds.
    pub of: Watched,
    /// One for each live arm.
    pub arms: Vec<ArmWeights>,
}

/// Weights of one arm. The true ones are `10^log10_scale` times these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmWeights {
    /// Which arm.
    pub arm: Arm,
    /// K·log10 2.
    pub log10_scale: f64,
    /// The first convolution, `[out, in, k, k]`.
    pub first: Vec<f32>,
    /// The watched filter, `[in, k, k]`.
    pub watched: Vec<f64>,
}

/// What the nets compute, compared before the update of `step`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// The step.
    pub step: u64,
    /// ‖z − z_wd‖ / ‖z_wd‖ of the probe logits (Frobenius) for each live arm but WD.
    pub distance: Vec<(Arm, f64)>,
    /// Fraction of the test set classified correctly, for each live arm; empty where it was not measured.
    pub test_accuracy: Vec<(Arm, f64)>,
    /// Logits `[n, classes]` of [`DataInfo::samples`] for each live arm.
    pub samples: Vec<(Arm, Vec<f32>)>,
}

/// An arm that stopped.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmStop {
    /// Which.
    pub arm: Arm,
    /// The step it could not take.
    pub step: u64,
    /// Why.
    pub reason: StopReason,
}

/// Why an arm stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopReason {
    /// The loss was no longer a finite number.
    Diverged,
    /// The ghost weight would have reached zero: outside the regime there is no twin.
    GaugeEnded,
}
