//! η, λ and γ of the weight-decay run. While one is dragged, everything that theory knows moves with it; the trainer hears
//! of it once, when it is let go.

use super::entry::entry_ui;
use super::slider::{Touch, slider_ui};
use crate::experiment::Arm;
use crate::session::Session;
use crate::theory::{Ghost, Hyper};
use crate::ui::actions::Action;
use crate::ui::state::{Knob, Symbol, UiState};
use crate::ui::text;
use crate::ui::theme::{self, BUTTON_RADIUS, Palette};
use egui::{Align, Layout, Rect, RichText, Shape, Ui, vec2};

/// Seconds of quiet after which arrow keys count as one change.
const NUDGE_SECS: f64 = 0.5;

/// The three sliders.
pub fn sliders_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    for (i, knob) in Knob::ALL.into_iter().enumerate() {
        if i > 0 {
            ui.add_space(3.0);
        }
        knob_ui(ui, i, knob, session, state, actions);
    }
}

fn knob_ui(ui: &mut Ui, i: usize, knob: Knob, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    let h = state.shown_hyper(session);
    let value = knob.get(h);
    let now = ui.input(|input| input.time);
    let p = Palette::now(ui);
    let mut commit = None;
    let (behind, start) = (ui.painter().add(Shape::Noop), ui.cursor().min);
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 22.0), Layout::left_to_right(Align::Center), |ui| {
        ui.label(RichText::new(knob.symbol()).font(theme::bold(16.0)).color(p.ink));
        ui.label(RichText::new(knob.name()).color(p.ink));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if let Some(typed) = entry_ui(ui, &format!("{} value", knob.name()), &text::setting(value), 90.0) {
                commit = accept(knob, &typed, actions);
            }
        });
    });
    let ghost = session.ghost.unwrap_or_else(|| Ghost::new(true));
    // A schedule that moves at every step must not have the zone computed again in every frame.
    let factor = coarse(session.driven(Hyper { lr: 1.0, ..h }).lr);
    let knob_state = &mut state.knobs[i];
    let zone = if session.stop_of(Arm::Exp).is_some() { &[] } else { knob_state.zone.ends(ghost, h, knob, factor) };
    let (_, touch) = slider_ui(ui, knob.name(), knob.scale(), value, zone);
    if state.lit == Some(Symbol::Knob(knob)) {
        let row = Rect::from_min_max(start, ui.min_rect().max).expand2(vec2(7.0, 1.0));
        ui.painter().set(behind, Shape::rect_filled(row, BUTTON_RADIUS, p.light(Arm::Wd)));
    }
    match touch {
        Touch::None => {}
        Touch::Drag(x) => knob_state.draft = Some(x),
        Touch::Nudge(x) => {
            knob_state.draft = Some(x);
            knob_state.nudged = Some(now);
        }
        Touch::Release => commit = knob_state.draft,
    }
    if let Some(at) = knob_state.nudged {
        if now - at > NUDGE_SECS {
            knob_state.nudged = None;
            commit = commit.or(knob_state.draft);
        } else {
            ui.ctx().request_repaint_after_secs(NUDGE_SECS as f32);
        }
    }
    if let Some(x) = commit {
        knob_state.draft = None;
        knob_state.nudged = None;
        if x != knob.get(session.hyper_now()) {
            knob_state.sent = Some((x, now));
            actions.push(Action::Set(knob.setting(x)));
        }
    }
}

/// To two digits.
fn coarse(x: f64) -> f64 {
    format!("{x:.1e}").parse().unwrap_or(x)
}

/// A typed value within its limits, or a sentence about it.
fn accept(knob: Knob, typed: &str, actions: &mut Vec<Action>) -> Option<f64> {
    let Some(x) = text::parse(typed) else {
        actions.push(Action::Notice(format!("“{typed}” is not a number; the {} stays as it is.", knob.name())));
        return None;
    };
    let limits = knob.limits();
    let limited = x.clamp(*limits.start(), *limits.end());
    if limited != x {
        let sentence =
            format!("A {} of {typed} was asked for; it is limited to {}.", knob.name(), text::setting(limited));
        actions.push(Action::Notice(sentence));
    }
    Some(limited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_values_are_limited_with_a_sentence() {
        let mut actions = Vec::new();
        assert_eq!(accept(Knob::LearningRate, "0,05", &mut actions), Some(0.05));
        assert!(actions.is_empty());
        assert_eq!(accept(Knob::LearningRate, "50", &mut actions), Some(10.0));
        assert_eq!(accept(Knob::Momentum, "x", &mut actions), None);
        assert_eq!(actions.len(), 2);
        assert!(matches!(&actions[0], Action::Notice(s) if s.contains("50") && s.contains("10")));
    }
}
