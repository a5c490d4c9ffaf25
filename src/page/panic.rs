//! A panic must not leave a dead picture: an overlay says what happened, with the link that led there.

use super::dom;

/// Adds the overlay to what eframe's hook and the console already do.
pub fn install() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        before(info);
        show(&info.to_string());
    }));
}

fn show(message: &str) {
    let link = dom::url_without_hash() + &dom::hash();
    let version = env!("CARGO_PKG_VERSION");
    let fill = |id: &str, text: &str| {
        if let Some(element) = dom::element(id) {
            element.set_text_content(Some(text));
        }
    };
    fill("panic-report", &format!("explr {version}\n{message}\n{link}"));
    if let Some(overlay) = dom::element("panic") {
        // Nothing is left to do about a failure in here.
        let _ = overlay.remove_attribute("hidden");
    }
}
