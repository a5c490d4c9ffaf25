//! Files somebody drops on the page or picks. The page never reads them: their handles go to the trainer.

use super::{dom, with_app};
use crate::host;
use crate::trainer::Command;
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, DragEvent, FileList, HtmlInputElement};

/// Listens for dropped files, before the canvas does: that would read them whole.
pub fn watch() -> Result<(), JsValue> {
    let window = dom::window().ok_or("there is no window")?;
    let over = Closure::<dyn Fn(DragEvent)>::new(|event: DragEvent| {
        event.prevent_default();
        event.stop_propagation();
    });
    let drop = Closure::<dyn Fn(DragEvent)>::new(|event: DragEvent| {
        event.prevent_default();
        event.stop_propagation();
        opened(event.data_transfer().and_then(|data| data.files()));
    });
    let first = AddEventListenerOptions::new();
    first.set_capture(true);
    let listen = |name: &str, hear: &Closure<dyn Fn(DragEvent)>| {
        window.add_event_listener_with_callback_and_add_event_listener_options(
            name,
            hear.as_ref().unchecked_ref(),
            &first,
        )
    };
    listen("dragover", &over)?;
    listen("drop", &drop)?;
    // Both live as long as the page.
    over.forget();
    drop.forget();
    Ok(())
}

/// Lets the browser ask for files.
pub fn pick() -> Result<(), JsValue> {
    let input: HtmlInputElement = dom::create("input")?.unchecked_into();
    input.set_type("file");
    input.set_multiple(true);
    let chosen = {
        let input = input.clone();
        Closure::once_into_js(move || opened(input.files()))
    };
    input.set_onchange(Some(chosen.unchecked_ref()));
    input.click();
    Ok(())
}

/// Hands the files to the trainer.
fn opened(files: Option<FileList>) {
    let Some(files) = files.filter(|files| files.length() > 0) else { return };
    let names = host::hold((0..files.length()).filter_map(|i| files.get(i)).collect::<Array>());
    with_app(|app| app.send(Command::OpenFiles(names)));
}
