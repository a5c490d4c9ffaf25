use super::*;
use crate::data::Dataset;
use crate::engine::cpu::CpuEngine;
use crate::engine::{Engine, Setup};
use crate::experiment::{Link, Precision};
use crate::trainer::Source;
use futures_channel::mpsc::unbounded;
use futures_util::FutureExt;
use std::cell::RefCell;
use std::rc::Rc;

/// A platform that waits for nothing and writes down how long it should have.
struct Hasty(Rc<RefCell<Vec<Duration>>>);

/// There are none.
enum NoFile {}

impl Source for NoFile {
    fn size(&self) -> u64 {
        match *self {}
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>, String> {
        match *self {}
    }
}

impl Platform for Hasty {
    type File = NoFile;

    async fn pause(&self, wait: Duration) {
        self.0.borrow_mut().push(wait);
    }

    fn no_gpu_hint(&self) -> String {
        String::new()
    }

    async fn cpu_engine(&self, setup: Setup, _: Precision) -> Box<dyn Engine> {
        Box::new(CpuEngine::<f32>::new(setup, 1))
    }

    async fn fashion28(&self) -> Result<Dataset, String> {
        Err("not here".into())
    }

    async fn open(&self, _: &str) -> Result<NoFile, String> {
        Err("not here".into())
    }
}

/// Ten steps after `commands`: how long the trainer rested in all, and the losses.
fn ten_steps(commands: impl IntoIterator<Item = Command>) -> (Duration, Vec<u64>) {
    let (waits, losses) = (Rc::<RefCell<Vec<Duration>>>::default(), Rc::<RefCell<Vec<u64>>>::default());
    let (mailbox, inbox) = unbounded();
    let experiment = Link::parse("#v=1&engine=cpu&batch=8&arms=wd,exp&n=10").experiment;
    let load = Command::Load(Box::new(experiment));
    for command in [load].into_iter().chain(commands).chain([Command::Play]) {
        mailbox.unbounded_send(command).expect("the inbox is open");
    }
    drop(mailbox);
    let heard = losses.clone();
    let post = move |event| {
        if let Event::Rows(rows) = event {
            heard.borrow_mut().extend(rows.iter().flat_map(|row| &row.arms).map(|arm| arm.loss.to_bits()));
        }
    };
    run(inbox, Box::new(post), Hasty(waits.clone())).now_or_never().expect("nothing waits here");
    (waits.borrow().iter().sum(), losses.take())
}

#[test]
fn training_rests_for_hands_and_computes_the_same() {
    let (rest, losses) = ten_steps([]);
    assert_eq!((rest, losses.len()), (Duration::ZERO, 20));
    let (longer, same) = ten_steps([Command::GiveWay]);
    assert!(longer > Duration::ZERO, "it did not rest");
    assert_eq!(same, losses);
}
