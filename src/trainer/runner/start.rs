//! Starting an experiment: images, network, engine; and starting it again where a device was lost.

use super::{Run, Runner};
use crate::data::Dataset;
use crate::engine::{EngineError, Setup};
use crate::experiment::{DataChoice, Experiment};
use crate::trainer::build;
use crate::trainer::choose::{Choice, build as build_engine, choose};
use crate::trainer::lockstep::{EvaluationPlan, Lockstep};
use crate::trainer::message::{Event, NetworkInfo, RunState};
use crate::trainer::platform::Platform;
use std::time::Duration;

/// Device losses after which the GPU is given up.
const MAX_LOSSES: u32 = 2;

impl<P: Platform> Runner<P> {
    /// Builds an engine for `experiment` at step 0, replays to `replay_to`, and is then in `state`.
    pub(super) async fn start(
        &mut self,
        experiment: Experiment,
        replay_to: u64,
        state: RunState,
        forced: Option<Choice>,
    ) {
        let prepared = self.prepare(&experiment).await;
        self.run = None;
        let (data, setup, network, groups) = match prepared {
            Ok(prepared) => prepared,
            Err(why) => {
                self.wanted = Some(experiment);
                return (self.post)(Event::Failed(why));
            }
        };
        self.wanted = None;
        self.say(Event::Preparing("Choosing the engine".into(), Some(0.6))).await;
        // A choice made before was announced before.
        let mut announce = forced.is_none();
        let mut choice = match forced {
            Some(choice) => choice,
            None => choose(&experiment, &setup, &self.platform, &mut self.measured).await,
        };
        let what = if choice.gpu { "Compiling the shaders" } else { "Preparing the CPU engine" };
        self.say(Event::Preparing(what.into(), Some(0.8))).await;
        let mut built = build_engine(&choice, experiment.precision, setup.clone(), &self.platform).await;
        if let Err(error) = &built {
            choice = Choice::cpu_instead(format!("Training on the CPU: {error}."));
            announce = true;
            built = build_engine(&choice, experiment.precision, setup, &self.platform).await;
        }
        let (engine, report) = match built {
            Ok(built) => built,
            Err(error) => return (self.post)(Event::Failed(format!("No engine could be started: {error}."))),
        };
        let mut lockstep =
            Lockstep::new(experiment.clone(), &data, engine, EvaluationPlan::default(), &network, groups);
        lockstep.watch(self.watched);
        (self.post)(Event::Started {
            engine: report,
            network: Box::new(network),
            data: Box::new(build::data_info(&data)),
            steps_per_epoch: lockstep.steps_per_epoch(),
            replay_to,
            experiment: Box::new(experiment.clone()),
        });
        if choice.refused && announce {
            (self.post)(Event::Notice(choice.reason.clone()));
        }
        (self.post)(lockstep.present());
        let pause_at = experiment.steps.max(replay_to.saturating_add(u64::from(replay_to >= experiment.steps)));
        let current = if replay_to > 0 { RunState::Replaying { to: replay_to } } else { state };
        self.run = Some(Run { lockstep, state: current, after_replay: state, pause_at, chunk: 1, choice });
        (self.post)(Event::State(current));
    }

    /// Images, network and initial weights.
    async fn prepare(
        &mut self,
        experiment: &Experiment,
    ) -> Result<(Dataset, Setup, NetworkInfo, Vec<Vec<usize>>), String> {
        let Self { library, platform, post, .. } = self;
        let data = library.get(&experiment.data, platform, sayer(platform, post)).await?;
        self.say(Event::Preparing("Drawing the initial weights".into(), Some(0.4))).await;
        let (network, groups) = build::network(experiment, &data)?;
        Ok((data.clone(), build::setup(experiment, &data)?, network, groups))
    }

    /// Reads files and trains on what is in them; where they cannot be used nothing is touched.
    pub(super) async fn open(&mut self, names: &[String]) {
        let Self { library, platform, post, .. } = self;
        let read = library.open(names, platform, sayer(platform, post)).await;
        let present = self.run.as_ref().map(|run| run.lockstep.experiment().with_present_values(0));
        let usable = read.and_then(|data| {
            let experiment = self.wanted.clone().or(present).unwrap_or_default();
            let experiment = Experiment { data: DataChoice::Own(data.key.clone()), ..experiment };
            build::network(&experiment, &data).map(|_| (experiment, data))
        });
        match usable {
            Ok((experiment, data)) => {
                data.notes.iter().for_each(|note| (self.post)(Event::Notice(note.clone())));
                self.losses = 0;
                self.start(experiment, 0, RunState::Playing, None).await;
            }
            Err(why) => {
                (self.post)(Event::Notice(why));
                let state = self.run.as_ref().map_or(RunState::Preparing, |run| run.state);
                (self.post)(Event::State(state));
            }
        }
    }

    /// Says something and lets it through before work goes on.
    async fn say(&mut self, event: Event) {
        (self.post)(event);
        self.platform.pause(Duration::ZERO).await;
    }

    pub(super) async fn recover(&mut self, error: EngineError) {
        let Some(run) = &self.run else { return };
        let (experiment, step, state) = (run.lockstep.experiment().clone(), run.lockstep.step(), run.settled_state());
        if !run.choice.gpu {
            return (self.post)(Event::Failed(format!("Training stopped: {error}.")));
        }
        self.losses += 1;
        let (forced, instead) = if self.losses > MAX_LOSSES {
            let reason = format!("Training on the CPU: the GPU failed {} times.", self.losses);
            (Some(Choice::cpu_instead(reason)), "on the CPU")
        } else {
            let reason = "GPU: as before the device was lost.".to_owned();
            (Some(Choice { gpu: true, reason, refused: false }), "on a new device")
        };
        self.start(experiment, step, state, forced).await;
        let sentence = error.to_string();
        (self.post)(Event::Notice(format!("At step {step} {sentence}. Replaying to it from step 0 {instead}.")));
    }
}

/// Tells `post` what takes time, and lets it through.
fn sayer<P: Platform, F: FnMut(Event)>(platform: &P, post: &mut F) -> impl AsyncFnMut(String, Option<f32>) {
    async move |what, fraction| {
        post(Event::Preparing(what, fraction));
        platform.pause(Duration::ZERO).await;
    }
}
