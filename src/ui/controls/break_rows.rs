//! Breaking it, and what does not break it: the broken twin's error, the twin's rule, converting in mid-run.

use super::entry::entry_ui;
use crate::experiment::link::rules;
use crate::experiment::{Arm, Experiment, Setting, Twist, limits};
use crate::session::Session;
use crate::theory::Rule;
use crate::ui::actions::Action;
use crate::ui::theme::Palette;
use crate::ui::widgets::{choice, link, row};
use egui::{RichText, Ui};

/// The rows.
pub fn break_rows_ui(ui: &mut Ui, session: &Session, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = 5.0;
    let trains = session.experiment.arms.contains(Arm::Broken);
    let now = session.experiment.twist_at(session.steps_done).filter(|_| trains);
    row(ui, "break the twin", |ui| {
        if let Some(twist) = now {
            number_ui(ui, session, twist, actions);
        }
        let same = |a: Twist| now.is_some_and(|b| std::mem::discriminant(&a) == std::mem::discriminant(&b));
        let names: Vec<(Option<Twist>, String)> = std::iter::once((None, "nothing".to_owned()))
            .chain(Twist::ALL.map(|one| {
                let one = now.filter(|_| same(one)).unwrap_or(one);
                (Some(one), name(one).to_owned())
            }))
            .collect();
        let all: Vec<(Option<Twist>, &str)> = names.iter().map(|(twist, name)| (*twist, name.as_str())).collect();
        match choice(ui, "break the twin", now, &all) {
            Some(Some(twist)) => choose(session, twist, actions),
            Some(None) => actions.push(Action::ShowArm(Arm::Broken, false)),
            None => {}
        }
    });
    if let Some(twist) = now {
        let p = Palette::now(ui);
        ui.label(RichText::new(about(twist)).size(11.5).color(p.quiet));
    }
    row(ui, "twin's rule", |ui| {
        let rules = [(Rule::Ghost, "ghost weight"), (Rule::TEXP, "TEXP, corrected")];
        if let Some(rule) = choice(ui, "twin's rule", session.experiment.twin, &rules) {
            start(session, |experiment| experiment.twin = rule, actions);
        }
    });
    row(ui, "weight-decay run", |ui| {
        let converted = session.experiment.is_converted_at(session.steps_done);
        let text = if converted { "convert back" } else { "convert now" };
        let hint = "Switches weight decay off in mid-run and lets the learning rate grow instead: the function goes on as \
                    if nothing had happened. And back.";
        if link(ui, text).on_hover_text(hint).clicked() {
            actions.push(Action::Set(Setting::Convert(!converted)));
        }
    });
}

/// Begins to break: from here where that can be, else from a fresh start.
fn choose(session: &Session, twist: Twist, actions: &mut Vec<Action>) {
    if !twist.may_fork() {
        return start(session, |experiment| experiment.twist = Some(twist), actions);
    }
    actions.push(Action::Set(Setting::Twist(twist)));
    if !session.experiment.arms.contains(Arm::Broken) {
        actions.push(Action::ShowArm(Arm::Broken, true));
    }
}

/// Starts over with one thing changed and the fifth arm as it was, or on where it has something to show.
fn start(session: &Session, change: impl FnOnce(&mut Experiment), actions: &mut Vec<Action>) {
    let mut experiment = session.experiment.with_present_values(session.steps_done);
    change(&mut experiment);
    let breaks = experiment.twist.is_some();
    experiment.arms = experiment.arms.with(Arm::Broken, breaks);
    actions.push(Action::Load(Box::new(experiment)));
}

/// The number of a twist that has one.
fn number_ui(ui: &mut Ui, session: &Session, twist: Twist, actions: &mut Vec<Action>) {
    let (shown, word) = match twist {
        Twist::Growth(power) => (power.to_string(), "growth"),
        Twist::Scaled(k) => (k.to_string(), "scale"),
        _ => return,
    };
    let Some(typed) = entry_ui(ui, "size of the break", &shown, 46.0) else { return };
    match rules::read_twist(&format!("{word}:{}", typed.trim().replace(',', "."))) {
        Ok(twist) => choose(session, twist, actions),
        Err(why) => actions.push(Action::Notice(format!("“{typed}” was asked for, {why}; nothing was changed."))),
    }
}

/// In the menu.
fn name(twist: Twist) -> &'static str {
    match twist {
        Twist::Growth(_) => "growth off",
        Twist::FixedEpsilon => "ε not scheduled",
        Twist::Naive { .. } => "empty buffer",
        Twist::KeepFirst => "TEXP−−",
        Twist::KeepDecay => "decay left on",
        Twist::TrainedHead => "head trained (starts over)",
        Twist::NoRescaling => "no rescaling",
        Twist::Scaled(_) => "start × 2ᵏ (starts over)",
    }
}

/// In a sentence.
fn about(twist: Twist) -> String {
    match twist {
        Twist::Growth(_) => "The learning rate's growth is taken to this power.".into(),
        Twist::FixedEpsilon => "The weights grow and ε does not: it counts less and less. Needs ε > 0.".into(),
        Twist::Naive { .. } => "The closed form α⁻²ᵗ⁻¹η without the buffer it wants at the start.".into(),
        Twist::KeepFirst => "After a drop the learning rate goes on growing as before it.".into(),
        Twist::KeepDecay => "Exponential learning rate and weight decay at once.".into(),
        Twist::TrainedHead => "With a trained head the loss sees the weights' scale.".into(),
        Twist::NoRescaling => "Nothing is halved: in f32 the norms overflow.".into(),
        Twist::Scaled(_) => format!(
            "No error: every weight times 2ᵏ, η·4ᵏ, λ/4ᵏ. The same bits (k from {} to {}).",
            limits::SCALE.start(),
            limits::SCALE.end()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fork_is_set_and_what_cannot_fork_starts_over() {
        let session = Session::new(Experiment::default());
        let mut actions = Vec::new();
        choose(&session, Twist::KeepDecay, &mut actions);
        let set = Action::Set(Setting::Twist(Twist::KeepDecay));
        assert_eq!(actions, [set, Action::ShowArm(Arm::Broken, true)]);
        actions.clear();
        choose(&session, Twist::Scaled(3), &mut actions);
        let [Action::Load(experiment)] = &actions[..] else { panic!("{actions:?}") };
        assert!(experiment.arms.broken && experiment.twist == Some(Twist::Scaled(3)));
    }
}
