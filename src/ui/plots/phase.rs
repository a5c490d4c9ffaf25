//! Where the twin exists: the plane of λη and γ with the border λη = (1 − √γ)², and you are here.

use super::draw::Window;
use super::{Picture, Scene};
use crate::experiment::Arm;
use crate::theory::{Hyper, roots};
use crate::ui::controls::quadratic_ui;
use crate::ui::text;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::stroke_shapes;
use egui::{Align2, Color32, Mesh, Rect, Stroke, Ui, UiBuilder, pos2, vec2};
use std::sync::OnceLock;

/// log10 λη shown.
const DECAY: [f64; 2] = [-7.0, 0.5];
/// −log10(1 − γ) shown: from γ = 0 to 0.999.
const MOMENTUM: [f64; 2] = [0.0, 3.0];
/// Steps after which the twin ends, as contour lines beyond the border.
const ENDS: [u64; 3] = [1_000, 100, 10];
/// Points of a border or contour.
const PLACES: usize = 48;
/// Steps of the run whose places are drawn, at most.
const TRAIL: usize = 200;

/// The picture.
pub fn picture<'a>(scene: &Scene<'a>) -> Picture<'a> {
    let here = scene.session.driven(scene.hyper);
    let part = here.lr * here.weight_decay / roots::border(here.momentum);
    let side = if part > 1.0 { "beyond: the twin ends" } else { "of the border (1−√γ)²" };
    let subtitle =
        format!("λη and γ; dashed: steps to the twin's end; now λη is {} % {side}", text::significant(100.0 * part, 3));
    let hyper = &scene.session.hyper;
    Picture::new("Where does the twin exist?", subtitle, move |ui, rect, _| {
        let picture = if rect.width() > 300.0 { 96.0 } else { 0.0 };
        let plane = Rect::from_min_max(rect.min + vec2(36.0, 0.0), pos2(rect.right() - picture, rect.bottom() - 16.0));
        plane_ui(ui, plane, here, hyper);
        if picture > 0.0 {
            let aside = Rect::from_min_max(pos2(plane.right() + 12.0, rect.top()), rect.right_bottom());
            let mut ui = ui.new_child(UiBuilder::new().max_rect(aside).id_salt("quadratic"));
            quadratic_ui(&mut ui, here, aside.width(), 64.0);
            let p = Palette::now(&ui);
            ui.label(egui::RichText::new("x² − (1+γ−λη)x + γ").size(10.0).color(p.quiet));
        }
    })
}

fn log_gap(momentum: f64) -> f64 {
    -(1.0 - momentum).log10()
}

/// λη at which, for this γ, the twin of a fresh start ends after `steps` steps; the border itself for none.
fn decay_of_end(momentum: f64, steps: u64) -> f64 {
    let border = roots::border(momentum);
    let end = |decay: f64| {
        let h = Hyper { lr: 1.0, weight_decay: decay, momentum };
        roots::last_step_from_fresh_start(h).unwrap_or(u64::MAX)
    };
    // The end comes sooner the farther beyond the border.
    let (mut low, mut high) = (border, (1.0 + momentum.sqrt()).powi(2));
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if end(middle) > steps {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// A line through the plane: (log10 λη, −log10(1 − γ)).
type Line = Vec<[f64; 2]>;

/// The border, then the contours of [`ENDS`]: they depend on nothing.
fn lines() -> &'static [Line] {
    static LINES: OnceLock<Vec<Line>> = OnceLock::new();
    LINES.get_or_init(|| {
        let through = |decay: &dyn Fn(f64) -> f64| -> Line {
            (0..=PLACES)
                .map(|i| MOMENTUM[0] + (MOMENTUM[1] - MOMENTUM[0]) * i as f64 / PLACES as f64)
                .map(|gap| [decay(1.0 - 10f64.powf(-gap)).log10(), gap])
                .collect()
        };
        let mut lines = vec![through(&roots::border)];
        lines.extend(ENDS.map(|steps| through(&|momentum| decay_of_end(momentum, steps))));
        lines
    })
}

fn plane_ui(ui: &Ui, rect: Rect, here: Hyper, hyper: &[Hyper]) {
    let p = Palette::now(ui);
    let window = Window { rect, x: DECAY, y: MOMENTUM };
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    let small = theme::regular(10.0);
    let place = |[x, y]: [f64; 2]| window.place(x.clamp(DECAY[0], DECAY[1]), y);
    // Beyond the border.
    let border = &lines()[0];
    let mut mesh = Mesh::default();
    for (i, &point) in border.iter().enumerate() {
        mesh.colored_vertex(place(point), p.zone.gamma_multiply(0.35));
        mesh.colored_vertex(pos2(rect.right(), place(point).y), p.zone.gamma_multiply(0.35));
        if let Some(k) = (i as u32 * 2).checked_sub(2) {
            mesh.add_triangle(k, k + 1, k + 2);
            mesh.add_triangle(k + 1, k + 2, k + 3);
        }
    }
    painter.add(mesh);
    let line = |points: &Line, color: Color32, width: f32, dash| {
        let points = points.iter().map(|&q| place(q)).collect();
        painter.extend(stroke_shapes(points, dash, Stroke::new(width, color)));
    };
    for (i, (contour, steps)) in lines()[1..].iter().zip(ENDS).enumerate() {
        line(contour, p.quiet.gamma_multiply(0.6), 1.0, theme::Dash::Fine);
        // One above the other: at small γ the contours run together.
        let at = place(contour[PLACES * (6 - i) / 10]);
        painter.text(at, Align2::LEFT_BOTTOM, text::thousands(steps), small.clone(), p.quiet);
    }
    line(border, p.warn, 1.4, theme::Dash::Solid);
    axes_ui(ui, &p, &window);
    let of = |h: &Hyper| [(h.lr * h.weight_decay).log10(), log_gap(h.momentum)];
    for h in hyper.iter().step_by(hyper.len().div_ceil(TRAIL).max(1)) {
        painter.circle_filled(place(of(h)), 1.5, p.arm(Arm::Wd).gamma_multiply(0.5));
    }
    let at = place(of(&here)).clamp(rect.min, rect.max);
    painter.circle(at, 5.0, p.arm(Arm::Wd), Stroke::new(1.5, p.page));
    // Away from the contours, where there is room.
    let left = at.x > rect.left() + 72.0;
    let (align, aside) = if left { (Align2::RIGHT_BOTTOM, -6.0) } else { (Align2::LEFT_BOTTOM, 6.0) };
    painter.text(at + vec2(aside, -5.0), align, "you are here", small, p.arm_text(Arm::Wd));
}

fn axes_ui(ui: &Ui, p: &Palette, window: &Window) {
    let (painter, small) = (ui.painter(), theme::regular(10.0));
    painter.rect_stroke(window.rect, 0, Stroke::new(1.0, p.grid), egui::StrokeKind::Inside);
    for momentum in [0.0, 0.5, 0.9, 0.99, 0.999] {
        let at = window.place(DECAY[0], log_gap(momentum));
        painter.hline(window.rect.x_range(), at.y, Stroke::new(1.0, p.grid));
        painter.text(at - vec2(5.0, 0.0), Align2::RIGHT_CENTER, momentum.to_string(), small.clone(), p.quiet);
    }
    for power in [-6, -4, -2, 0] {
        let at = window.place(f64::from(power), MOMENTUM[0]);
        let label = text::axis_power(f64::from(power));
        painter.text(at + vec2(0.0, 3.0), Align2::CENTER_TOP, label, small.clone(), p.quiet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contours_are_the_ends_of_theory() {
        // Theory 3.3: γ = .9, 1.1 times the border ends after 170 steps, twice after 45.
        for (times, steps) in [(1.1, 170), (2.0, 45)] {
            let decay = decay_of_end(0.9, steps);
            assert!(decay <= roots::border(0.9) * times * (1.0 + 1e-9), "{decay}");
            assert!(decay > roots::border(0.9) * times * 0.95, "{decay}");
        }
    }

    #[test]
    fn contours_lie_beyond_the_border_in_their_order() {
        for i in 1..=PLACES {
            let at: Vec<f64> = lines().iter().map(|line| line[i][0]).collect();
            assert!(at.windows(2).all(|w| w[0] <= w[1] + 1e-12), "{i}: {at:?}");
            assert!(at.iter().all(|x| x.is_finite()));
        }
    }
}
