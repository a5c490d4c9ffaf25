//! The few elements of index.html that the code touches.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, Document, Element, HtmlCanvasElement, HtmlElement, Location, Url, Window};

/// The window; there is one wherever `start` was called.
pub fn window() -> Option<Window> {
    web_sys::window()
}

fn document() -> Option<Document> {
    window()?.document()
}

fn location() -> Option<Location> {
    Some(window()?.location())
}

/// An element by its id.
pub fn element(id: &str) -> Option<Element> {
    document()?.get_element_by_id(id)
}

/// A new element, in no document yet.
pub fn create(tag: &str) -> Result<Element, JsValue> {
    document().ok_or_else(|| JsValue::from_str("no document"))?.create_element(tag)
}

/// The canvas that is drawn on.
pub fn canvas(id: &str) -> Result<HtmlCanvasElement, JsValue> {
    let missing = || JsValue::from_str("index.html has no canvas");
    element(id).ok_or_else(missing)?.dyn_into().map_err(|_| missing())
}

/// The fragment in the address bar, with its `#`.
pub fn hash() -> String {
    location().and_then(|l| l.hash().ok()).unwrap_or_default()
}

/// The address without its fragment.
pub fn url_without_hash() -> String {
    let href = location().and_then(|l| l.href().ok()).unwrap_or_default();
    href.split('#').next().unwrap_or_default().to_owned()
}

/// Writes a fragment into the address bar without a new entry in the history.
pub fn replace_hash(fragment: &str) {
    let history = window().and_then(|w| w.history().ok());
    if let Some(history) = history {
        // A sandboxed frame may refuse; the share panel has the link anyway.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(fragment));
    }
}

/// Takes the loading screen away.
pub fn finish_loading() {
    if let Some(screen) = element("loading") {
        screen.remove();
    }
}

/// Says on the loading screen why there will be no page.
pub fn show_failure(sentence: &str) {
    if let Some(words) = element("loading-words") {
        words.set_text_content(Some(sentence));
    }
    if let Some(bar) = element("loading-bar") {
        bar.remove();
    }
}

/// Offers a text as a file.
pub fn download(name: &str, text: &str) -> Result<(), JsValue> {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let anchor = create("a")?;
    anchor.set_attribute("href", &url)?;
    anchor.set_attribute("download", name)?;
    anchor.unchecked_into::<HtmlElement>().click();
    Url::revoke_object_url(&url)
}
