//! The address bar: it says what is shown, and what is typed there is shown.

use super::{dom, with_app};
use crate::experiment::Link;
use std::cell::RefCell;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// How often it looks whether the address is still true, milliseconds: a drag or a row of key presses is one change.
const LOOK_MS: i32 = 400;

thread_local! {
    /// The fragment of the last look; it is written when it was the same twice.
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Listens to changes of the fragment, and writes it after a pause in changes.
pub fn watch() -> Result<(), JsValue> {
    let Some(window) = dom::window() else { return Ok(()) };
    let changed = Closure::<dyn FnMut()>::new(read);
    window.add_event_listener_with_callback("hashchange", changed.as_ref().unchecked_ref())?;
    changed.forget();
    let look = Closure::<dyn FnMut()>::new(write);
    window.set_interval_with_callback_and_timeout_and_arguments_0(look.as_ref().unchecked_ref(), LOOK_MS)?;
    look.forget();
    Ok(())
}

fn read() {
    let hash = dom::hash();
    // What was written here is no news.
    if with_app(|app| app.fragment() == hash) == Some(false) {
        with_app(|app| app.open(Link::parse(&hash), false));
    }
}

fn write() {
    let Some(fragment) = with_app(|app| app.fragment()) else { return };
    let settled = LAST.with(|last| last.replace(fragment.clone()) == fragment);
    if settled && dom::hash() != fragment {
        dom::replace_hash(&fragment);
    }
}
