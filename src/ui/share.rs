//! The link to exactly what is shown.

use super::actions::{Action, Panel};
use super::state::UiState;
use super::theme::{self, Palette};
use super::widgets::{Weight, button, panel_frame};
use crate::experiment::limits::MAX_CHANGES;
use crate::session::Session;
use egui::{Context, Id, Modal, RichText, TextEdit};

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
        ui.add(TextEdit::multiline(&mut text).desired_rows(3).desired_width(f32::INFINITY)).accessible_name("the link");
        if session.experiment.changes.len() > MAX_CHANGES {
            let sentence = format!("It was changed more than {MAX_CHANGES} times; the link holds the first {MAX_CHANGES}.");
            ui.label(RichText::new(sentence).color(p.warn));
        }
        ui.add_space(4.0);
        ui.horizontal(|ui| {
            if button(ui, None, "Copy the link", "Copy the link", Weight::Primary, true).clicked() {
                actions.push(Action::Copy(state.link.clone()));
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
