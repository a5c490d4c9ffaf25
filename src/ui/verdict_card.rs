//! Draws the verdict.

use super::actions::Action;
use super::layout::Room;
use super::theme::{self, Palette};
use super::verdict::{Tone, Verdict};
use super::widgets::{Weight, button, card_frame};
use crate::experiment::{Arm, Setting};
use egui::text::LayoutJob;
use egui::{Align, Label, Layout, Margin, Sense, TextFormat, Ui, vec2};

/// The card.
pub fn verdict_ui(ui: &mut Ui, verdict: &Verdict, room: Room, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    let dot = match verdict.tone {
        Tone::Waiting => p.quiet,
        Tone::Same => p.good,
        Tone::Parted => p.warn,
        Tone::Failed => p.bad,
    };
    let margin = if room == Room::Narrow { Margin::symmetric(16, 12) } else { Margin::symmetric(18, 10) };
    card_frame(ui, margin).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_min_height(24.0);
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(9.0, 22.0), Sense::hover());
            ui.painter().circle_filled(rect.center(), 4.5, dot);
            ui.add_space(4.0);
            let offers = verdict.offers_restart && room != Room::Narrow;
            let width = ui.available_width() - if offers { 150.0 } else { 0.0 };
            ui.allocate_ui_with_layout(vec2(width, 22.0), Layout::top_down(Align::Min), |ui| {
                sentence_ui(ui, verdict, room, &p);
            });
            if offers {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| restart_ui(ui, actions));
            }
        });
        if verdict.offers_restart && room == Room::Narrow {
            restart_ui(ui, actions);
        }
    });
}

fn restart_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    let why = "Exact: the twin's buffer takes u q θ̃, and q becomes 0. Training then goes on.";
    let response = button(ui, None, "Restart the gauge", "Restart the gauge", Weight::Primary, true);
    if response.on_hover_text(why).clicked() {
        actions.push(Action::Set(Setting::RestartGauge));
        actions.push(Action::TogglePlay);
    }
}

fn sentence_ui(ui: &mut Ui, verdict: &Verdict, room: Room, p: &Palette) {
    let size = if room == Room::Wide { 13.5 } else { 13.0 };
    let plain = TextFormat { valign: Align::Center, ..TextFormat::simple(theme::regular(size), p.ink) };
    let bold = TextFormat { font_id: theme::bold(size + 0.5), ..plain.clone() };
    let mut job = LayoutJob::default();
    let headline = if room == Room::Narrow { format!("{}\n", verdict.headline) } else { verdict.headline.clone() };
    job.append(&headline, 0.0, bold);
    let mut gap = if room == Room::Narrow { 0.0 } else { 12.0 };
    for part in &verdict.parts {
        let format = match part.arm {
            None => plain.clone(),
            Some(Arm::Control) => TextFormat { font_id: theme::bold(size), ..plain.clone() },
            Some(arm) => TextFormat { font_id: theme::bold(size), color: p.arm_text(arm), ..plain.clone() },
        };
        job.append(&part.text, gap, format);
        gap = 0.0;
    }
    ui.add(Label::new(job).wrap());
}
