//! What a browser gives the trainer, in a Worker and on the page's thread alike: waiting, files, an engine over Workers.

use super::crew;
use super::files::{self, Blob};
use super::hint::no_gpu_hint;
use crate::data::Dataset;
use crate::engine::cpu::CpuEngine;
use crate::engine::{Engine, Setup};
use crate::experiment::Precision;
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

    async fn cpu_engine(&self, setup: Setup, precision: Precision) -> Box<dyn Engine> {
        let (size, double) = (crew::size(setup.weights.len()), precision == Precision::F64);
        // On the page's own thread there is no Worker to be had: that is why the trainer is there.
        if size > 1 && web_sys::window().is_none() {
            match crew::start(setup.clone(), double, size).await {
                Ok(crew) => return Box::new(crew),
                Err(error) => log::warn!("the runs are trained one after another: {error}"),
            }
        }
        match precision {
            Precision::F32 => Box::new(CpuEngine::<f32>::new(setup, 1)),
            Precision::F64 => Box::new(CpuEngine::<f64>::new(setup, 1)),
        }
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
