//! The link to exactly what is shown.

use super::actions::{Action, Panel};
use super::icons::Icon;
use super::state::UiState;
use super::theme::{self, Palette};
use super::widgets::{Weight, button, choice, panel_frame, row};
use crate::experiment::limits::MAX_CHANGES;
use crate::session::Session;
use egui::{Context, Id, Modal, RichText, ScrollArea, TextEdit, Ui};

/// The panel, while it is open.
pub fn share_ui(ctx: &Context, session: &Session, state: &UiState, actions: &mut Vec<Action>) {
    if !state.share {
        return;
    }
    let modal = Modal::new(Id::unique("share")).frame(panel_frame(ctx)).show(ctx, |ui| {
        let p = Palette::now(ui);
        ui.set_width(460.0_f32.min(ctx.content_rect().width() - 60.0));
        ui.label(RichText::new("Share exactly this").font(theme::bold(15.0)).color(p.ink));
        let words = "The link holds the settings, the changes made while it ran and the step at which each was made, and \
                     the engine and precision in use. On the same engine it trains to the same bits.";
        ui.add(egui::Label::new(RichText::new(words).color(p.quiet)).wrap());
        ui.add_space(4.0);
        let mut text = state.link.as_str();
        // A link with a hundred changes is longer than a screen is high.
        ScrollArea::vertical().max_height(96.0).show(ui, |ui| {
            let field = TextEdit::multiline(&mut text).desired_rows(3).desired_width(f32::INFINITY);
            ui.add(field).accessible_name("the link");
        });
        if session.experiment.changes.len() > MAX_CHANGES {
            let sentence = format!(
                "It was changed more than {MAX_CHANGES} times; the link holds the first {MAX_CHANGES}. The file holds all: \
                 explr.send(…) in the page's console takes what is in it."
            );
            ui.add(egui::Label::new(RichText::new(sentence).color(p.warn)).wrap());
            if button(ui, Some(Icon::Save), "Save all changes as JSON", "Save as JSON", Weight::Plain, true).clicked() {
                actions.push(Action::SaveExperiment);
            }
        }
        size_ui(ui, state, actions);
        ui.add_space(4.0);
        ui.horizontal_wrapped(|ui| {
            if button(ui, None, "Copy the link", "Copy the link", Weight::Primary, true).clicked() {
                actions.push(Action::Copy(state.link.clone()));
                actions.push(Action::Panel(Panel::Share, false));
            }
            if button(ui, None, "Copy <iframe>", "Copy the iframe", Weight::Plain, true).clicked() {
                actions.push(Action::Copy(iframe(&state.link, state.frame)));
                actions.push(Action::Panel(Panel::Share, false));
            }
            if button(ui, None, "Close", "Close", Weight::Plain, true).clicked() {
                actions.push(Action::Panel(Panel::Share, false));
            }
        });
    });
    if modal.should_close() {
        actions.push(Action::Panel(Panel::Share, false));
    }
}

/// Sizes of an embedded page that show it whole: a column of a text, a laptop's slide, a whole screen.
const FRAMES: [([u32; 2], &str); 4] = [
    ([390, 844], "390 × 844: a phone"),
    ([800, 900], "800 × 900: a column"),
    ([1024, 768], "1024 × 768: a slide"),
    ([1440, 900], "1440 × 900: a screen"),
];

/// The size of an `<iframe>` before anybody chose.
pub const FRAME: [u32; 2] = [1024, 768];

fn size_ui(ui: &mut Ui, state: &UiState, actions: &mut Vec<Action>) {
    row(ui, "size of the <iframe>", |ui| {
        if let Some(size) = choice(ui, "size of the iframe", state.frame, &FRAMES) {
            actions.push(Action::Frame(size));
        }
    });
}

/// The page with this link inside another page, `[width, height]` in CSS pixels.
fn iframe(link: &str, [width, height]: [u32; 2]) -> String {
    let link = link.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe src=\"{link}\" width=\"{width}\" height=\"{height}\" title=\"ExpLR Lab\" allow=\"clipboard-write\" \
         style=\"border:0\"></iframe>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_one_attribute() {
        let html = iframe("https://example.org/?a=\"x\"#v=1&lr=0.2", FRAME);
        assert!(html.starts_with("<iframe src=\"https://example.org/?a=&quot;x&quot;#v=1&amp;lr=0.2\" width=\"1024\""));
        assert_eq!(html.matches('"').count() % 2, 0);
        assert!(FRAMES.iter().any(|(size, _)| *size == FRAME));
    }
}
