//! The whole interface, drawn without a window: at every size, in every state, and under hands.

use super::app::{App, Shell, Trains};
use super::fake::{self, State};
use super::theme;
use crate::experiment::view::{Layout, PlotKey};
use crate::experiment::{Arm, Link, Setting};
use crate::trainer::{Command, Event, Speed, Watched};
use egui::{Context, Key, Modifiers, Role, Theme, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// A trainer that says what it is told to and remembers what it was asked.
#[derive(Clone, Default)]
struct Recorder {
    asked: Rc<RefCell<Vec<Command>>>,
    says: Rc<RefCell<VecDeque<Event>>>,
}

impl Trains for Recorder {
    fn send(&self, command: Command) {
        self.asked.borrow_mut().push(command);
    }

    fn poll(&self) -> Option<Event> {
        self.says.borrow_mut().pop_front()
    }
}

impl Recorder {
    /// What was asked since the last call.
    fn take(&self) -> Vec<Command> {
        std::mem::take(&mut self.asked.borrow_mut())
    }
}

struct Desk;

impl Shell for Desk {
    fn page_url(&self) -> String {
        "https://example.org/".into()
    }

    fn pick_files(&self) -> Option<String> {
        Some("Drop them.".into())
    }

    fn save(&self, _ctx: &Context, name: &str, text: String) -> String {
        format!("Saved {name}, {} bytes.", text.len())
    }
}

const SIZES: [Vec2; 3] = [vec2(1440.0, 900.0), vec2(1024.0, 768.0), vec2(390.0, 844.0)];

/// One frame, as eframe would have it.
fn frame(ui: &mut egui::Ui, app: &mut App) {
    app.listen(ui.ctx());
    app.draw(ui);
}

fn open(size: Vec2, theme: Theme, state: State, steps: u64) -> (Harness<'static, App>, Recorder) {
    open_link(Link::default(), size, theme, state, steps)
}

fn open_link(link: Link, size: Vec2, theme: Theme, state: State, steps: u64) -> (Harness<'static, App>, Recorder) {
    let recorder = Recorder::default();
    recorder.says.borrow_mut().extend(fake::events(state, steps));
    let trainer = recorder.clone();
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_context_setup(theme::install)
        .build_ui_state(frame, App::new(&Context::default(), link, Box::new(trainer), Box::new(Desk)));
    harness.run_steps(4);
    assert!(matches!(recorder.take()[..], [Command::Load(_), Command::Play]), "it starts training by itself");
    (harness, recorder)
}

mod controls;
mod tour;

#[test]
fn every_state_draws_at_every_size() {
    for size in SIZES {
        for state in State::ALL {
            for (theme, steps) in [(Theme::Light, 2), (Theme::Dark, 1_600)] {
                let (mut harness, _) = open(size, theme, state, steps);
                harness.state_mut().send(Command::Pause);
                harness.run_steps(2);
            }
        }
    }
}

/// A link that shows every instrument.
fn everything() -> Link {
    let mut link = Link::default();
    link.view.choose(PlotKey::ALL);
    link
}

#[test]
fn every_instrument_draws_in_every_state_at_every_size() {
    // High enough that none is scrolled away: what cannot be seen is not drawn.
    for width in SIZES.map(|size| size.x) {
        for state in State::ALL {
            for (layout, steps) in [(Layout::SideBySide, 0), (Layout::Overlaid, 2), (Layout::SideBySide, 1_600)] {
                let mut link = everything();
                link.view.layout = layout;
                link.view.normalised = steps > 2 && state == State::Paused;
                let (mut harness, recorder) = open_link(link, vec2(width, 7_000.0), Theme::Dark, state, steps);
                harness.run_steps(1);
                let drawn = harness.get_all_by_role(Role::GraphicsObject).count();
                let known = steps > 2 && state != State::Preparing;
                assert!(!known || drawn >= PlotKey::ALL.len(), "{width} {state:?} {steps}: {drawn}");
                assert_eq!(recorder.take(), [], "drawing asks for nothing");
            }
        }
    }
}

#[test]
fn an_instrument_is_chosen_and_goes_into_the_link() {
    for size in SIZES {
        let (mut harness, _) = open(vec2(size.x, 4_000.0), Theme::Light, State::Playing, 50);
        let toggle = |harness: &mut Harness<'_, App>, name: &str| {
            harness.get_by_role_and_label(Role::CheckBox, name).click();
            harness.run_steps(3);
            harness.state().fragment()
        };
        let fragment = toggle(&mut harness, "phase picture");
        assert!(fragment.contains("plots:loss/learning_rate/distance/weight_norm/ratio/accuracy/phase"), "{fragment}");
        let title = "Where does the twin exist?";
        assert!(harness.query_by_role_and_label(Role::GraphicsObject, title).is_some());
        assert_eq!(Link::parse(&fragment).fragment(), fragment);
        let fragment = toggle(&mut harness, "phase picture");
        assert!(!fragment.contains("view="), "{fragment}");
    }
}

#[test]
fn another_filter_is_asked_for_once() {
    let mut link = Link::default();
    link.view.choose([PlotKey::Trajectory]);
    let (mut harness, recorder) = open_link(link, SIZES[0], Theme::Light, State::Paused, 1_600);
    for filter in [1, 2] {
        harness.get_by_role_and_label(Role::Button, "next filter").click();
        harness.run_steps(4);
        assert_eq!(recorder.take(), [Command::Watch(Watched { layer: 0, filter })]);
    }
    harness.get_by_role_and_label(Role::ComboBox, "radius: with its radius").click();
    harness.run_steps(3);
    harness.get_by_label("normalised").click();
    harness.run_steps(3);
    assert!(harness.state().fragment().contains("view=normalised,plots:trajectory"));
}

#[test]
fn the_point_of_lemma_1_can_be_dragged() {
    let mut link = Link::default();
    link.view.choose([PlotKey::Lemma]);
    let (mut harness, recorder) = open_link(link, SIZES[0], Theme::Light, State::Paused, 20);
    let point = |harness: &Harness<'_, App>| harness.get_by_role_and_label(Role::Slider, "the point w").rect().center();
    let before = point(&harness);
    harness.hover_at(before);
    harness.run_steps(2);
    harness.drag_at(before);
    harness.run_steps(2);
    for x in [-8.0, -16.0, -24.0] {
        harness.hover_at(before + vec2(x, 8.0));
        harness.run_steps(2);
    }
    harness.drop_at(before + vec2(-24.0, 8.0));
    harness.run_steps(3);
    assert!((point(&harness) - before - vec2(-24.0, 8.0)).length() < 3.0, "{before} {}", point(&harness));
    assert_eq!(recorder.take(), []);
}

#[test]
fn nothing_is_known_yet() {
    for size in SIZES {
        let (mut harness, recorder) = open(size, Theme::Light, State::Preparing, 0);
        harness.run_steps(2);
        assert!(harness.query_by_label_contains("Getting ready.").is_some());
        recorder.says.borrow_mut().extend(fake::events(State::Playing, 0));
        harness.run_steps(2);
        assert!(harness.query_by_label_contains("Starting.").is_some());
    }
}

#[test]
fn buttons_and_keys_send_their_commands() {
    let (mut harness, recorder) = open(SIZES[0], Theme::Light, State::Playing, 50);
    let click = |harness: &mut Harness<'_, App>, name: &str| {
        harness.get_by_role_and_label(Role::Button, name).click();
        harness.run_steps(3);
        recorder.take()
    };
    assert_eq!(click(&mut harness, "Pause"), [Command::Pause]);
    assert_eq!(click(&mut harness, "Step"), [Command::Step]);
    assert_eq!(click(&mut harness, "Replay"), [Command::Replay, Command::Play]);
    assert!(matches!(click(&mut harness, "Start over")[..], [Command::Load(_), Command::Play]));
    let (mut harness, recorder) = open(SIZES[0], Theme::Light, State::Paused, 50);
    let press = |harness: &mut Harness<'_, App>, modifiers, key| {
        harness.key_press_modifiers(modifiers, key);
        harness.run_steps(3);
        recorder.take()
    };
    assert_eq!(press(&mut harness, Modifiers::NONE, Key::Space), [Command::Play]);
    assert_eq!(press(&mut harness, Modifiers::NONE, Key::Period), [Command::Step]);
    assert_eq!(press(&mut harness, Modifiers::NONE, Key::R), [Command::Replay, Command::Play]);
    assert!(matches!(press(&mut harness, Modifiers::SHIFT, Key::R)[..], [Command::Load(_), Command::Play]));
}

#[test]
fn a_drag_moves_alpha_at_once_and_is_one_command() {
    for size in SIZES {
        let (mut harness, recorder) = open(size, Theme::Light, State::Playing, 50);
        let alpha =
            |harness: &Harness<'_, App>| harness.query_all_by_label_contains("0.99").filter_map(|n| n.value()).next();
        let before = alpha(&harness).expect("α is shown");
        let rect = harness.get_by_role_and_label(Role::Slider, "learning rate").rect();
        let at = |part: f32| egui::pos2(rect.left() + part * rect.width(), rect.center().y);
        harness.hover_at(at(0.5));
        harness.run_steps(2);
        harness.drag_at(at(0.5));
        harness.run_steps(2);
        let mut seen = Vec::new();
        for part in [0.45, 0.4, 0.35, 0.3] {
            harness.hover_at(at(part));
            harness.run_steps(2);
            seen.push(alpha(&harness).expect("α is shown"));
        }
        seen.dedup();
        assert!(seen.len() == 4 && !seen.contains(&before), "α moves with the mouse: {before} {seen:?}");
        assert_eq!(recorder.take(), [], "nothing is sent while it moves");
        harness.drop_at(at(0.3));
        harness.run_steps(3);
        let sent = recorder.take();
        assert!(matches!(sent[..], [Command::Set(Setting::LearningRate(x))] if x > 0.001 && x < 0.1), "{sent:?}");
        harness.run_steps(3);
        assert_eq!(alpha(&harness), seen.pop(), "it stays until the trainer says so");
    }
}

#[test]
fn a_typed_value_is_one_command() {
    let (mut harness, recorder) = open(SIZES[0], Theme::Light, State::Paused, 50);
    harness.get_by_role_and_label(Role::Button, "weight decay value: 0.00200").click();
    harness.run_steps(3);
    let field = harness.get_by_role_and_label(Role::TextInput, "weight decay value");
    field.type_text("5e-4");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(recorder.take(), [Command::Set(Setting::WeightDecay(5e-4))]);
}

#[test]
fn one_click_between_overlaid_and_side_by_side() {
    for size in SIZES {
        let (mut harness, _) = open(size, Theme::Dark, State::Playing, 1_600);
        harness.get_by_label("Side by side").click();
        harness.run_steps(3);
        assert!(harness.state().fragment().contains("view="), "{}", harness.state().fragment());
        harness.get_by_label("Overlaid").click();
        harness.run_steps(3);
        assert!(!harness.state().fragment().contains("view="));
    }
}

#[test]
fn optional_arms_are_switched_and_restarts_are_asked_for() {
    let (mut harness, recorder) = open(vec2(1440.0, 1500.0), Theme::Light, State::Playing, 50);
    harness.get_by_role_and_label(Role::CheckBox, Arm::Control.label()).click();
    harness.run_steps(3);
    assert!(matches!(recorder.take()[..], [Command::SetArms(arms)] if !arms.control && arms.ablation));
    harness.get_by_label("batch · seed");
    let seed = format!("seed: {}", Link::default().experiment.seed);
    harness.get_by_role_and_label(Role::Button, &seed).click();
    harness.run_steps(3);
    harness.get_by_role_and_label(Role::TextInput, "seed").type_text("1011");
    harness.run_steps(2);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert_eq!(recorder.take(), [], "never silently");
    assert!(harness.query_by_label_contains("press R").is_some());
    harness.key_press(Key::R);
    harness.run_steps(3);
    assert!(matches!(&recorder.take()[..], [Command::Load(e), Command::Play] if e.seed == 1011));
}

#[test]
fn an_ended_twin_offers_to_restart_the_gauge() {
    for size in SIZES {
        let (mut harness, recorder) = open(size, Theme::Light, State::TwinEnded, 300);
        harness.get_by_role_and_label(Role::Button, "Restart the gauge").click();
        harness.run_steps(3);
        assert_eq!(recorder.take(), [Command::Set(Setting::RestartGauge), Command::Play]);
    }
}

#[test]
fn panels_open_and_close() {
    for size in SIZES {
        let (mut harness, _) = open(size, Theme::Light, State::Playing, 50);
        harness.get_by_role_and_label(Role::Button, "Share").click();
        harness.run_steps(4);
        assert!(harness.query_by_label("Copy the link").is_some());
        harness.key_press(Key::Escape);
        harness.run_steps(4);
        assert!(harness.query_by_label("Copy the link").is_none());
        harness.get_by_role_and_label(Role::Button, "Help").click();
        harness.run_steps(4);
        assert!(harness.query_by_label("What this is").is_some());
    }
}

#[test]
fn what_a_link_could_not_say_is_said() {
    let link = Link { notes: vec!["link asked lr=50, limited to 10".into()], ..Link::default() };
    let trainer = Recorder::default();
    let mut harness = Harness::builder()
        .with_size(SIZES[1])
        .with_context_setup(theme::install)
        .build_ui_state(frame, App::new(&Context::default(), link, Box::new(trainer), Box::new(Desk)));
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("limited to 10").is_some());
    harness.get_by_label("Dismiss the notices").click();
    harness.run_steps(3);
    assert!(harness.query_by_label_contains("limited to 10").is_none());
}

#[test]
fn a_changed_address_loads_only_what_is_new() {
    let (mut harness, recorder) = open(SIZES[0], Theme::Light, State::Playing, 50);
    let mut link = Link { experiment: harness.state().session().experiment.clone(), ..Link::default() };
    link.view.layout = Layout::SideBySide;
    harness.state_mut().open(link.clone(), false);
    assert_eq!(recorder.take(), []);
    link.experiment.seed = 8;
    harness.state_mut().open(link, false);
    assert!(matches!(&recorder.take()[..], [Command::Load(e), Command::Play] if e.seed == 8));
    assert!(harness.state().fragment().contains("seed=8"), "the address is not written back from the old run");
}

#[test]
fn the_speed_slider_sends_speeds() {
    let (mut harness, recorder) = open(SIZES[0], Theme::Light, State::Playing, 50);
    let rect = harness.get_by_role_and_label(Role::Slider, "speed").rect();
    harness.hover_at(rect.left_center() + vec2(9.0, 0.0));
    harness.run_steps(1);
    harness.drag_at(rect.left_center() + vec2(9.0, 0.0));
    harness.run_steps(2);
    harness.drop_at(rect.left_center() + vec2(9.0, 0.0));
    harness.run_steps(2);
    assert!(matches!(recorder.take()[..], [Command::SetSpeed(Speed::PerSecond(x))] if x < 3.0));
}

#[test]
fn a_drag_over_a_plot_zooms_and_show_all_fits_again() {
    let (mut harness, recorder) = open(SIZES[0], Theme::Light, State::Paused, 1_600);
    let rect = harness.get_by_role_and_label(Role::GraphicsObject, "Training loss").rect();
    let at = |part: f32| egui::pos2(rect.left() + part * rect.width(), rect.center().y);
    assert!(harness.query_all_by_label("show all").next().is_none());
    harness.hover_at(at(0.3));
    harness.run_steps(2);
    harness.drag_at(at(0.3));
    for part in [0.4, 0.5, 0.6] {
        harness.run_steps(2);
        harness.hover_at(at(part));
    }
    harness.run_steps(2);
    harness.drop_at(at(0.6));
    harness.run_steps(3);
    let shown = |harness: &Harness<'_, App>| harness.query_all_by_label("show all").count();
    assert!(shown(&harness) > 0, "zoomed");
    harness.get_all_by_label("show all").next().expect("just seen").click();
    harness.run_steps(3);
    assert_eq!(shown(&harness), 0);
    assert_eq!(recorder.take(), [], "looking changes nothing");
}

#[test]
fn export_and_theme_answer() {
    let (mut harness, _) = open(SIZES[0], Theme::Light, State::Paused, 20);
    harness.get_by_label("Export CSV").click();
    harness.run_steps(3);
    let before = harness.ctx.theme();
    harness.get_by_label("Light or dark").click();
    harness.run_steps(3);
    assert_ne!(harness.ctx.theme(), before);
}
