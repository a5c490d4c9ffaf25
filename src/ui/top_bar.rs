//! The top bar: what it is called, transport, speed, where it stands, what it runs on.

use super::actions::{Action, Panel};
use super::icons::Icon;
use super::layout::Room;
use super::state::UiState;
use super::text;
use super::theme::{self, Palette};
use super::tour;
use super::widgets::{Weight, button, either, wide_button};
use crate::experiment::Arm;
use crate::experiment::view::Layout as Runs;
use crate::session::Session;
use crate::trainer::{RunState, Speed};
use egui::{Align, Layout, Response, RichText, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// From this width of the bar on its buttons have words, points.
const ROOMY: f32 = 1_380.0;

/// The bar's content.
pub fn top_bar_ui(ui: &mut Ui, session: &Session, state: &UiState, room: Room, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    ui.horizontal_centered(|ui| {
        let roomy = room == Room::Wide && ui.available_width() >= ROOMY;
        ui.spacing_mut().item_spacing.x = if roomy { 10.0 } else { 7.0 };
        ui.label(RichText::new("ExpLR Lab").font(theme::bold(15.0)).color(p.ink));
        if room != Room::Narrow {
            ui.add_space(4.0);
            transport_ui(ui, session, if roomy { Room::Wide } else { Room::Medium }, actions);
            if roomy {
                ui.add_space(4.0);
                ui.label(RichText::new("speed").color(p.quiet));
            }
            speed_ui(ui, state.speed, if roomy { 96.0 } else { 64.0 }, actions);
            if room == Room::Wide {
                ui.label(RichText::new(progress(session)).color(p.quiet));
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            panel_button(ui, "?", "Help", Panel::Help, state.help, actions);
            if button(ui, Some(Icon::Theme), "", "Light or dark", Weight::Plain, true).clicked() {
                actions.push(Action::ToggleTheme);
            }
            panel_button(ui, "Share", "Share", Panel::Share, state.share, actions);
            if button(ui, None, "Tour", "Tour", Weight::Plain, true).on_hover_text("what there is to see").clicked() {
                actions.extend(tour::toggle(state));
            }
            if room == Room::Narrow {
                return;
            }
            let save = button(ui, Some(Icon::Save), "", "Export CSV", Weight::Plain, session.steps_done > 0);
            if save.on_hover_text("All series as CSV, in full precision").clicked() {
                actions.push(Action::ExportCsv);
            }
            if room == Room::Wide {
                engine_ui(ui, session, state);
            }
            layout_ui(ui, state, actions);
        });
    });
}

/// Play, step, replay, start over.
pub fn transport_ui(ui: &mut Ui, session: &Session, room: Room, actions: &mut Vec<Action>) {
    let ready = session.state != RunState::Preparing && session.failure.is_none();
    let playing = matches!(session.state, RunState::Playing | RunState::Replaying { .. });
    let words = |text| if room == Room::Wide { text } else { "" };
    let (icon, text, name) = if playing { (Icon::Pause, "Pause", "Pause") } else { (Icon::Play, "Play", "Play") };
    let play = wide_button(ui, Some(icon), text, name, Weight::Primary, ready, "Pause");
    if play.on_hover_text("space").clicked() {
        actions.push(Action::TogglePlay);
    }
    if button(ui, Some(Icon::Step), words("Step"), "Step", Weight::Plain, ready).on_hover_text("one step  .").clicked()
    {
        actions.push(Action::Step);
    }
    let replay = button(ui, Some(Icon::Replay), words("Replay"), "Replay", Weight::Plain, ready);
    if replay.on_hover_text("from step 0, with the recorded changes  r").clicked() {
        actions.push(Action::Replay);
    }
    let over = button(ui, Some(Icon::StartOver), "", "Start over", Weight::Plain, ready);
    if over.on_hover_text("start over with the present values  shift r").clicked() {
        actions.push(Action::StartOver);
    }
}

/// Overlaid or side by side.
pub fn layout_ui(ui: &mut Ui, state: &UiState, actions: &mut Vec<Action>) {
    let chosen = usize::from(state.view.layout == Runs::Overlaid);
    match either(ui, ["Side by side", "Overlaid"], chosen) {
        Some(0) => actions.push(Action::Layout(Runs::SideBySide)),
        Some(_) => actions.push(Action::Layout(Runs::Overlaid)),
        None => {}
    }
}

/// What it runs on, how fast, on how much; the reason as a tooltip.
pub fn engine_ui(ui: &mut Ui, session: &Session, state: &UiState) {
    let p = Palette::now(ui);
    let label = ui.label(RichText::new(engine_text(session, state)).color(p.quiet));
    let mut why = session.engine.reason.clone();
    if !session.engine.device.is_empty() {
        why = format!("{}\n{why}", session.engine.device);
    }
    let seen = session.steps_done * session.experiment.batch as u64;
    label.on_hover_text(format!("{why}\n{} images seen by each run", text::thousands(seen)));
}

/// `CPU · f32 · 82 steps/s · 102,400 images`.
pub fn engine_text(session: &Session, state: &UiState) -> String {
    if session.engine.kind.is_empty() {
        return "no engine yet".into();
    }
    let rate = state.steps_per_second;
    let rate = if rate >= 10.0 { format!("{rate:.0}") } else { format!("{rate:.1}") };
    format!("{} · {} · {rate} steps/s", session.engine.kind, session.engine.precision.key())
}

/// `step 1,600 · epoch 25.4`.
pub fn progress(session: &Session) -> String {
    let step = format!("step {}", text::thousands(session.steps_done));
    let epoch = match session.steps_per_epoch {
        0 => String::new(),
        steps => format!(" · epoch {:.1}", session.steps_done as f64 / steps as f64),
    };
    let state = match session.state {
        RunState::Paused => " · paused",
        RunState::Finished => " · finished",
        RunState::Preparing | RunState::Playing | RunState::Replaying { .. } | RunState::TwinEnded => "",
    };
    format!("{step}{epoch}{state}")
}

fn panel_button(ui: &mut Ui, text: &str, name: &str, panel: Panel, open: bool, actions: &mut Vec<Action>) -> Response {
    let response = button(ui, None, text, name, Weight::Plain, true);
    if response.clicked() {
        actions.push(Action::Panel(panel, !open));
    }
    response
}

/// Position of the speed slider from which on there is no limit.
const UNLIMITED: f64 = 0.96;
/// Fastest limited speed, steps a second.
const FASTEST: f64 = 200.0;

fn speed_ui(ui: &mut Ui, speed: Speed, width: f32, actions: &mut Vec<Action>) {
    let p = Palette::now(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
    let response = ui.interact(rect, egui::Id::unique("speed"), Sense::drag());
    let position = speed_position(speed);
    response.widget_info(|| WidgetInfo::slider(true, position, "speed"));
    let (from, to) = (rect.left() + 7.0, rect.right() - 7.0);
    let y = rect.center().y;
    let x = from + position as f32 * (to - from);
    ui.painter().hline(rect.x_range(), y, Stroke::new(4.0, p.track));
    ui.painter().hline(rect.left()..=x, y, Stroke::new(4.0, p.quiet));
    ui.painter().circle(pos2(x, y), 6.5, p.page, Stroke::new(2.0, p.quiet));
    if response.has_focus() {
        ui.painter().circle_stroke(pos2(x, y), 9.5, Stroke::new(1.0, p.arm(Arm::Wd)));
    }
    let words = match speed {
        Speed::Max => "as fast as it goes".into(),
        Speed::PerSecond(rate) => format!("{rate} steps a second"),
    };
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on()) {
        let wish = speed_at(f64::from((at.x - from) / (to - from)));
        if wish != speed {
            actions.push(Action::Speed(wish));
        }
    }
    response.on_hover_text(words);
}

fn speed_position(speed: Speed) -> f64 {
    match speed {
        Speed::Max => 1.0,
        Speed::PerSecond(rate) => (rate.clamp(1.0, FASTEST).ln() / FASTEST.ln() * UNLIMITED).clamp(0.0, UNLIMITED),
    }
}

fn speed_at(position: f64) -> Speed {
    if position >= UNLIMITED {
        Speed::Max
    } else {
        Speed::PerSecond(FASTEST.powf(position.max(0.0) / UNLIMITED).round())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_from_one_to_no_limit() {
        assert_eq!(speed_at(0.0), Speed::PerSecond(1.0));
        assert_eq!(speed_at(-3.0), Speed::PerSecond(1.0));
        assert_eq!(speed_at(1.0), Speed::Max);
        for position in [0.1, 0.4, 0.9] {
            assert!((speed_position(speed_at(position)) - position).abs() < 0.05);
        }
        assert_eq!(speed_position(Speed::Max), 1.0);
    }

    #[test]
    fn where_it_stands() {
        let mut session = Session::default();
        assert_eq!(progress(&session), "step 0");
        session.steps_done = 1_600;
        session.steps_per_epoch = 63;
        assert_eq!(progress(&session), "step 1,600 · epoch 25.4");
    }
}
