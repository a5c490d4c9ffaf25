//! Lemma 1 by hand: a point in the plane, its gradient, and the gradient at twice the point. The point can be dragged.

use super::{Picture, Scene};
use crate::experiment::Arm;
use crate::theory::toy::{gradient, loss};
use crate::ui::text;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::focus_ring;
use egui::{Align2, Color32, Key, Painter, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

/// The point before anybody moved it.
const START: [f64; 2] = [0.55, 0.75];
/// Norms it may have.
const NORMS: [f64; 2] = [0.4, 1.2];
/// What is seen: this far from the origin.
const REACH: f64 = 2.6;
/// An arrow key turns or stretches by this.
const NUDGE: f64 = 0.05;

/// The picture.
pub fn picture<'a>(_: &Scene<'a>) -> Picture<'a> {
    let subtitle = "L = x²/(x²+y²), the same all along a ray; drag w: −g at w, and at 2w";
    Picture::new("Why can weights only grow without decay?", subtitle, |ui, rect, _| {
        let id = egui::Id::unique("lemma 1 point");
        let side = rect.height().min(rect.width() * 0.6);
        let plane = Rect::from_min_size(rect.min, vec2(side, side));
        let scale = side / 2.0 / REACH as f32;
        let place = |q: [f64; 2]| plane.center() + vec2(q[0] as f32, -q[1] as f32) * scale;
        let mut at = ui.data(|d| d.get_temp::<[f64; 2]>(id)).unwrap_or(START);
        let handle = Rect::from_center_size(place(at), vec2(30.0, 30.0));
        let response = ui.interact(handle, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, "the point w"));
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.dragged()) {
            let moved = (pointer - plane.center()) / scale;
            at = limit([f64::from(moved.x), f64::from(-moved.y)]);
        }
        if response.has_focus() {
            at = nudged(ui, at);
        }
        ui.data_mut(|d| d.insert_temp(id, at));
        paint(ui, plane, &place, at);
        focus_ring(ui, &response.with_new_rect(Rect::from_center_size(place(at), vec2(14.0, 14.0))));
        words_ui(ui, Rect::from_min_max(plane.right_top() + vec2(10.0, 6.0), rect.max), at);
    })
}

/// A point that is neither at the origin nor outside.
fn limit([x, y]: [f64; 2]) -> [f64; 2] {
    let norm = x.hypot(y);
    if norm < 1e-9 {
        return START;
    }
    let stretch = norm.clamp(NORMS[0], NORMS[1]) / norm;
    [x * stretch, y * stretch]
}

/// Turned by left and right, stretched by up and down.
fn nudged(ui: &Ui, [x, y]: [f64; 2]) -> [f64; 2] {
    let pressed = |key| ui.input(|i| i.num_presses(key)) as f64;
    let turn = NUDGE * (pressed(Key::ArrowLeft) - pressed(Key::ArrowRight));
    let stretch = 1.0 + NUDGE * (pressed(Key::ArrowUp) - pressed(Key::ArrowDown));
    let (sin, cos) = turn.sin_cos();
    limit([(x * cos - y * sin) * stretch, (x * sin + y * cos) * stretch])
}

fn paint(ui: &Ui, plane: Rect, place: &dyn Fn([f64; 2]) -> Pos2, at: [f64; 2]) {
    let p = Palette::now(ui);
    let painter = ui.painter().with_clip_rect(plane.intersect(ui.clip_rect()));
    let origin = place([0.0, 0.0]);
    painter.hline(plane.x_range(), origin.y, Stroke::new(1.0, p.grid));
    painter.vline(origin.x, plane.y_range(), Stroke::new(1.0, p.grid));
    let twice = at.map(|x| 2.0 * x);
    let norm = at[0].hypot(at[1]);
    let radius = (place([norm, 0.0]) - origin).x;
    painter.circle_stroke(origin, radius, Stroke::new(1.0, p.grid));
    painter.circle_stroke(origin, 2.0 * radius, Stroke::new(1.0, p.grid));
    painter.line_segment([origin, place(twice)], Stroke::new(1.0, p.hairline));
    let (blue, orange) = (p.arm(Arm::Wd), p.arm(Arm::Exp));
    arrow(&painter, origin, place(at), blue);
    for (from, color) in [(at, p.ink), (twice, orange)] {
        let g = gradient(from);
        arrow(&painter, place(from), place([from[0] - g[0], from[1] - g[1]]), color);
        right_angle(&painter, place(from), origin, place([from[0] - g[0], from[1] - g[1]]), p.quiet);
        painter.circle_filled(place(from), 4.0, if from == at { blue } else { orange });
    }
    let label = |at: Pos2, words: &str, color| {
        painter.text(at + vec2(7.0, 2.0), Align2::LEFT_TOP, words, theme::bold(11.0), color);
    };
    label(place(at), "w", p.arm_text(Arm::Wd));
    label(place(twice), "2w", p.arm_text(Arm::Exp));
}

fn arrow(painter: &Painter, from: Pos2, to: Pos2, color: Color32) {
    let along = to - from;
    painter.line_segment([from, to], Stroke::new(2.0, color));
    if along.length() > 4.0 {
        let back = -along.normalized() * 6.0;
        let aside = vec2(back.y, -back.x) * 0.5;
        painter.line_segment([to, to + back + aside], Stroke::new(2.0, color));
        painter.line_segment([to, to + back - aside], Stroke::new(2.0, color));
    }
}

/// The mark of a right angle between two lines that leave `corner`.
fn right_angle(painter: &Painter, corner: Pos2, one: Pos2, other: Pos2, color: Color32) {
    if (other - corner).length() < 10.0 {
        return;
    }
    let (a, b) = ((one - corner).normalized() * 7.0, (other - corner).normalized() * 7.0);
    painter.line_segment([corner + a, corner + a + b], Stroke::new(1.0, color));
    painter.line_segment([corner + a + b, corner + b], Stroke::new(1.0, color));
}

fn words_ui(ui: &Ui, rect: Rect, at: [f64; 2]) {
    let p = Palette::now(ui);
    let g = gradient(at);
    let far = gradient(at.map(|x| 2.0 * x));
    let norm = |q: [f64; 2]| q[0].hypot(q[1]);
    let next = [at[0] - g[0], at[1] - g[1]];
    let number = |x: f64| text::significant(x, 3);
    let right = (g[0] * at[0] + g[1] * at[1]) / (norm(g) * norm(at)).max(f64::MIN_POSITIVE);
    let lines = [
        ("L(w)", number(loss(at)), p.quiet),
        ("L(2w)", number(loss(at.map(|x| 2.0 * x))), p.quiet),
        ("cos of g and w", if right.abs() < 1e-12 { "0".into() } else { number(right) }, p.quiet),
        ("‖g(w)‖", number(norm(g)), p.ink),
        ("‖g(2w)‖", number(norm(far)), p.arm_text(Arm::Exp)),
        ("‖w‖", number(norm(at)), p.arm_text(Arm::Wd)),
        ("‖w − g‖", number(norm(next)), p.arm_text(Arm::Wd)),
    ];
    for (i, (name, value, color)) in lines.into_iter().enumerate() {
        let y = i as f32 * 16.0;
        let at = rect.left_top() + vec2(0.0, y);
        ui.painter().text(at, Align2::LEFT_TOP, name, theme::regular(11.0), p.quiet);
        let right = rect.right_top() + vec2(-2.0, y);
        ui.painter().text(right, Align2::RIGHT_TOP, value, theme::regular(11.0), color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_point_stays_where_it_can_be_seen() {
        assert_eq!(limit([0.0, 0.0]), START);
        assert_eq!(limit([0.5, 0.5]), [0.5, 0.5]);
        let far = limit([30.0, 40.0]);
        assert!((far[0] - 0.72).abs() < 1e-12 && (far[1] - 0.96).abs() < 1e-12);
        let near = limit([0.0, -0.1]);
        assert!((near[1] + 0.4).abs() < 1e-12);
    }
}
