//! Draws the verdict.

use super::actions::Action;
use super::layout::Room;
use super::theme::{self, Palette};
use super::verdict::{Tone, Verdict};
use super::widgets::{Weight, button, card};
use crate::experiment::{Arm, Setting};
use egui::text::LayoutJob;
use egui::{Align, Color32, Layout, Margin, Role, Sense, TextFormat, Ui, WidgetInfo, vec2};

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
    card(ui, margin, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            ui.set_min_height(24.0);
            let offers = verdict.offers_restart && room != Room::Narrow;
            let width = ui.available_width() - if offers { 150.0 } else { 0.0 };
            sentence_ui(ui, verdict, room, width, dot);
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

/// The dot and the sentence, as one block: the dot stands beside the first line.
fn sentence_ui(ui: &mut Ui, verdict: &Verdict, room: Room, width: f32, dot: Color32) {
    const INDENT: f32 = 22.0;
    let p = Palette::now(ui);
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
    job.wrap = egui::text::TextWrapping::wrap_at_width(width - INDENT);
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(galley.size() + vec2(INDENT, 0.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, verdict.plain()));
    let middle = galley.rows.first().map_or(8.0, |row| row.rect().center().y);
    ui.painter().circle_filled(rect.left_top() + vec2(4.5, middle), 4.5, dot);
    ui.painter().galley(rect.left_top() + vec2(INDENT, 0.0), galley, p.ink);
}
