//! What both nets see first: the filters of the first convolution, equal up to scale.

use super::{Picture, Scene};
use crate::experiment::Arm;
use crate::ui::text;
use crate::ui::theme::{self, Palette};
use egui::{Align2, Color32, Mesh, Rect, Ui, pos2, vec2};

const TITLE: &str = "Do they see the same?";
/// Above each set of filters, points.
const LABEL: f32 = 16.0;

/// The picture.
pub fn picture<'a>(scene: &Scene<'a>) -> Picture<'a> {
    let session = scene.session;
    let what = "first convolution, each set over its own largest weight";
    let Some(layer) = session.network.layers.first() else {
        return Picture::empty(TITLE, what, "The first look at the weights is on its way.");
    };
    let sets: Vec<(Arm, &'a [f32])> = [Arm::Wd, Arm::Exp, Arm::Broken]
        .into_iter()
        .filter(|&arm| session.experiment.arms.contains(arm))
        .map(|arm| (arm, session.arm(arm).first_filters.as_slice()))
        .filter(|(_, weights)| !weights.is_empty())
        .collect();
    let of = |arm| sets.iter().find(|set| set.0 == arm).map(|set| set.1);
    let (Some(wd), Some(twin)) = (of(Arm::Wd), of(Arm::Exp)) else {
        return Picture::empty(TITLE, what, "The first look at the weights is on its way.");
    };
    let apart = text::significant(largest_difference(wd, twin), 2);
    Picture::new(TITLE, format!("{what}; the directions differ by {apart} at most"), move |ui, rect, _| {
        let width = rect.width() / sets.len() as f32;
        for (i, (arm, weights)) in sets.iter().enumerate() {
            let left = rect.left() + i as f32 * width;
            let rect = Rect::from_min_size(pos2(left, rect.top()), vec2(width - 10.0, rect.height()));
            set_ui(ui, rect, *arm, weights, layer.input, layer.kernel);
        }
    })
}

/// The largest difference between two vectors divided by their norms.
pub fn largest_difference(a: &[f32], b: &[f32]) -> f64 {
    let norm = |x: &[f32]| x.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
    let (na, nb) = (norm(a), norm(b));
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) / na - f64::from(b) / nb).abs()).fold(0.0, f64::max)
}

/// Columns of `n` squares that become largest in a rectangle of this shape.
fn columns(n: usize, width: f32, height: f32) -> usize {
    let side = |columns: usize| (width / columns as f32).min(height / n.div_ceil(columns) as f32);
    (1..=n.max(1)).max_by(|&a, &b| side(a).total_cmp(&side(b))).unwrap_or(1)
}

fn set_ui(ui: &Ui, rect: Rect, arm: Arm, weights: &[f32], input: usize, kernel: usize) {
    let p = Palette::now(ui);
    ui.painter().text(rect.min, Align2::LEFT_TOP, arm.label(), theme::regular(10.5), p.arm_text(arm));
    let body = Rect::from_min_max(rect.min + vec2(0.0, LABEL), rect.max);
    let (per_filter, area) = (input * kernel * kernel, kernel * kernel);
    if per_filter == 0 {
        return;
    }
    let n = weights.len() / per_filter;
    let columns = columns(n, body.width(), body.height());
    let side = (body.width() / columns as f32).min(body.height() / n.div_ceil(columns) as f32);
    let cell = (side * 0.86) / kernel as f32;
    let largest = weights.iter().fold(f32::MIN_POSITIVE, |most, w| most.max(w.abs()));
    let mut mesh = Mesh::default();
    for (i, filter) in weights.chunks_exact(per_filter).enumerate() {
        let corner = body.min + vec2((i % columns) as f32 * side, (i / columns) as f32 * side);
        for k in 0..area {
            // Colour images are seen in colour; of other inputs the first channel.
            let shade = |channel: usize| (127.5 + 127.0 * filter[channel * area + k] / largest) as u8;
            let color =
                if input == 3 { Color32::from_rgb(shade(0), shade(1), shade(2)) } else { Color32::from_gray(shade(0)) };
            let at = corner + vec2((k % kernel) as f32 * cell, (k / kernel) as f32 * cell);
            mesh.add_colored_rect(Rect::from_min_size(at, vec2(cell, cell)), color);
        }
    }
    ui.painter().add(mesh);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_does_not_count_and_direction_does() {
        let a = [3.0, 0.0, 4.0];
        assert!(largest_difference(&a, &[3e20, 0.0, 4e20].map(|x: f64| x as f32)) < 1e-7);
        assert!((largest_difference(&a, &[3.0, 4.0, 0.0]) - 0.8).abs() < 1e-12);
        assert_eq!(largest_difference(&[], &[]), 0.0);
    }

    #[test]
    fn squares_fill_their_room() {
        assert_eq!(columns(16, 100.0, 100.0), 4);
        assert_eq!(columns(16, 800.0, 100.0), 16);
        assert_eq!(columns(0, 10.0, 10.0), 1);
    }
}
