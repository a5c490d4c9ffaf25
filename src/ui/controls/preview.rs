//! A small picture of η_t and of the η̃_t it implies, before anything trains; and the place where a schedule is drawn.

use crate::experiment::{Arm, limits};
use crate::session::Session;
use crate::theory::preview::{LONGEST, Preview, preview};
use crate::theory::{Schedule, Shape};
use crate::ui::state::UiState;
use crate::ui::text;
use crate::ui::theme::{self, Dash, Palette};
use crate::ui::widgets::stroke_shapes;
use egui::{Align2, Id, Pos2, Rect, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

const HEIGHT: f32 = 84.0;
/// Points of a curve.
const POINTS: u64 = 160;

/// What is kept from frame to frame.
#[derive(Clone, Default)]
pub struct Kept {
    of: Option<(crate::experiment::Experiment, u64)>,
    seen: Preview,
    /// While a schedule is drawn: (step, height).
    stroke: Vec<(u64, f64)>,
}

/// Draws it; where the schedule is drawn by hand, returns the new points when the hand lets go.
pub fn preview_ui(ui: &mut Ui, session: &Session, state: &mut UiState, now: &Schedule) -> Option<Vec<(u64, f64)>> {
    // While a slider moves, what it would come to.
    let h = state.shown_hyper(session);
    let kept = &mut state.preview;
    let mut experiment = session.experiment.clone();
    if h != session.hyper_now() {
        experiment = experiment.with_present_values(session.steps_done);
        experiment.hyper = h;
    }
    let of = (experiment, session.steps_per_epoch.max(1));
    if kept.of.as_ref() != Some(&of) {
        kept.seen = preview(of.0.twin, of.0.steps, POINTS, of.0.drives(of.1));
        kept.of = Some(of.clone());
    }
    let steps = of.0.steps.min(LONGEST);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let hand = matches!(now.shape, Shape::Curve { .. });
    let sense = if hand { Sense::click_and_drag() } else { Sense::hover() };
    let response = ui.interact(rect, Id::unique("schedule preview"), sense);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, "preview of the schedule and its twin"));
    let mut drawn = None;
    if hand {
        if response.double_clicked() {
            drawn = Some(vec![(0, 1.0)]);
        } else if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            kept.stroke.push(place(plot(rect), steps, at));
        }
        if response.drag_stopped() {
            drawn = Some(merged(now, &std::mem::take(&mut kept.stroke)));
        }
    }
    paint(ui, rect, steps, kept, hand);
    drawn
}

fn plot(rect: Rect) -> Rect {
    Rect::from_min_max(rect.min + vec2(0.0, 14.0), rect.max - vec2(0.0, 2.0))
}

/// Where a hand is, as (step, height): 0 at the bottom, 1.25 at the top.
fn place(plot: Rect, steps: u64, at: Pos2) -> (u64, f64) {
    let x = f64::from((at.x - plot.left()) / plot.width()).clamp(0.0, 1.0);
    let y = f64::from((plot.bottom() - at.y) / plot.height()).clamp(0.0, 1.0) * 1.25;
    ((x * steps as f64) as u64, (y * 1e3).round() / 1e3)
}

/// The schedule with what was drawn in place of what stood there; at most as many points as a link carries.
fn merged(now: &Schedule, stroke: &[(u64, f64)]) -> Vec<(u64, f64)> {
    let old = match &now.shape {
        Shape::Curve { points } => points.clone(),
        _ => Vec::new(),
    };
    let (Some(from), Some(to)) = (stroke.iter().map(|p| p.0).min(), stroke.iter().map(|p| p.0).max()) else {
        return old;
    };
    let mut points: Vec<(u64, f64)> =
        old.into_iter().filter(|(t, _)| *t < from || *t > to).chain(stroke.to_vec()).collect();
    points.sort_by_key(|p| p.0);
    points.dedup_by_key(|p| p.0);
    // Thinned evenly, the ends kept.
    let most = limits::MAX_POINTS;
    if points.len() > most {
        points = (0..most).map(|i| points[i * (points.len() - 1) / (most - 1)]).collect();
    }
    points
}

fn paint(ui: &Ui, rect: Rect, steps: u64, kept: &Kept, hand: bool) {
    let (p, painter, plot) = (Palette::now(ui), ui.painter(), plot(rect));
    painter.rect_filled(plot, 4.0, p.well);
    let seen = &kept.seen;
    let all = seen.lr.iter().chain(&seen.twin_lr).map(|(_, y)| *y).filter(|y| y.is_finite());
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), y| (a.min(y), b.max(y)));
    // A warm-up or a cosine that ends in 0 would flatten everything else.
    let low = low.max(high - 12.0f64.max((high - low) * 0.8));
    let span = (high - low).max(0.5);
    let at = |&(t, y): &(u64, f64)| {
        let x = plot.left() + plot.width() * (t as f64 / steps.max(1) as f64) as f32;
        let share = ((y - low) / span).clamp(0.0, 1.0) as f32;
        pos2(x, plot.bottom() - 4.0 - (plot.height() - 8.0) * share)
    };
    for (arm, line, dash) in [(Arm::Wd, &seen.lr, Dash::Solid), (Arm::Exp, &seen.twin_lr, Dash::Dashed)] {
        let points: Vec<Pos2> = line.iter().map(at).collect();
        painter.extend(stroke_shapes(points, dash, Stroke::new(1.6, p.arm(arm))));
    }
    if hand && !kept.stroke.is_empty() {
        let point = |&(t, y): &(u64, f64)| {
            let x = plot.left() + plot.width() * (t as f64 / steps.max(1) as f64) as f32;
            pos2(x, plot.bottom() - plot.height() * (y / 1.25) as f32)
        };
        let points: Vec<Pos2> = kept.stroke.iter().map(point).collect();
        painter.extend(stroke_shapes(points, Dash::Solid, Stroke::new(2.0, p.ink)));
    }
    let font = theme::regular(11.0);
    painter.text(rect.left_top(), Align2::LEFT_TOP, "preview: log η, log η̃", font.clone(), p.quiet);
    let end = match (seen.ends, seen.twin_lr.last()) {
        (Some(step), _) => format!("the twin ends at {}", text::thousands(step)),
        (None, Some((t, lr))) => format!("η̃ = {} at {}", text::from_log10(*lr, 3), text::thousands(*t)),
        (None, None) => String::new(),
    };
    let ink = if seen.ends.is_some() { p.warn } else { p.arm_text(Arm::Exp) };
    painter.text(rect.right_top(), Align2::RIGHT_TOP, end, font, ink);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_replaces_what_stood_there_and_fits_into_a_link() {
        let now = Schedule::of(Shape::Curve { points: vec![(0, 1.0), (500, 1.0), (1_000, 0.1)] });
        let stroke: Vec<(u64, f64)> = (400..700).rev().map(|t| (t, 0.5)).collect();
        let points = merged(&now, &stroke);
        assert!(points.len() <= limits::MAX_POINTS);
        assert_eq!((points[0], points[points.len() - 1]), ((0, 1.0), (1_000, 0.1)));
        assert!(points.windows(2).all(|w| w[0].0 < w[1].0));
        assert!(!points.contains(&(500, 1.0)));
        assert_eq!(merged(&now, &[]), [(0, 1.0), (500, 1.0), (1_000, 0.1)]);
    }

    #[test]
    fn a_hand_is_somewhere_between_the_ends() {
        let plot = Rect::from_min_max(pos2(10.0, 10.0), pos2(110.0, 60.0));
        assert_eq!(place(plot, 1_000, pos2(60.0, 20.0)), (500, 1.0));
        assert_eq!(place(plot, 1_000, pos2(-50.0, 900.0)), (0, 0.0));
        assert_eq!(place(plot, 1_000, pos2(500.0, -900.0)), (1_000, 1.25));
    }
}
