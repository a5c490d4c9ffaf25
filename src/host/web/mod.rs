//! A trainer in a Worker, started from the very module that the page runs: same wasm, no second download, no version
//! skew. For the CPU engine it starts Workers of its own, one an arm ([`crew`]). Where a Worker is refused (a strict CSP, a sandboxed frame) it takes turns with the page on the main thread.

mod crew;
mod files;
mod hint;
mod mate;
mod platform;
mod spawn;
mod worker;

pub use crew::{size as crew_size, start as start_crew};
pub use files::hold;
pub use worker::worker_main;

use crate::trainer::{Command, Event, run};
use futures_channel::mpsc::{UnboundedSender, unbounded};
use js_sys::Uint8Array;
use platform::Page;
use spawn::{Role, spawn};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, MessageEvent, Worker};

#[wasm_bindgen]
extern "C" {
    /// The address of the script that wasm-bindgen wrote for this module.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT_URL: String;
}

/// Where commands go.
enum Line {
    /// The Worker is loading: commands wait.
    Waiting(Vec<Command>),
    /// The Worker listens.
    Worker,
    /// There is no Worker; the trainer shares the page's thread.
    SameThread(UnboundedSender<Command>),
}

struct Shared {
    line: RefCell<Line>,
    events: RefCell<VecDeque<Event>>,
    /// The Worker said why it panicked: the browser's own word for it adds nothing.
    panicked: Cell<bool>,
    wake: Box<dyn Fn()>,
}

/// The near end of a trainer that runs in a Worker.
pub struct Host {
    worker: Option<Worker>,
    shared: Rc<Shared>,
}

impl Host {
    /// Starts a trainer. `wake` is called when an event waits.
    pub fn start(wake: impl Fn() + Send + Sync + 'static) -> Self {
        let line = RefCell::new(Line::Waiting(Vec::new()));
        let shared =
            Rc::new(Shared { line, events: RefCell::default(), panicked: Cell::default(), wake: Box::new(wake) });
        let worker = match start_worker(&shared) {
            Ok(worker) => Some(worker),
            Err(why) => {
                shared.clone().train_on_this_thread(&describe(&why));
                None
            }
        };
        Self { worker, shared }
    }

    /// Sends a command; never blocks.
    pub fn send(&self, command: Command) {
        match (&mut *self.shared.line.borrow_mut(), &self.worker) {
            (Line::Waiting(queue), _) => queue.push(command),
            (Line::SameThread(mailbox), _) => {
                // The trainer lives as long as the page.
                let _ = mailbox.unbounded_send(command);
            }
            (Line::Worker, Some(worker)) => post(worker, &command),
            (Line::Worker, None) => unreachable!("only a Worker becomes ready"),
        }
    }

    /// The next event, if one waits.
    pub fn poll(&self) -> Option<Event> {
        self.shared.events.borrow_mut().pop_front()
    }
}

impl Shared {
    fn push(&self, event: Event) {
        self.events.borrow_mut().push_back(event);
        (self.wake)();
    }

    /// Something the Worker said: nothing when it is ready, a text when it panicked, else an event.
    fn hear(&self, worker: &Worker, data: &JsValue) {
        if data.is_null() {
            let waiting = std::mem::replace(&mut *self.line.borrow_mut(), Line::Worker);
            if let Line::Waiting(queue) = waiting {
                queue.iter().for_each(|command| post(worker, command));
            }
        } else if let Some(panic) = data.as_string() {
            self.panicked.set(true);
            self.push(Event::Failed(format!("The trainer stopped: {panic}. Reload the page to start again.")));
        } else {
            match postcard::from_bytes(&Uint8Array::new(data).to_vec()) {
                Ok(event) => self.push(event),
                Err(error) => self.push(Event::Failed(format!("A message of the trainer cannot be read: {error}."))),
            }
        }
    }

    /// Goes on without a Worker, with the commands that wait.
    fn train_on_this_thread(self: Rc<Self>, why: &str) {
        let (mailbox, inbox) = unbounded();
        let waiting = std::mem::replace(&mut *self.line.borrow_mut(), Line::SameThread(mailbox.clone()));
        if let Line::Waiting(queue) = waiting {
            for command in queue {
                let _ = mailbox.unbounded_send(command);
            }
        }
        self.push(Event::Notice(format!(
            "This page may not start a Worker ({why}); training shares the page's thread, and both are slower."
        )));
        let shared = self.clone();
        wasm_bindgen_futures::spawn_local(run(inbox, Box::new(move |event| shared.push(event)), Page));
    }
}

fn start_worker(shared: &Rc<Shared>) -> Result<Worker, JsValue> {
    let worker = spawn(Role::Trainer)?;
    let hear = {
        let (shared, worker) = (shared.clone(), worker.clone());
        Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| shared.hear(&worker, &event.data()))
    };
    worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    let fail = {
        let (shared, worker) = (shared.clone(), worker.clone());
        Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            let loading = matches!(*shared.line.borrow(), Line::Waiting(_));
            if loading {
                worker.terminate();
                shared.clone().train_on_this_thread(&event.message());
            } else if !shared.panicked.get() {
                shared.push(Event::Failed(format!("The trainer stopped: {}.", event.message())));
            }
        })
    };
    worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
    // Both live as long as the page.
    hear.forget();
    fail.forget();
    Ok(worker)
}

fn post(worker: &Worker, command: &Command) {
    if let Command::OpenFiles(_) = command
        && let Err(error) = worker.post_message(&files::held())
    {
        log::error!("files did not reach the trainer: {}", describe(&error));
    }
    let sent = postcard::to_stdvec(command)
        .map_err(|error| JsValue::from_str(&error.to_string()))
        .and_then(|bytes| worker.post_message(&Uint8Array::from(bytes.as_slice())));
    if let Err(error) = sent {
        log::error!("a command did not reach the trainer: {}", describe(&error));
    }
}

fn describe(error: &JsValue) -> String {
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => error.message().into(),
        None => error.as_string().unwrap_or_else(|| format!("{error:?}")),
    }
}
