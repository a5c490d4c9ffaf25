//! The near ends of a crew's members: Workers that the trainer's Worker starts, and keeps for its next experiment.

use super::spawn::{Role, spawn};
use crate::engine::crew::{Answer, Crew, Member, Order};
use crate::engine::{EngineError, Setup};
use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};
use js_sys::{Array, Float32Array, Reflect, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

thread_local! {
    /// Workers of experiments that are over: starting one costs more than keeping it.
    static IDLE: RefCell<Vec<Link>> = const { RefCell::new(Vec::new()) };
}

/// What a Worker said.
enum Heard {
    /// It listens.
    Ready,
    Answer(Vec<u8>),
    /// It stopped; its own words.
    Stopped(String),
}

/// A Worker and the line to it.
struct Link {
    worker: Worker,
    heard: UnboundedReceiver<Heard>,
    /// Orders that are not answered yet.
    open: usize,
    _hears: Closure<dyn Fn(MessageEvent)>,
    _fails: Closure<dyn Fn(ErrorEvent)>,
}

/// A member of a crew in a Worker.
pub struct WorkerMember(Option<Link>);

/// A crew of `size` Workers for `setup`, in f64 where `double`.
///
/// # Errors
/// When the browser allows no Worker here, or one does not start.
pub async fn start(setup: Setup, double: bool, size: usize) -> Result<Crew<WorkerMember>, EngineError> {
    // All are started before any is waited for.
    let mut members = Vec::new();
    for _ in 0..size {
        let idle = IDLE.with(|idle| idle.borrow_mut().pop());
        let new = idle.is_none();
        let link = idle.map_or_else(Link::open, Ok).map_err(|why| EngineError::WorkerStopped(super::describe(&why)))?;
        members.push((WorkerMember(Some(link)), new));
    }
    for (member, _) in members.iter_mut().filter(|(_, new)| *new) {
        member.ready().await?;
    }
    Crew::new(setup, double, members.into_iter().map(|(member, _)| member).collect()).await
}

/// How many Workers pay for `arms` arms: one an arm while there are cores.
pub fn size(arms: usize) -> usize {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or(JsValue::UNDEFINED);
    let cores = Reflect::get(&navigator, &"hardwareConcurrency".into()).ok().and_then(|n| n.as_f64());
    arms.min(cores.unwrap_or(1.0) as usize)
}

impl Link {
    fn open() -> Result<Self, JsValue> {
        let worker = spawn(Role::Mate)?;
        let (say, heard) = unbounded();
        let fail = say.clone();
        let hear = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let heard = match data.as_string() {
                Some(why) => Heard::Stopped(why),
                None if data.is_null() => Heard::Ready,
                None => Heard::Answer(Uint8Array::new(&data).to_vec()),
            };
            // Nobody listens any more when the crew was given up.
            let _ = say.unbounded_send(heard);
        });
        let failed = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            let _ = fail.unbounded_send(Heard::Stopped(event.message()));
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        worker.set_onerror(Some(failed.as_ref().unchecked_ref()));
        Ok(Self { worker, heard, open: 0, _hears: hear, _fails: failed })
    }

    fn send(&mut self, order: &Order, images: &[f32]) -> Result<(), JsValue> {
        let bytes = postcard::to_stdvec(order).map_err(|error| JsValue::from_str(&error.to_string()))?;
        let (bytes, images) = (Uint8Array::from(bytes.as_slice()), Float32Array::from(images));
        let transfer = Array::of2(&bytes.buffer(), &images.buffer());
        self.worker.post_message_with_transfer(&Array::of2(&bytes, &images), &transfer)
    }

    async fn next(&mut self) -> Result<Heard, EngineError> {
        let gone = || EngineError::WorkerStopped("it is gone".into());
        match self.heard.next().await.ok_or_else(gone)? {
            Heard::Stopped(why) => Err(EngineError::WorkerStopped(why)),
            heard => Ok(heard),
        }
    }
}

impl WorkerMember {
    fn link(&mut self) -> &mut Link {
        self.0.as_mut().expect("only `drop` takes it")
    }

    async fn ready(&mut self) -> Result<(), EngineError> {
        self.link().next().await.map(drop)
    }
}

impl Member for WorkerMember {
    fn send(&mut self, order: &Order, images: &[f32]) {
        let link = self.link();
        link.open += 1;
        if let Err(error) = link.send(order, images) {
            log::error!("an order did not reach its Worker: {}", super::describe(&error));
        }
    }

    fn answer(&mut self) -> LocalBoxFuture<'_, Result<Answer, EngineError>> {
        async {
            let link = self.link();
            let Heard::Answer(bytes) = link.next().await? else {
                return Err(EngineError::WorkerStopped("it began anew".into()));
            };
            link.open -= 1;
            postcard::from_bytes(&bytes).map_err(|error| EngineError::WorkerStopped(error.to_string()))
        }
        .boxed_local()
    }
}

impl Drop for WorkerMember {
    /// Keeps a Worker that has nothing to do; ends one that is at work or has failed (its order stays open).
    fn drop(&mut self) {
        let Some(link) = self.0.take() else { return };
        if link.open == 0 {
            IDLE.with(|idle| idle.borrow_mut().push(link));
        } else {
            link.worker.terminate();
        }
    }
}
