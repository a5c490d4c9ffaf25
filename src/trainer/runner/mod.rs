//! The loop around [`Lockstep`]: listens to [`Command`]s, trains, and says [`Event`]s. The same in a thread and in a
//! Worker; what differs is behind [`Platform`].

mod aside;
mod start;

use super::choose::{Choice, Measured};
use super::library::Library;
use super::lockstep::{Enqueued, Lockstep};
use super::message::{Command, Event, RunState, Speed, Watched};
use super::platform::Platform;
use crate::engine::MAX_ENQUEUED;
use crate::experiment::{Change, Experiment, Setting, limits};
use aside::Aside;
use futures_channel::mpsc::UnboundedReceiver;
use futures_util::StreamExt;
use std::time::Duration;
use web_time::Instant;

/// Training time between two looks at the mailbox: short enough that a click is answered at once.
const CHUNK: Duration = Duration::from_millis(40);

/// Where events go. Boxed: with one type for a Worker and for the page's own thread the loop is compiled once.
pub type Post = Box<dyn FnMut(Event)>;

/// Trains until the mailbox closes.
pub async fn run<P: Platform>(inbox: UnboundedReceiver<Command>, post: Post, platform: P) {
    let mut runner = Runner {
        inbox,
        post,
        platform,
        library: Library::default(),
        wanted: None,
        run: None,
        speed: Speed::Max,
        aside: Aside::default(),
        losses: 0,
        measured: Measured::default(),
        watched: Watched::default(),
    };
    while let Some(command) = runner.inbox.next().await {
        runner.obey(command).await;
        runner.train_while_wanted().await;
    }
}

/// The experiment under way and what is wanted of it.
struct Run {
    lockstep: Lockstep,
    state: RunState,
    /// The state to return to after a replay.
    after_replay: RunState,
    /// Where the run pauses by itself.
    pause_at: u64,
    /// Steps enqueued together; adapts to [`CHUNK`].
    chunk: usize,
    /// The engine, and why: a replay takes the same.
    choice: Choice,
}

struct Runner<P> {
    inbox: UnboundedReceiver<Command>,
    post: Post,
    platform: P,
    library: Library,
    /// What waits for its images.
    wanted: Option<Experiment>,
    run: Option<Run>,
    speed: Speed,
    aside: Aside,
    losses: u32,
    measured: Measured,
    watched: Watched,
}

impl<P: Platform> Runner<P> {
    async fn obey(&mut self, command: Command) {
        match command {
            Command::Load(experiment) => {
                self.losses = 0;
                self.start(*experiment, 0, RunState::Paused, None).await;
            }
            Command::Play => self.play(),
            Command::Pause => self.set_state(RunState::Paused),
            Command::Step => self.step_once().await,
            Command::RunTo(step) => {
                if let Some(run) = &mut self.run {
                    run.after_replay = RunState::Paused;
                    if step > run.lockstep.step() {
                        self.set_state(RunState::Replaying { to: step });
                    }
                }
            }
            Command::Replay => {
                if let Some(run) = &self.run {
                    let playing = matches!(run.state, RunState::Playing | RunState::Finished);
                    let state = if playing { RunState::Playing } else { RunState::Paused };
                    let (experiment, choice) = (run.lockstep.experiment().clone(), run.choice.clone());
                    self.start(experiment, 0, state, Some(choice)).await;
                }
            }
            Command::Set(setting) => self.set(setting).await,
            Command::SetArms(arms) => {
                if let Some(run) = &self.run {
                    let experiment = Experiment { arms, ..run.lockstep.experiment().clone() };
                    let (step, state, choice) = (run.lockstep.step(), run.settled_state(), run.choice.clone());
                    self.start(experiment, step, state, Some(choice)).await;
                }
            }
            Command::Watch(watched) => {
                self.watched = watched;
                if let Some(run) = &mut self.run {
                    run.lockstep.watch(watched);
                }
            }
            Command::OpenFiles(names) => self.open(&names).await,
            Command::SetSpeed(speed) => self.speed = speed,
            Command::GiveWay => self.aside.ask(Instant::now()),
            Command::LoseDevice => {
                if let Some(run) = &mut self.run {
                    run.lockstep.lose_device();
                }
            }
        }
    }

    fn play(&mut self) {
        if let Some(run) = &mut self.run {
            if run.lockstep.step() >= run.pause_at {
                run.pause_at = run.lockstep.step() + run.lockstep.experiment().steps;
            }
            if !matches!(run.state, RunState::Replaying { .. }) {
                self.set_state(RunState::Playing);
            } else {
                run.after_replay = RunState::Playing;
            }
        }
    }

    async fn step_once(&mut self) {
        let arrived = self.train(1).await;
        match &mut self.run {
            Some(run) if !arrived => run.after_replay = RunState::Paused,
            Some(run) if run.state != RunState::TwinEnded => self.set_state(RunState::Paused),
            _ => {}
        }
    }

    async fn set(&mut self, setting: Setting) {
        if let Some(why) = refusal(&setting) {
            return (self.post)(Event::Notice(why));
        }
        let Some(run) = &mut self.run else { return };
        let (step, ended) = (run.lockstep.step(), run.lockstep.twin_ended());
        if let (Setting::RestartGauge, Some(end)) = (&setting, ended)
            && end < step
        {
            // The run went on without its twin: replay, with the gauge restarted where the twin ended.
            let mut experiment = run.lockstep.experiment().clone();
            experiment.record(Change { step: end, setting });
            let (state, choice) = (run.settled_state(), run.choice.clone());
            self.start(experiment, step, state, Some(choice)).await;
            return (self.post)(Event::Notice(format!(
                "The gauge was restarted at step {end}; replaying from step 0."
            )));
        }
        if matches!(&setting, Setting::Twist(twist) if !twist.may_fork()) {
            return self.twist_from_the_start(setting).await;
        }
        run.lockstep.set(setting);
        if run.lockstep.experiment().changes.len() == limits::MAX_CHANGES + 1 {
            let limit = limits::MAX_CHANGES;
            (self.post)(Event::Notice(format!("A link holds {limit} changes; later ones are not in it.")));
        }
        self.report().await;
        if self.run.as_ref().is_some_and(|r| r.state == RunState::TwinEnded) {
            self.set_state(RunState::Paused);
        }
    }

    /// Takes a twist whose initial weights are others.
    async fn twist_from_the_start(&mut self, setting: Setting) {
        let Some(run) = &self.run else { return };
        if run.lockstep.step() > 0 {
            let sentence = "This can only begin at step 0: start over with it. Nothing was changed.";
            return (self.post)(Event::Notice(sentence.into()));
        }
        let mut experiment = run.lockstep.experiment().clone();
        experiment.record(Change { step: 0, setting });
        let (state, choice) = (run.settled_state(), run.choice.clone());
        self.start(experiment, 0, state, Some(choice)).await;
    }

    /// Trains in chunks until something else is wanted; looks at the mailbox between two.
    async fn train_while_wanted(&mut self) {
        let mut due = Instant::now();
        loop {
            let Some(run) = &self.run else { return };
            let paced = match (run.state, self.speed) {
                (RunState::Playing, Speed::PerSecond(rate)) => {
                    Some(Duration::from_secs_f64(1.0 / rate.clamp(0.1, 1e6)))
                }
                (RunState::Playing, Speed::Max) | (RunState::Replaying { .. }, _) => None,
                _ => return,
            };
            let steps = match paced {
                None => run.chunk,
                Some(period) => {
                    let now = Instant::now();
                    if now < due {
                        self.platform.pause((due - now).min(CHUNK)).await;
                        self.obey_waiting().await;
                        continue;
                    }
                    // At most one chunk's worth of catching up, so that a slow machine does not owe steps for ever.
                    let behind = (now - due).min(CHUNK);
                    let steps = 1 + (behind.as_secs_f64() / period.as_secs_f64()) as usize;
                    due = now.max(due + period * steps as u32);
                    steps.min(run.chunk)
                }
            };
            let start = Instant::now();
            self.train(self.aside.steps(start, steps)).await;
            self.platform.pause(self.aside.rest(Instant::now(), start.elapsed())).await;
            self.obey_waiting().await;
        }
    }

    async fn obey_waiting(&mut self) {
        while let Ok(command) = self.inbox.try_recv() {
            self.obey(command).await;
        }
    }

    /// Trains up to `steps` steps, fewer where the run is to pause. `false` where the device was lost: the run is another then
    /// and replays.
    async fn train(&mut self, steps: usize) -> bool {
        let Some(run) = &mut self.run else { return true };
        let until = match run.state {
            RunState::Replaying { to } => to,
            RunState::Playing => run.pause_at,
            _ => u64::MAX,
        };
        let start = Instant::now();
        let mut done = 0;
        let mut reached = None;
        while done < steps && run.lockstep.step() < until && !run.lockstep.is_full() {
            match run.lockstep.enqueue() {
                Enqueued::Step => done += 1,
                // A replay knows the end already and goes on without the twin.
                Enqueued::TwinEnds if matches!(run.state, RunState::Replaying { .. }) => {}
                Enqueued::TwinEnds => {
                    reached = Some(RunState::TwinEnded);
                    break;
                }
            }
        }
        if reached.is_none() && run.lockstep.step() >= until {
            let state = if run.state == RunState::Playing { RunState::Finished } else { run.after_replay };
            if state == RunState::Finished {
                run.lockstep.enqueue_final_evaluation();
            }
            reached = Some(state);
        }
        let arrived = self.report().await;
        if let Some(run) = &mut self.run {
            if !arrived {
                // The run is another and replays: what was reached is reached at its end. Where the twin ended, the step
                // after the replay says so again.
                if reached == Some(RunState::Finished) {
                    run.after_replay = RunState::Finished;
                }
                return false;
            }
            if done > 0 {
                let ratio = CHUNK.as_secs_f64() / start.elapsed().as_secs_f64().max(1e-6);
                let wanted = (done as f64 * ratio.clamp(0.25, 2.0)).round() as usize;
                run.chunk = wanted.clamp(1, MAX_ENQUEUED);
            }
            if let Some(state) = reached {
                self.set_state(state);
            }
        }
        arrived
    }

    /// Hands on what came of everything enqueued; recovers where the device was lost, and says `false` then.
    async fn report(&mut self) -> bool {
        let Some(run) = &mut self.run else { return true };
        match run.lockstep.collect().await {
            Ok(events) => {
                events.into_iter().for_each(&mut self.post);
                true
            }
            Err(error) => {
                self.recover(error).await;
                false
            }
        }
    }

    fn set_state(&mut self, state: RunState) {
        if let Some(run) = &mut self.run
            && run.state != state
        {
            run.state = state;
            (self.post)(Event::State(state));
        }
    }
}

impl Run {
    /// The state to be in once a replay is over.
    fn settled_state(&self) -> RunState {
        match self.state {
            RunState::Replaying { .. } => self.after_replay,
            state => state,
        }
    }
}

/// Why a setting cannot be taken, as a sentence.
fn refusal(setting: &Setting) -> Option<String> {
    let (name, value, range) = match setting {
        Setting::LearningRate(x) => ("learning rate", x, limits::LR),
        Setting::WeightDecay(x) => ("weight decay", x, limits::WEIGHT_DECAY),
        Setting::Momentum(x) => ("momentum", x, limits::MOMENTUM),
        Setting::Schedule(_) | Setting::Twist(_) | Setting::Convert(_) | Setting::RestartGauge => return None,
    };
    (!range.contains(value))
        .then(|| format!("The {name} {value} lies outside {} to {}; nothing was changed.", range.start(), range.end()))
}

#[cfg(test)]
mod tests;
