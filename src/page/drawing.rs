//! The WebGL context the interface is drawn with, and how long it takes.

use super::{dom, with_app};
use js_sys::{Object, Promise, Reflect};
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlCanvasElement, WebGl2RenderingContext as Gl};

/// Milliseconds between two measurements, and the longest that one waits.
const MEASURE_EVERY_MS: f64 = 1_000.0;
/// Milliseconds between two looks whether a frame is there; browsers do not wait less.
const LOOK_MS: i32 = 4;

thread_local! {
    /// When the last measurement began; infinite while one is under way.
    static MEASURED: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

/// Makes the context of `canvas` before eframe asks for it: with none of what only costs. The interface smooths its own
/// edges; multisampling besides would make every frame of a software renderer twice as dear. Where there is no WebGL 2
/// eframe finds out by itself.
pub fn prepare(canvas: &HtmlCanvasElement) {
    let options = Object::new();
    for unneeded in ["antialias", "alpha", "depth", "stencil"] {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&options, &unneeded.into(), &JsValue::FALSE);
    }
    let _ = canvas.get_context_with_context_options("webgl2", &options);
}

/// Measures, once in a while, how long the frame just handed over takes to be rastered, and tells the app.
pub fn measure(canvas: &str) {
    let now = now_ms();
    if now < MEASURED.get() + MEASURE_EVERY_MS {
        return;
    }
    let context = dom::canvas(canvas).and_then(|canvas| canvas.get_context("webgl2")).ok().flatten();
    let Some(gl) = context.and_then(|context| context.dyn_into::<Gl>().ok()) else { return };
    MEASURED.set(f64::INFINITY);
    spawn_local(async move {
        let waited = rastering(&gl, now).await;
        MEASURED.set(now_ms());
        if let Some(ms) = waited {
            with_app(|app| app.rastered(ms / 1e3));
        }
    });
}

/// Milliseconds from `begin` until everything handed over is drawn; `None` where the context is lost.
async fn rastering(gl: &Gl, begin: f64) -> Option<f64> {
    // Only then has this frame been handed over.
    pause(0).await;
    let fence = gl.fence_sync(Gl::SYNC_GPU_COMMANDS_COMPLETE, 0)?;
    gl.flush();
    loop {
        pause(LOOK_MS).await;
        let status = gl.get_sync_parameter(&fence, Gl::SYNC_STATUS);
        let waited = now_ms() - begin;
        if status.as_f64() == Some(f64::from(Gl::SIGNALED)) || waited > MEASURE_EVERY_MS {
            gl.delete_sync(Some(&fence));
            return Some(waited);
        }
        if gl.is_context_lost() {
            return None;
        }
    }
}

async fn pause(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        if let Some(window) = dom::window() {
            // Refused only where the page goes away.
            let _ = window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
        }
    });
    // The promise is only ever resolved.
    let _ = JsFuture::from(promise).await;
}

fn now_ms() -> f64 {
    js_sys::Date::now()
}
