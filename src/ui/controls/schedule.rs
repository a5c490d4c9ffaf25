//! The schedule of η: its kind, its numbers, its warm-up. A change takes effect in the running experiment.

use super::entry::entry_ui;
use super::preview::preview_ui;
use crate::experiment::link::schedule as text;
use crate::experiment::{Setting, limits};
use crate::session::Session;
use crate::theory::{Shape, Span};
use crate::ui::actions::Action;
use crate::ui::state::UiState;
use crate::ui::theme::Palette;
use crate::ui::widgets::{choice, row};
use egui::{RichText, Ui};

/// The kinds, as the menu shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Constant,
    Step,
    Cosine,
    Restarts,
    Triangular,
    Drawn,
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::Constant, "constant"),
    (Kind::Step, "step decay"),
    (Kind::Cosine, "cosine"),
    (Kind::Restarts, "cosine, restarts"),
    (Kind::Triangular, "triangular"),
    (Kind::Drawn, "drawn by hand"),
];

fn kind(shape: &Shape) -> Kind {
    match shape {
        Shape::Constant => Kind::Constant,
        Shape::Step { .. } => Kind::Step,
        Shape::Cosine { restarts: false, .. } => Kind::Cosine,
        Shape::Cosine { restarts: true, .. } => Kind::Restarts,
        Shape::Triangular { .. } => Kind::Triangular,
        Shape::Curve { .. } => Kind::Drawn,
    }
}

/// A shape of this kind that shows within `steps` steps.
fn usual(kind: Kind, steps: u64) -> Shape {
    let part = |numerator: u64, denominator: u64| Span::Steps((steps * numerator / denominator).max(1));
    match kind {
        Kind::Constant => Shape::Constant,
        Kind::Step => Shape::Step { milestones: vec![part(1, 2), part(3, 4)], factor: 0.1 },
        Kind::Cosine => Shape::Cosine { period: part(1, 1), floor: 0.0, restarts: false },
        Kind::Restarts => Shape::Cosine { period: part(1, 4), floor: 0.0, restarts: true },
        Kind::Triangular => Shape::Triangular { period: part(1, 3), floor: 0.0 },
        Kind::Drawn => Shape::Curve { points: vec![(0, 1.0), (steps / 2, 1.0), (steps, 0.1)] },
    }
}

/// The rows and the preview.
pub fn schedule_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    let now = session.experiment.schedule_at(session.steps_done);
    let mut wish = now.clone();
    ui.spacing_mut().item_spacing.y = 1.0;
    row(ui, "schedule", |ui| {
        if let Some(kind) = choice(ui, "schedule", kind(&wish.shape), &KINDS) {
            wish.shape = usual(kind, session.experiment.steps);
        }
    });
    shape_ui(ui, &mut wish.shape, actions);
    span_ui(ui, "warm-up", &mut wish.warmup, actions);
    ui.add_space(3.0);
    if let Some(drawn) = preview_ui(ui, session, state, &now) {
        wish.shape = Shape::Curve { points: drawn };
    }
    if wish != now {
        actions.push(Action::Set(Setting::Schedule(wish)));
    }
}

fn shape_ui(ui: &mut Ui, shape: &mut Shape, actions: &mut Vec<Action>) {
    match shape {
        Shape::Constant => {}
        Shape::Step { milestones, factor } => {
            row(ui, "drops at", |ui| {
                let shown = milestones.iter().map(|&m| text::span(m)).collect::<Vec<_>>().join(", ");
                let Some(typed) = entry_ui(ui, "milestones", &shown, 130.0) else { return };
                let read: Result<Vec<Span>, String> =
                    typed.split([',', ' ', ';']).filter(|word| !word.is_empty()).map(text::read_span).collect();
                match read {
                    Ok(list) if (1..=limits::MAX_POINTS).contains(&list.len()) => *milestones = list,
                    Ok(_) => {
                        say(actions, "milestones", &typed, &format!("of which 1 to {} are taken", limits::MAX_POINTS))
                    }
                    Err(why) => say(actions, "milestones", &typed, &why),
                }
            });
            real_ui(ui, "factor", factor, &limits::STEP_FACTOR, actions);
        }
        Shape::Cosine { period, floor, .. } | Shape::Triangular { period, floor } => {
            span_ui(ui, "period", period, actions);
            real_ui(ui, "floor", floor, &limits::FLOOR, actions);
        }
        Shape::Curve { .. } => {
            let p = Palette::now(ui);
            ui.label(RichText::new("Draw in the picture: η as a fraction of the slider's.").size(11.5).color(p.quiet));
        }
    }
}

/// Steps, or with an e epochs.
fn span_ui(ui: &mut Ui, name: &str, span: &mut Span, actions: &mut Vec<Action>) {
    row(ui, name, |ui| {
        let Some(typed) = entry_ui(ui, name, &text::span(*span), 80.0) else { return };
        match text::read_span(typed.trim()) {
            Ok(read) => *span = read,
            Err(why) => say(actions, name, &typed, &why),
        }
    });
}

fn real_ui(ui: &mut Ui, name: &str, value: &mut f64, range: &std::ops::RangeInclusive<f64>, actions: &mut Vec<Action>) {
    row(ui, name, |ui| {
        let Some(typed) = entry_ui(ui, name, &value.to_string(), 80.0) else { return };
        match text::read_real(name, &typed.trim().replace(',', "."), "", range) {
            Ok(read) => *value = read,
            Err(why) => say(actions, name, &typed, &why),
        }
    });
}

fn say(actions: &mut Vec<Action>, name: &str, typed: &str, why: &str) {
    actions.push(Action::Notice(format!("{name} “{typed}” was asked for, {why}; nothing was changed.")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_usual_shape_of_its_kind_that_a_link_can_carry() {
        for (one, _) in KINDS {
            for steps in [1, 3, 3_000] {
                let schedule = crate::theory::Schedule::of(usual(one, steps));
                assert_eq!(kind(&schedule.shape), one);
                if steps > 1 {
                    assert_eq!(text::read(&text::write(&schedule)).as_ref(), Ok(&schedule));
                }
            }
        }
    }
}
