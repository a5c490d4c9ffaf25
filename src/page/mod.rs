//! The page: the app on a canvas, the address bar, `window.explr`, and what is shown when something breaks.

mod address;
pub mod bench;
mod dom;
mod drawing;
mod files;
mod panic;
mod script;

use crate::experiment::Link;
use crate::host::Host;
use crate::ui::{App, Shell, pace};
use std::cell::RefCell;
use wasm_bindgen::JsValue;

/// The id of the canvas in index.html.
const CANVAS: &str = "lab";

thread_local! {
    /// The runner, for scripts and events that come from outside a frame.
    static RUNNER: RefCell<Option<eframe::WebRunner>> = const { RefCell::new(None) };
}

/// Starts everything. Where that fails, the page says why. A page without the canvas (bench.html) is not the lab: nothing
/// starts there.
pub fn start() {
    if dom::element(CANVAS).is_none() {
        return;
    }
    eframe::WebLogger::init(log::LevelFilter::Warn).ok();
    script::announce();
    wasm_bindgen_futures::spawn_local(async {
        match run().await {
            Ok(()) => {
                dom::finish_loading();
                script::ready();
            }
            Err(error) => {
                let why = error.as_string().unwrap_or_else(|| format!("{error:?}"));
                dom::show_failure(&format!("The page could not draw: {why}. It needs WebGL 2."));
            }
        }
    });
}

async fn run() -> Result<(), JsValue> {
    let canvas = dom::canvas(CANVAS)?;
    drawing::prepare(&canvas);
    let runner = eframe::WebRunner::new();
    // After eframe's, which it keeps and calls.
    panic::install();
    let link = Link::parse(&dom::hash());
    runner
        .start(
            canvas,
            // There is no gradient to dither.
            eframe::WebOptions { dithering: false, ..Default::default() },
            Box::new(move |cc| {
                let ctx = cc.egui_ctx.clone();
                let host = Host::start(move || pace::news(&ctx));
                Ok(Box::new(App::new(&cc.egui_ctx, link, Box::new(host), Box::new(Page))))
            }),
        )
        .await?;
    RUNNER.with(|r| *r.borrow_mut() = Some(runner));
    address::watch()?;
    files::watch()?;
    Ok(())
}

/// Calls `use_it` with the app, unless a frame is being drawn or it has panicked.
fn with_app<R>(use_it: impl FnOnce(&mut App) -> R) -> Option<R> {
    RUNNER.with(|runner| {
        let runner = runner.borrow();
        let mut app = runner.as_ref()?.app_mut::<App>()?;
        Some(use_it(&mut app))
    })
}

struct Page;

impl Shell for Page {
    fn page_url(&self) -> String {
        dom::url_without_hash()
    }

    fn pick_files(&self) -> Option<String> {
        files::pick().err().map(|_| "The browser refused to ask for files: drop them on the page.".into())
    }

    fn save(&self, _ctx: &egui::Context, name: &str, text: String) -> String {
        match dom::download(name, &text) {
            Ok(()) => format!("{name} was saved with the browser's downloads."),
            Err(_) => "The browser refused the download.".into(),
        }
    }

    fn drawn(&self) {
        drawing::measure(CANVAS);
    }
}
