//! The trainer as whoever watches meets it: commands in, events out, in a thread of its own.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::disallowed_methods)] // native only: a test may wait

use explr::experiment::{Arm, ArmSet, Experiment, Link, Setting};
use explr::host::Host;
use explr::session::Session;
use explr::trainer::{Command, Event, RunState, Speed};
use std::sync::mpsc;
use std::time::Duration;

/// Longer than anything here takes: a guard against hanging, not a measurement.
const PATIENCE: Duration = Duration::from_secs(120);

/// A trainer with a session that hears everything it says.
struct Desk {
    host: Host,
    woken: mpsc::Receiver<()>,
    session: Session,
}

impl Desk {
    fn new() -> Self {
        let (wake, woken) = mpsc::channel();
        let host = Host::start(move || wake.send(()).unwrap_or_default());
        Self { host, woken, session: Session::default() }
    }

    /// Loads a small experiment on the CPU and waits until it stands ready.
    fn load(&mut self, link: &str) {
        let experiment = Link::parse(&format!("#v=1&engine=cpu&batch=8&{link}")).experiment;
        self.host.send(Command::Load(Box::new(experiment)));
        self.until(|s| s.state == RunState::Paused && s.steps_done == 0 && !s.network.layers.is_empty());
    }

    fn send(&self, command: Command) {
        self.host.send(command);
    }

    /// Listens until `done`.
    fn until(&mut self, done: impl Fn(&Session) -> bool) {
        while !done(&self.session) {
            assert!(self.woken.recv_timeout(PATIENCE).is_ok(), "nothing more is said: {:?}", self.session.state);
            while let Some(event) = self.host.poll() {
                self.session.apply(event);
                if done(&self.session) {
                    return;
                }
            }
        }
    }

    /// Trains to `step` and pauses there.
    fn run_to(&mut self, step: u64) {
        self.send(Command::RunTo(step));
        self.until(|s| s.steps_done == step && s.state == RunState::Paused);
    }

    fn losses(&self, arm: Arm) -> Vec<u64> {
        self.session.arm(arm).loss.iter().map(|x| x.to_bits()).collect()
    }
}

#[test]
fn play_pause_step_and_the_end() {
    let mut desk = Desk::new();
    desk.load("n=40");
    desk.send(Command::Step);
    desk.until(|s| s.steps_done == 1);
    desk.send(Command::Play);
    desk.until(|s| s.state == RunState::Finished);
    assert_eq!(desk.session.steps_done, 40);
    assert_eq!(desk.session.last_distance(Arm::Exp).map(|(step, _)| step), Some(40));
    // Playing on adds as many steps again.
    desk.send(Command::Play);
    desk.until(|s| s.state == RunState::Finished && s.steps_done == 80);
}

#[test]
fn a_replay_gives_the_very_same_bits_with_its_changes() {
    let mut desk = Desk::new();
    desk.load("n=1000");
    desk.run_to(10);
    desk.send(Command::Set(Setting::LearningRate(0.03)));
    desk.run_to(25);
    assert_eq!(desk.session.experiment.changes.len(), 1);
    assert_eq!((desk.session.hyper[9].lr, desk.session.hyper[10].lr), (0.1, 0.03));
    let before = (desk.losses(Arm::Wd), desk.losses(Arm::Exp));
    desk.send(Command::Replay);
    desk.until(|s| s.steps_done == 0 && s.state == RunState::Paused);
    desk.run_to(25);
    assert_eq!(before, (desk.losses(Arm::Wd), desk.losses(Arm::Exp)));
    assert_eq!(desk.session.experiment.changes.len(), 1);
}

#[test]
fn arms_switched_late_are_replayed_from_the_start() {
    let mut desk = Desk::new();
    desk.load("arms=wd,exp&n=1000");
    desk.run_to(30);
    let before = desk.losses(Arm::Exp);
    assert!(desk.session.arm(Arm::Control).loss.is_empty());
    desk.send(Command::SetArms(ArmSet { control: true, ablation: false, broken: false }));
    desk.until(|s| s.steps_done == 30 && s.arm(Arm::Control).loss.len() == 30 && s.state == RunState::Paused);
    assert_eq!(before, desk.losses(Arm::Exp));
}

#[test]
fn the_twin_ends_with_a_pause_and_the_gauge_can_be_restarted() {
    let mut desk = Desk::new();
    desk.load("arms=wd,exp&n=1000&wd=0.05266807");
    desk.send(Command::Play);
    desk.until(|s| s.state == RunState::TwinEnded);
    assert_eq!(desk.session.steps_done, 44);
    desk.send(Command::Set(Setting::RestartGauge));
    desk.until(|s| s.is_live(Arm::Exp) && s.state == RunState::Paused);
    desk.run_to(60);
    assert_eq!(desk.session.arm(Arm::Exp).loss.len(), 60);
    assert_eq!(desk.session.experiment.changes.len(), 1);
}

#[test]
fn a_gauge_restarted_too_late_is_restarted_where_it_ended() {
    let mut desk = Desk::new();
    desk.load("arms=wd,exp&n=1000&wd=0.05266807");
    desk.send(Command::Play);
    desk.until(|s| s.state == RunState::TwinEnded);
    desk.run_to(50);
    assert_eq!(desk.session.arm(Arm::Exp).loss.len(), 44, "the weight-decay run went on alone");
    desk.send(Command::Set(Setting::RestartGauge));
    desk.until(|s| s.steps_done == 50 && s.arm(Arm::Exp).loss.len() == 50);
    assert_eq!(desk.session.experiment.changes[0].step, 44);
}

#[test]
fn what_cannot_be_set_is_refused_with_a_sentence() {
    let mut desk = Desk::new();
    desk.load("n=100");
    for (setting, word) in [
        (Setting::LearningRate(f64::NAN), "learning rate"),
        (Setting::WeightDecay(-1.0), "weight decay"),
        (Setting::Momentum(1.0), "momentum"),
    ] {
        desk.session.notices.clear();
        desk.send(Command::Set(setting));
        desk.until(|s| !s.notices.is_empty());
        assert!(desk.session.notices[0].contains(word), "{:?}", desk.session.notices);
    }
    assert!(desk.session.experiment.changes.is_empty());
}

#[test]
fn at_step_0_a_setting_moves_the_start() {
    let mut desk = Desk::new();
    desk.load("n=100");
    desk.send(Command::Set(Setting::WeightDecay(0.001)));
    desk.until(|s| s.experiment.hyper.weight_decay == 0.001);
    desk.run_to(5);
    assert!(desk.session.experiment.changes.is_empty());
    assert_eq!(desk.session.hyper[0].weight_decay, 0.001);
}

#[test]
fn a_slow_speed_still_answers() {
    let mut desk = Desk::new();
    desk.load("n=100");
    desk.send(Command::SetSpeed(Speed::PerSecond(1.0)));
    desk.send(Command::Play);
    desk.until(|s| s.steps_done >= 1);
    desk.send(Command::Pause);
    desk.until(|s| s.state == RunState::Paused);
    assert!(desk.session.steps_done < 10);
}

#[test]
fn messages_travel_bit_for_bit() {
    let events = [
        Event::Notice("η → 0.1".into()),
        Event::Started {
            experiment: Box::new(Experiment::default()),
            engine: Default::default(),
            network: Box::default(),
            data: Box::default(),
            steps_per_epoch: 63,
            replay_to: 0,
        },
        Event::Preparing("…".into(), Some(0.5)),
    ];
    for event in events {
        let bytes = postcard::to_stdvec(&event).expect("plain data");
        assert_eq!(postcard::from_bytes::<Event>(&bytes).expect("its own bytes"), event);
    }
    let odd = Command::Set(Setting::LearningRate(f64::NAN));
    let bytes = postcard::to_stdvec(&odd).expect("plain data");
    assert!(matches!(postcard::from_bytes(&bytes), Ok(Command::Set(Setting::LearningRate(x))) if x.is_nan()));
}

#[test]
fn a_device_lost_in_the_last_chunk_or_in_a_single_step_is_replaced_and_the_run_comes_to_its_end() {
    for (command, end) in [(Command::Play, RunState::Finished), (Command::Step, RunState::Paused)] {
        let mut desk = Desk::new();
        let link = "#v=1&engine=gpu&batch=8&n=1&arms=wd,exp";
        desk.host.send(Command::Load(Box::new(Link::parse(link).experiment)));
        desk.until(|s| s.state == RunState::Paused && s.steps_done == 0 && s.engine.kind == "GPU");
        desk.send(Command::LoseDevice);
        desk.send(command);
        desk.until(|s| s.notices.iter().any(|notice| notice.contains("lost")));
        desk.until(|s| s.state == end);
        assert_eq!(desk.session.steps_done, 1, "the lost step is taken again");
        assert_eq!(desk.losses(Arm::Wd).len(), 1);
    }
}
