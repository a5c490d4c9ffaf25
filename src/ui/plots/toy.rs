//! Weight decay and normalisation do not converge: the two-dimensional toy, driven by the sliders.

use super::curve::{Curve, Points};
use super::draw::{self, Window};
use super::kept::fingerprint;
use super::ticks::Scale;
use super::{Picture, Scene};
use crate::experiment::Arm;
use crate::theory::toy::{Toy, simulate};
use crate::theory::{Hyper, Regime, roots};
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::stroke_shapes;
use egui::{Align2, Pos2, Rect, Stroke, Ui, pos2, vec2};

/// Where all three runs start.
const START: [f64; 2] = [0.6, 0.8];
/// Points that are drawn of a run.
const POINTS: u64 = 1_500;

/// The picture.
pub fn picture<'a>(scene: &Scene<'a>) -> Picture<'a> {
    let h = scene.session.driven(scene.hyper);
    let steps = length(h);
    let toy = scene.kept.whole("toy", vec![fingerprint(&h)], || simulate(h, START, steps, steps.div_ceil(POINTS)));
    let subtitle = "L = x²/(x²+y²) with these η, λ, γ; thin dashes: ‖w‖² ∝ α²ᵗ, what decay alone does";
    Picture::new("Does weight decay converge?", subtitle, move |ui, rect, _| {
        let side = (rect.height() - 14.0).min(rect.width() * 0.4);
        path_ui(ui, Rect::from_min_size(rect.min + vec2(0.0, 14.0), vec2(side, side)), &toy);
        let right = Rect::from_min_max(pos2(rect.left() + side + 50.0, rect.top() + 4.0), rect.max - vec2(0.0, 14.0));
        norms_ui(ui, right, &toy, h, steps);
    })
}

/// Steps of the simulation: long enough for a few kicks, short enough to follow a slider.
fn length(h: Hyper) -> u64 {
    // ‖w‖² falls by e in (1 − γ)/2λη steps.
    let falls = (1.0 - h.momentum) / (2.0 * h.lr * h.weight_decay);
    if falls.is_finite() { (10.0 * falls).clamp(400.0, 40_000.0).round() as u64 } else { 400 }
}

/// The weights themselves; the twin's directions on the rim.
fn path_ui(ui: &Ui, rect: Rect, toy: &Toy) {
    let p = Palette::now(ui);
    let painter = ui.painter().with_clip_rect(rect.expand(6.0).intersect(ui.clip_rect()));
    let norm = |q: &[f64; 2]| q[0].hypot(q[1]);
    let reach = toy.wd.iter().chain(&toy.without).map(norm).filter(|x| x.is_finite()).fold(1.0, f64::max);
    let rim = rect.width() / 2.0 - 2.0;
    let place = |q: [f64; 2]| -> Pos2 {
        let at = q.map(|x| (x / reach) as f32 * (rim - 5.0));
        rect.center() + vec2(at[0], -at[1])
    };
    painter.circle_stroke(rect.center(), rim, Stroke::new(1.0, p.grid));
    painter.hline(rect.x_range(), rect.center().y, Stroke::new(1.0, p.grid));
    painter.vline(rect.center().x, rect.y_range(), Stroke::new(1.0, p.grid));
    for (arm, path) in [(Arm::Ablation, &toy.without), (Arm::Wd, &toy.wd)] {
        let line: Vec<Pos2> = path.iter().filter(|q| norm(q).is_finite()).map(|&q| place(q)).collect();
        let end = line.last().copied();
        painter.extend(stroke_shapes(line, theme::dash_of(arm), Stroke::new(1.4, p.arm(arm))));
        if let Some(end) = end {
            painter.circle_filled(end, 3.0, p.arm(arm));
        }
    }
    let rim_at = |direction: [f64; 2]| rect.center() + vec2(direction[0] as f32 * rim, -direction[1] as f32 * rim);
    let line: Vec<Pos2> = toy.twin.iter().map(|(direction, _)| rim_at(*direction)).collect();
    if let (Some(&end), Some(&(_, log10_norm))) = (line.last(), toy.twin.last()) {
        painter.line_segment([rect.center(), end], Stroke::new(1.0, p.hairline));
        painter.extend(stroke_shapes(line, theme::dash_of(Arm::Exp), Stroke::new(1.6, p.arm(Arm::Exp))));
        painter.circle_filled(end, 3.0, p.arm(Arm::Exp));
        let words = format!("twin on the same ray, ‖w̃‖ = {}", crate::ui::text::from_log10(log10_norm, 2));
        let at = rect.left_top() - vec2(0.0, 14.0);
        ui.painter().text(at, Align2::LEFT_TOP, words, theme::regular(10.0), p.arm_text(Arm::Exp));
    }
}

/// log10 ‖w‖² over steps.
fn norms_ui(ui: &Ui, rect: Rect, toy: &Toy, h: Hyper, steps: u64) {
    let p = Palette::now(ui);
    let square = |path: &[[f64; 2]]| -> Points<'static> {
        let point = |(i, q): (usize, &[f64; 2])| (i as u64 * toy.every, 2.0 * q[0].hypot(q[1]).log10());
        Points::At(path.iter().enumerate().map(point).collect::<Vec<_>>().into())
    };
    let mut curves = vec![Curve::of(Arm::Ablation, square(&toy.without)), Curve::of(Arm::Wd, square(&toy.wd))];
    if let Regime::Inside(r) = roots::regime(h)
        && let Points::At(points) = &curves[1].points
    {
        // From where the loss is small: there only decay is left.
        let calm = toy.wd.iter().position(|q| crate::theory::toy::loss(*q) < 1e-6).unwrap_or(0);
        let (from, high) = points[calm];
        let end = high - r.log10_growth((steps - from) as f64);
        curves.push(Curve::theory(vec![(from, high), (steps, end)]));
    }
    let x = [0.0, steps as f64];
    let (low, high) = draw::extent(&curves, x, None);
    let window = Window { rect, x, y: Scale::Log10.fit(low, high, draw::most_ticks(rect.height())) };
    draw::grid(ui.painter(), &p, &window, Scale::Log10, true);
    draw::steps_axis(ui.painter(), &p, &window, rect.expand2(vec2(10.0, 0.0)));
    draw::curves(ui.painter(), &p, &window, None, curves.iter());
    let at = rect.right_top() + vec2(-2.0, 0.0);
    ui.painter().text(at, Align2::RIGHT_TOP, "‖w‖²", theme::regular(10.5), p.quiet);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_kicks_fit_and_nothing_takes_for_ever() {
        assert_eq!(length(Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 }), 2_500);
        assert_eq!(length(Hyper { lr: 0.1, weight_decay: 0.0, momentum: 0.9 }), 400);
        assert_eq!(length(Hyper { lr: 0.0, weight_decay: 0.1, momentum: 0.9 }), 400);
        assert_eq!(length(Hyper { lr: 1e-3, weight_decay: 1e-5, momentum: 0.0 }), 40_000);
        let h = Hyper { lr: 0.1, weight_decay: 2e-3, momentum: 0.9 };
        let toy = simulate(h, START, length(h), 1);
        let square = |q: &[f64; 2]| q[0] * q[0] + q[1] * q[1];
        let low = toy.wd[300..].windows(30).filter(|w| square(&w[29]) > 2.0 * square(&w[0])).count();
        assert!(low > 0, "a kick within what is shown");
    }
}
