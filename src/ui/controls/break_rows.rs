//! Breaking it, and what does not break it: the broken twin's error, the twin's rule, converting in mid-run.

use super::entry::entry_ui;
use crate::experiment::link::rules;
use crate::experiment::{Arm, Experiment, Setting, Twist, limits};
use crate::session::Session;
use crate::theory::Rule;
use crate::ui::actions::Action;
use crate::ui::state::UiState;
use crate::ui::theme::Palette;
use crate::ui::widgets::{choice, link, row};
use egui::{RichText, Ui};

/// The rows.
pub fn break_rows_ui(ui: &mut Ui, session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = 5.0;
    let now = shown(session, state);
    row(ui, "break the twin", |ui| {
        if let Some(twist) = now {
            number_ui(ui, session, state, twist, actions);
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
            Some(Some(twist)) => choose(session, state, twist, actions),
            Some(None) => mend(session, state, actions),
            None => {}
        }
    });
    if let Some(twist) = now {
        let p = Palette::now(ui);
        ui.label(RichText::new(about(twist)).size(11.5).color(p.quiet));
        if let Some(why) = idle(twist, &state.shown_experiment(session), session.steps_done) {
            ui.label(RichText::new(why).size(11.5).color(p.warn));
        }
    }
    row(ui, "twin's rule", |ui| {
        let rules = [(Rule::Ghost, "ghost weight"), (Rule::TEXP, "TEXP, corrected")];
        let mut wish = state.shown_experiment(session);
        if let Some(rule) = choice(ui, "twin's rule", wish.twin, &rules) {
            wish.twin = rule;
            state.draft = Some(Box::new(wish));
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

/// What is broken: as it waits for a restart, or as it is.
fn shown(session: &Session, state: &UiState) -> Option<Twist> {
    let wish = state.shown_experiment(session);
    let waits = wish.twist != session.experiment.twist;
    let twist = if waits { wish.twist } else { session.experiment.twist_at(session.steps_done) };
    twist.filter(|_| wish.arms.broken)
}

/// Switches the fifth arm: with the error it had, or with the first of the menu.
pub fn switch(session: &Session, state: &mut UiState, on: bool, actions: &mut Vec<Action>) {
    match session.experiment.twist_at(session.steps_done) {
        _ if !on => mend(session, state, actions),
        had => choose(session, state, had.unwrap_or(Twist::ALL[0]), actions),
    }
}

/// Begins to break: from here, where the fifth arm is still the twin. One that differed before, or an error that cannot
/// fork, waits for a fresh start.
fn choose(session: &Session, state: &mut UiState, twist: Twist, actions: &mut Vec<Action>) {
    let experiment = &session.experiment;
    let had = experiment.twist_at(session.steps_done);
    let waits = state.draft.as_ref().is_some_and(|draft| draft.twist != experiment.twist);
    if had == Some(twist) && !waits || had.is_none() && twist.may_fork() {
        if let Some(draft) = &mut state.draft {
            draft.twist = experiment.twist;
        }
        if had.is_none() {
            actions.push(Action::Set(Setting::Twist(twist)));
        }
        if !experiment.arms.broken {
            actions.push(Action::ShowArm(Arm::Broken, true));
        }
    } else {
        let mut wish = state.shown_experiment(session);
        (wish.twist, wish.arms.broken) = (Some(twist), true);
        state.draft = Some(Box::new(wish));
    }
}

/// The fifth arm trains no longer.
fn mend(session: &Session, state: &mut UiState, actions: &mut Vec<Action>) {
    if let Some(draft) = &mut state.draft {
        draft.arms.broken = false;
        draft.twist = session.experiment.twist;
    }
    if session.experiment.arms.broken {
        actions.push(Action::ShowArm(Arm::Broken, false));
    }
}

/// The number of a twist that has one.
fn number_ui(ui: &mut Ui, session: &Session, state: &mut UiState, twist: Twist, actions: &mut Vec<Action>) {
    let (shown, word) = match twist {
        Twist::Growth(power) => (power.to_string(), "growth"),
        Twist::Scaled(k) => (k.to_string(), "scale"),
        _ => return,
    };
    let Some(typed) = entry_ui(ui, "size of the break", &shown, 46.0) else { return };
    match rules::read_twist(&format!("{word}:{}", typed.trim().replace(',', "."))) {
        Ok(twist) => choose(session, state, twist, actions),
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
        Twist::TrainedHead => "head trained too",
        Twist::NoRescaling => "no rescaling",
        Twist::Scaled(_) => "start × 2ᵏ",
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

/// Why it would show nothing in `experiment`, if so.
fn idle(twist: Twist, experiment: &Experiment, step: u64) -> Option<&'static str> {
    match twist {
        Twist::FixedEpsilon if experiment.epsilon == 0.0 => Some("With ε = 0 it is no error: set ε first."),
        Twist::KeepFirst if experiment.schedule_at(step).is_constant() => {
            Some("Without a drop it is TEXP itself: choose step decay.")
        }
        Twist::KeepDecay if experiment.hyper.weight_decay == 0.0 => Some("With λ = 0 it is no error."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::experiment::{Change, View};

    fn at_step_120() -> (Session, UiState) {
        let mut session = Session::new(Experiment::default());
        session.steps_done = 120;
        (session, UiState::new(View::default()))
    }

    #[test]
    fn a_first_error_forks_and_a_second_waits_for_a_fresh_start() {
        let (mut session, mut state) = at_step_120();
        let mut actions = Vec::new();
        switch(&session, &mut state, true, &mut actions);
        let setting = Setting::Twist(Twist::ALL[0]);
        assert_eq!(actions, [Action::Set(setting.clone()), Action::ShowArm(Arm::Broken, true)]);
        assert!(state.draft.is_none());
        session.experiment.record(Change { step: 120, setting });
        session.experiment.arms.broken = true;
        assert_eq!(shown(&session, &state), Some(Twist::ALL[0]));
        actions.clear();
        choose(&session, &mut state, Twist::KeepDecay, &mut actions);
        assert_eq!((actions.len(), shown(&session, &state)), (0, Some(Twist::KeepDecay)));
        let wish = state.shown_experiment(&session);
        assert_eq!((wish.twist, wish.changes.len(), wish.arms.broken), (Some(Twist::KeepDecay), 0, true));
        // Back to what it has: nothing waits any more.
        mend(&session, &mut state, &mut actions);
        assert_eq!(actions, [Action::ShowArm(Arm::Broken, false)]);
        assert_eq!(state.shown_experiment(&session).changes.len(), 1);
    }

    #[test]
    fn what_cannot_fork_waits_too() {
        let (session, mut state) = at_step_120();
        let mut actions = Vec::new();
        for twist in Twist::ALL.into_iter().filter(|twist| !twist.may_fork()) {
            choose(&session, &mut state, twist, &mut actions);
            let wish = state.shown_experiment(&session);
            assert!(actions.is_empty() && wish.arms.broken && wish.twist == Some(twist));
        }
    }

    #[test]
    fn every_error_has_a_name_of_its_own_and_what_would_not_show_is_said() {
        for (i, twist) in Twist::ALL.into_iter().enumerate() {
            assert!(Twist::ALL[..i].iter().all(|other| name(*other) != name(twist) && about(*other) != about(twist)));
        }
        let plain = Experiment::default();
        assert!(idle(Twist::FixedEpsilon, &plain, 0).is_some() && idle(Twist::KeepFirst, &plain, 0).is_some());
        assert!(idle(Twist::FixedEpsilon, &Experiment { epsilon: 0.1, ..plain.clone() }, 0).is_none());
        assert!(idle(Twist::Growth(1.05), &plain, 0).is_none());
    }
}
