//! Waiting in a browser, in a Worker and on the page's thread alike.

use super::files::{self, Blob};
use super::hint::no_gpu_hint;
use crate::data::Dataset;
use crate::trainer::Platform;
use js_sys::{Function, Promise, Reflect};
use std::time::Duration;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
}

/// A browser's event loop.
#[derive(Clone, Copy, Debug)]
pub struct Page;

impl Platform for Page {
    type File = Blob;

    async fn pause(&self, wait: Duration) {
        let promise = Promise::new(&mut |resolve, _| {
            if wait > Duration::ZERO || next_turn(&resolve).is_err() {
                set_timeout(&resolve, wait.as_secs_f64() * 1e3);
            }
        });
        // The promise is only ever resolved.
        let _ = JsFuture::from(promise).await;
    }

    fn no_gpu_hint(&self) -> String {
        let global = js_sys::global();
        let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED);
        let navigator = get(&global, "navigator");
        no_gpu_hint(
            &get(&navigator, "userAgent").as_string().unwrap_or_default(),
            !get(&navigator, "gpu").is_falsy(),
            get(&global, "isSecureContext").is_truthy(),
        )
    }

    fn threads(&self) -> usize {
        1
    }

    async fn fashion28(&self) -> Result<Dataset, String> {
        files::fashion28().await
    }

    async fn open(&self, name: &str) -> Result<Blob, String> {
        files::open(name)
    }
}

/// Calls `resolve` in the next turn of the event loop: a message to oneself, since nested timers wait 4 ms at least.
fn next_turn(resolve: &Function) -> Result<(), JsValue> {
    let channel = MessageChannel::new()?;
    channel.port1().set_onmessage(Some(resolve));
    channel.port2().post_message(&JsValue::NULL)
}
