//! The lab as a desktop window.

use super::app::{App, Shell};
use super::pace;
use crate::experiment::Link;
use crate::host::Host;
use egui::{Context, ViewportBuilder};
use std::process::ExitCode;

/// Opens the window; returns when it is closed.
pub fn open() -> ExitCode {
    let viewport = ViewportBuilder::default()
        .with_title("ExpLR Lab")
        .with_inner_size([1440.0, 900.0])
        .with_min_inner_size([360.0, 480.0]);
    let options = eframe::NativeOptions { viewport, ..Default::default() };
    let opened = eframe::run_native(
        "explr",
        options,
        Box::new(|cc| {
            let ctx = cc.egui_ctx.clone();
            let host = Host::start(move || pace::news(&ctx));
            Ok(Box::new(App::new(&cc.egui_ctx, Link::default(), Box::new(host), Box::new(Desktop))))
        }),
    );
    match opened {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("explr: no window could be opened ({error}); `explr run '<link>'` needs none.");
            ExitCode::FAILURE
        }
    }
}

/// A window has no address and asks for no file name: texts go to the clipboard.
struct Desktop;

impl Shell for Desktop {
    fn page_url(&self) -> String {
        String::new()
    }

    fn pick_files(&self) -> Option<String> {
        Some("Drop the files on this window.".into())
    }

    fn save(&self, ctx: &Context, name: &str, text: String) -> String {
        ctx.copy_text(text);
        format!("{name} is on the clipboard.")
    }
}
