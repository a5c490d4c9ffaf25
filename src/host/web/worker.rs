//! The far end: what runs inside the Worker.

use super::files;
use super::pause::Page;
use crate::trainer::{Command, Event, run};
use futures_channel::mpsc::unbounded;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Listens for commands and trains until the page goes away. Called once, in a Worker.
pub fn worker_main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let panic_scope = scope.clone();
    std::panic::set_hook(Box::new(move |info| {
        console_error_panic_hook::hook(info);
        // If even this fails the console has the message.
        let _ = panic_scope.post_message(&JsValue::from_str(&info.to_string()));
    }));
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
    // Nothing at all means: ready.
    if let Err(error) = scope.post_message(&JsValue::NULL) {
        log::error!("the page cannot be reached: {error:?}");
    }
}

/// Hands an event to the page without copying its bytes twice.
fn send(scope: &DedicatedWorkerGlobalScope, event: &Event) -> Result<(), JsValue> {
    let bytes = postcard::to_stdvec(event).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let array = Uint8Array::from(bytes.as_slice());
    scope.post_message_with_transfer(&array, &Array::of1(&array.buffer()))
}
