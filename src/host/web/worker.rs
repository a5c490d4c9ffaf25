//! The far end: what runs inside a Worker.

use super::files;
use super::mate::mate_main;
use super::platform::Page;
use super::spawn::Role;
use crate::trainer::{Command, Event, run};
use futures_channel::mpsc::unbounded;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Does what the Worker is for until it is terminated. Called once, in a Worker.
pub fn worker_main(role: &str) {
    match Role::named(role) {
        Some(Role::Trainer) => trainer_main(),
        Some(Role::Mate) => mate_main(),
        None => log::error!("a Worker knows no role {role}"),
    }
}

/// Tells whoever started this Worker why it panics.
pub(super) fn report_panics(scope: &DedicatedWorkerGlobalScope) {
    let scope = scope.clone();
    std::panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        // If even this fails the console has the message.
        let _ = scope.post_message(&JsValue::from_str(&info.to_string()));
    }));
}

/// Nothing at all means: ready.
pub(super) fn say_ready(scope: &DedicatedWorkerGlobalScope) {
    if let Err(error) = scope.post_message(&JsValue::NULL) {
        log::error!("whoever started this Worker cannot be reached: {error:?}");
    }
}

/// Listens for commands and trains until the page goes away.
fn trainer_main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics(&scope);
    let (mailbox, inbox) = unbounded();
    let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if Array::is_array(&event.data()) {
            files::hold(event.data().unchecked_into());
            return;
        }
        match postcard::from_bytes::<Command>(&Uint8Array::new(&event.data()).to_vec()) {
            // The trainer lives as long as the Worker.
            Ok(command) => drop(mailbox.unbounded_send(command)),
            Err(error) => log::error!("a command cannot be read: {error}"),
        }
    });
    scope.set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget();
    let outbox = scope.clone();
    let post = move |event: Event| {
        if let Err(error) = send(&outbox, &event) {
            log::error!("an event did not reach the page: {error:?}");
        }
    };
    wasm_bindgen_futures::spawn_local(run(inbox, Box::new(post), Page));
    say_ready(&scope);
}

/// Hands an event to the page without copying its bytes twice.
fn send(scope: &DedicatedWorkerGlobalScope, event: &Event) -> Result<(), JsValue> {
    let bytes = postcard::to_stdvec(event).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let array = Uint8Array::from(bytes.as_slice());
    scope.post_message_with_transfer(&array, &Array::of1(&array.buffer()))
}
