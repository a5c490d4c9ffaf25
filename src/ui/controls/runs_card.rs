//! The runs: colour, stroke, name, whether they train. The legend of every plot.

use super::break_rows::{break_rows_ui, switch};
use crate::experiment::Arm;
use crate::session::Session;
use crate::trainer::StopReason;
use crate::ui::actions::Action;
use crate::ui::state::UiState;
use crate::ui::text;
use crate::ui::theme::Palette;
use crate::ui::widgets::{card_title, swatch, tick};
use egui::{Align, Layout, RichText, Ui, vec2};

/// The card's content.
pub fn runs_card_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    ui.spacing_mut().item_spacing.y = 2.0;
    card_title(ui, "Runs");
    ui.add_space(3.0);
    let arms = state.shown_experiment(session).arms;
    for arm in Arm::ALL {
        let on = arms.contains(arm);
        let stop = session.stop_of(arm);
        ui.allocate_ui_with_layout(vec2(ui.available_width(), 21.0), Layout::left_to_right(Align::Center), |ui| {
            swatch(ui, arm, on && stop.is_none());
            ui.label(RichText::new(session.label_of(arm)).color(if on { p.ink } else { p.quiet }));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if !arm.always_on() {
                    let response = tick(ui, on, arm.label());
                    if response.on_hover_text("Switching replays from step 0 to where it is.").clicked() {
                        match arm {
                            Arm::Broken => switch(session, state, !on, actions),
                            _ => actions.push(Action::ShowArm(arm, !on)),
                        }
                    }
                }
                if let Some(stop) = stop {
                    let word = match stop.reason {
                        StopReason::Diverged => "diverged",
                        StopReason::GaugeEnded => "ended",
                    };
                    let text = format!("{word} at {}", text::thousands(stop.step));
                    ui.label(RichText::new(text).color(p.warn));
                } else if arm.always_on() {
                    let converted = arm == Arm::Wd && session.experiment.is_converted_at(session.steps_done);
                    ui.label(RichText::new(if converted { "converted" } else { "always" }).color(p.quiet));
                }
            });
        });
    }
    ui.add_space(3.0);
    break_rows_ui(ui, session, state, actions);
}
