//! `window.explr`, for scripts and tests: `ready` (a promise), `state()`, `series()`, `send(command)`; the JSON is that of
//! `explr run --json`.

use super::{dom, with_app};
use crate::session::json;
use crate::trainer::Command;
use js_sys::{Function, Object, Promise, Reflect};
use std::cell::RefCell;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

thread_local! {
    static RESOLVE: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Puts `window.explr` there; before the app stands its functions return null.
pub fn announce() {
    let Some(window) = dom::window() else { return };
    let explr = Object::new();
    let ready = Promise::new(&mut |resolve, _| RESOLVE.with(|r| *r.borrow_mut() = Some(resolve)));
    let state = Closure::<dyn Fn() -> JsValue>::new(state);
    let series = Closure::<dyn Fn() -> JsValue>::new(|| parsed(with_app(|app| json::series(app.session()))));
    let send = Closure::<dyn Fn(JsValue) -> Result<(), JsValue>>::new(send);
    let entries: [(&str, &JsValue); 4] =
        [("ready", ready.as_ref()), ("state", state.as_ref()), ("series", series.as_ref()), ("send", send.as_ref())];
    for (name, value) in entries {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&explr, &name.into(), value);
    }
    let _ = Reflect::set(&window, &"explr".into(), &explr);
    state.forget();
    series.forget();
    send.forget();
}

/// Resolves `ready`.
pub fn ready() {
    if let Some(resolve) = RESOLVE.with(|r| r.borrow_mut().take()) {
        // The promise's own function does not throw.
        let _ = resolve.call0(&JsValue::NULL);
    }
}

fn state() -> JsValue {
    parsed(with_app(|app| {
        let mut value = json::state(app.session());
        if let Some(map) = value.as_object_mut() {
            map.insert("fragment".into(), app.fragment().into());
            map.insert("steps_per_second".into(), app.steps_per_second().into());
        }
        value
    }))
}

/// As an object of the page; null where there is none.
fn parsed(value: Option<serde_json::Value>) -> JsValue {
    value.and_then(|v| js_sys::JSON::parse(&v.to_string()).ok()).unwrap_or(JsValue::NULL)
}

/// Takes a command as an object, as its JSON text, or as a bare name.
fn send(command: JsValue) -> Result<(), JsValue> {
    let text = match command.as_string() {
        Some(text) => text,
        None => js_sys::JSON::stringify(&command)?.into(),
    };
    let quoted = || serde_json::to_string(&text).and_then(|name| serde_json::from_str(&name));
    let command: Command = serde_json::from_str(&text)
        .or_else(|error| quoted().map_err(|_| error))
        .map_err(|error| JsValue::from_str(&format!("explr.send: {error}")))?;
    with_app(|app| app.send(command)).ok_or_else(|| JsValue::from_str("explr.send: the app does not stand yet"))
}
