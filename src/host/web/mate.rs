//! The far end of a member of a crew: what runs inside its Worker.

use super::worker::{report_panics, say_ready};
use crate::engine::crew::{Mate, Order};
use js_sys::{Array, Float32Array, Uint8Array};
use std::cell::RefCell;
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Obeys until the Worker is terminated. An order is `[postcard bytes, images]`; so is nothing else that arrives.
pub fn mate_main() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    report_panics(&scope);
    let mate = RefCell::new(Mate::default());
    let outbox = scope.clone();
    let listen = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        if let Err(why) = obey(&mut mate.borrow_mut(), &outbox, event.data().unchecked_into()) {
            // A text means: this Worker is of no use any more.
            let _ = outbox.post_message(&JsValue::from_str(&why));
        }
    });
    scope.set_onmessage(Some(listen.as_ref().unchecked_ref()));
    listen.forget();
    say_ready(&scope);
}

fn obey(mate: &mut Mate, outbox: &DedicatedWorkerGlobalScope, parts: Array) -> Result<(), String> {
    let order: Uint8Array = parts.get(0).unchecked_into();
    let images: Float32Array = parts.get(1).unchecked_into();
    let order: Order = postcard::from_bytes(&order.to_vec()).map_err(|error| error.to_string())?;
    let answer = mate.obey(order, images.to_vec()).map_err(|error| error.to_string())?;
    let bytes = postcard::to_stdvec(&answer).map_err(|error| error.to_string())?;
    let array = Uint8Array::from(bytes.as_slice());
    let sent = outbox.post_message_with_transfer(&array, &Array::of1(&array.buffer()));
    sent.map_err(|error| super::describe(&error))
}
