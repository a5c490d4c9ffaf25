//! Schedules, the broken twin, conversion: under hands.

use super::*;
use crate::experiment::Twist;
use crate::theory::{Shape, Span};
use crate::trainer::Command::{Set, SetArms};

fn pick(harness: &mut Harness<'_, App>, menu: &str, item: &str) {
    harness.get_by_role_and_label(Role::ComboBox, menu).click();
    harness.run_steps(3);
    // The menu itself shows the present choice; the item is the last of that name.
    let item = harness.get_all_by_role_and_label(Role::Button, item).last().expect("just asked for");
    item.click();
    harness.run_steps(3);
}

fn type_over(harness: &mut Harness<'_, App>, shown: &str, field: &str, text: &str) {
    harness.get_by_role_and_label(Role::Button, shown).click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::TextInput, field).type_text(text);
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
}

/// A window high enough to see every control.
const HIGH: Vec2 = vec2(1440.0, 1_600.0);

#[test]
fn a_chosen_instrument_comes_into_view() {
    let (mut harness, _) = open(SIZES[0], Theme::Light, State::Paused, 50);
    let title = "Where does the twin exist?";
    harness.get_by_role_and_label(Role::CheckBox, "phase picture").click();
    harness.run_steps(60);
    let picture = harness.get_by_role_and_label(Role::GraphicsObject, title).rect();
    assert!(picture.top() > 48.0 && picture.bottom() < SIZES[0].y, "{picture:?}");
}

#[test]
fn a_schedule_is_chosen_and_typed_and_takes_effect_at_once() {
    let (mut harness, recorder) = open(HIGH, Theme::Light, State::Paused, 50);
    pick(&mut harness, "schedule: constant", "step decay");
    let sent = recorder.take();
    let [Set(Setting::Schedule(schedule))] = &sent[..] else { panic!("{sent:?}") };
    assert!(matches!(&schedule.shape, Shape::Step { milestones, factor } if milestones.len() == 2 && *factor == 0.1));
    recorder.says.borrow_mut().push_back(Event::Changed(crate::experiment::Change {
        step: 50,
        setting: Setting::Schedule(schedule.clone()),
    }));
    harness.run_steps(3);
    type_over(&mut harness, "milestones: 1500, 2250", "milestones", "80e, 120e");
    let sent = recorder.take();
    let [Set(Setting::Schedule(schedule))] = &sent[..] else { panic!("{sent:?}") };
    let Shape::Step { milestones, .. } = &schedule.shape else { panic!("{schedule:?}") };
    assert_eq!(milestones[..], [Span::Epochs(80.0), Span::Epochs(120.0)]);
    type_over(&mut harness, "factor: 0.1", "factor", "7");
    assert_eq!(recorder.take(), []);
    assert!(harness.query_by_label_contains("factor “7” was asked for").is_some());
    type_over(&mut harness, "warm-up: 0", "warm-up", "soon");
    assert_eq!(recorder.take(), []);
    assert!(harness.query_by_label_contains("nor of epochs like 80e").is_some());
}

#[test]
fn a_schedule_drawn_by_hand_is_one_change() {
    let (mut harness, recorder) = open(HIGH, Theme::Light, State::Paused, 50);
    pick(&mut harness, "schedule: constant", "drawn by hand");
    let Some(Set(setting)) = recorder.take().pop() else { panic!("nothing sent") };
    recorder.says.borrow_mut().push_back(Event::Changed(crate::experiment::Change { step: 50, setting }));
    harness.run_steps(3);
    let rect = harness.get_by_label("preview of the schedule and its twin").rect();
    let at = |x: f32, y: f32| egui::pos2(rect.left() + x * rect.width(), rect.top() + y * rect.height());
    harness.hover_at(at(0.2, 0.5));
    harness.run_steps(2);
    harness.drag_at(at(0.2, 0.5));
    for (x, y) in [(0.3, 0.6), (0.4, 0.7), (0.5, 0.8)] {
        harness.run_steps(2);
        harness.hover_at(at(x, y));
    }
    harness.run_steps(2);
    assert_eq!(recorder.take(), [], "nothing is sent while it is drawn");
    harness.drop_at(at(0.5, 0.8));
    harness.run_steps(3);
    let sent = recorder.take();
    let [Set(Setting::Schedule(schedule))] = &sent[..] else { panic!("{sent:?}") };
    let Shape::Curve { points } = &schedule.shape else { panic!("{schedule:?}") };
    let inner: Vec<f64> = points.iter().filter(|p| (700..1_500).contains(&p.0)).map(|p| p.1).collect();
    assert!(inner.len() >= 2 && inner.windows(2).all(|w| w[1] <= w[0]), "it goes down where the hand went: {points:?}");
}

#[test]
fn breaking_the_twin_late_forks_it_and_another_error_waits() {
    for size in [HIGH, vec2(1_024.0, 1_700.0), vec2(390.0, 3_600.0)] {
        let (mut harness, recorder) = open(size, Theme::Light, State::Paused, 50);
        harness.get_by_role_and_label(Role::CheckBox, Arm::Broken.label()).click();
        harness.run_steps(3);
        let sent = recorder.take();
        assert!(
            matches!(&sent[..], [Set(Setting::Twist(Twist::Growth(_))), SetArms(arms)] if arms.broken),
            "the change is recorded before the arm is replayed: {sent:?}"
        );
    }
}

#[test]
fn the_error_is_chosen_with_its_number() {
    let (mut harness, recorder) = open(HIGH, Theme::Light, State::Paused, 50);
    pick(&mut harness, "break the twin: nothing", "decay left on");
    assert!(matches!(recorder.take()[..], [Set(Setting::Twist(Twist::KeepDecay)), SetArms(arms)] if arms.broken));
    let (mut harness, recorder) = open(HIGH, Theme::Dark, State::Paused, 50);
    pick(&mut harness, "break the twin: nothing", "start × 2ᵏ");
    assert!(harness.query_by_label_contains("The same bits").is_some());
    assert_eq!(recorder.take(), [], "it cannot fork");
    type_over(&mut harness, "size of the break: 20", "size of the break", "-7");
    assert!(harness.query_all_by_label_contains("press R").next().is_some());
    harness.key_press(Key::R);
    harness.run_steps(3);
    let sent = recorder.take();
    assert!(
        matches!(&sent[..], [Command::Load(e), Command::Play] if e.arms.broken && e.twist == Some(Twist::Scaled(-7))),
        "{sent:?}"
    );
}

#[test]
fn the_fifth_run_is_called_by_what_it_does() {
    let link = Link::parse("p=growth");
    let (harness, _) = open_link(link, HIGH, Theme::Light, State::Playing, 50);
    let mut session = harness.state().session().clone();
    session.experiment.twist = Some(Twist::KeepFirst);
    assert_eq!(session.label_of(Arm::Broken), "TEXP−−");
    assert_eq!(session.label_of(Arm::Exp), Arm::Exp.label());
    session.experiment.twist = None;
    assert_eq!(session.label_of(Arm::Broken), Arm::Broken.label());
}

#[test]
fn converting_and_back_are_two_changes() {
    let (mut harness, recorder) = open(HIGH, Theme::Light, State::Paused, 50);
    harness.get_by_role_and_label(Role::Button, "convert now").click();
    harness.run_steps(3);
    assert_eq!(recorder.take(), [Set(Setting::Convert(true))]);
    let setting = Setting::Convert(true);
    recorder.says.borrow_mut().push_back(Event::Changed(crate::experiment::Change { step: 50, setting }));
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::Button, "convert back").click();
    harness.run_steps(3);
    assert_eq!(recorder.take(), [Set(Setting::Convert(false))]);
}

#[test]
fn more_changes_than_a_link_holds_are_offered_as_a_file_and_the_page_as_an_iframe() {
    for size in SIZES {
        let mut link = Link::default();
        for step in 1..=150 {
            let setting = Setting::LearningRate(0.1 + step as f64 * 1e-4);
            link.experiment.record(crate::experiment::Change { step, setting });
        }
        let recorder = Recorder::default();
        let mut harness = Harness::builder()
            .with_size(size)
            .with_context_setup(theme::install)
            .build_ui_state(frame, App::new(&Context::default(), link, Box::new(recorder), Box::new(Desk)));
        harness.run_steps(3);
        harness.get_by_role_and_label(Role::Button, "Share").click();
        harness.run_steps(4);
        harness.get_by_role_and_label(Role::Button, "Save as JSON").click();
        harness.run_steps(3);
        pick(&mut harness, "size of the iframe: 1024 × 768: a slide", "390 × 844: a phone");
        harness.get_by_role_and_label(Role::Button, "Copy the iframe").click();
        harness.step();
        let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        assert!(copied.is_some_and(|html| html.contains("width=\"390\" height=\"844\"")));
    }
}

#[test]
fn the_cards_of_the_left_column_are_of_one_width() {
    for size in [vec2(1440.0, 900.0), vec2(1024.0, 768.0)] {
        let (harness, _) = open(size, Theme::Light, State::Playing, 100);
        let right = |label: &str| harness.get_by_label(label).rect().right();
        let first = right("schedule: constant");
        for label in ["break the twin: nothing", "convert now"] {
            assert!((right(label) - first).abs() < 0.6, "{label} at {size}: {} and {first}", right(label));
        }
    }
}
