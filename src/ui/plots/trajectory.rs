//! The trajectory itself: one filter's weights on a plane. Weight decay stays in a ball, the twin flies out along the same
//! directions; divided by their norms the two paths are one.

use super::projection::Plane;
use super::{Picture, Scene};
use crate::experiment::Arm;
use crate::session::Waypoint;
use crate::trainer::Watched;
use crate::ui::actions::Action;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::{choice, link, stroke_shapes};
use egui::{Align, Layout, Pos2, Rect, Stroke, Ui, UiBuilder, pos2, vec2};
use std::rc::Rc;

/// When the twin is so many times longer than the weight-decay run, the radius becomes a logarithm, log10.
const FAR: f64 = 0.9;
/// Rays drawn through both paths.
const RAYS: usize = 9;
/// Height of the row of choices, points.
const CHOICES: f32 = 22.0;

/// The picture.
pub fn picture<'a>(scene: &Scene<'a>) -> Picture<'a> {
    const TITLE: &str = "Do they take the same path?";
    let session = scene.session;
    let watched = scene.watched;
    let path = &session.arm(Arm::Wd).path;
    let from = vec![path.len() as u64, path.last().map_or(0, |p| p.step), watched.layer as u64, watched.filter as u64];
    let plane: Rc<Option<Plane>> = scene
        .kept
        .whole("plane", from, || Plane::of(&path.iter().map(|point| point.direction.as_slice()).collect::<Vec<_>>()));
    let (normalised, layers) = (scene.normalised, &session.network.layers);
    let choices = move |ui: &mut Ui, rect: Rect, actions: &mut Vec<Action>| {
        choices_ui(ui, rect, normalised, watched, layers, actions);
    };
    let Some(share) = plane.as_ref().as_ref().map(|plane| plane.share) else {
        return Picture::empty(
            TITLE,
            "one filter's weights on a plane",
            "The first look at the weights is on its way.",
        );
    };
    let arms: Vec<Arm> = scene.twins().chain(scene.arms().filter(|&arm| arm == Arm::Control)).collect();
    let radius = if normalised { Radius::One } else { Radius::of(arms.iter().map(|&arm| &session.arm(arm).path)) };
    let how = match radius {
        Radius::One => "every vector divided by its norm",
        Radius::True(_) => "true norms",
        Radius::Log(..) => "log radius",
    };
    let subtitle = format!("{how}; the plane holds {:.0} % of the directions", 100.0 * share);
    Picture::new(TITLE, subtitle, move |ui, rect, actions| {
        let below = Rect::from_min_max(pos2(rect.left(), rect.bottom() - CHOICES), rect.max);
        let body = Rect::from_min_max(rect.min, pos2(rect.right(), below.top() - 4.0));
        if let Some(plane) = plane.as_ref() {
            let series = arms.iter().map(|&arm| (arm, session.arm(arm).path.as_slice())).collect::<Vec<_>>();
            paint(ui, body, plane, radius, &series);
        }
        choices(ui, below, actions);
    })
}

/// How far from the origin a point is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Radius {
    /// At 1, whatever its norm.
    One,
    /// At its norm, over 10 to this power.
    True(f64),
    /// At log10 of its norm, from the first (at 0) to the second (at 1).
    Log(f64, f64),
}

impl Radius {
    /// What suits the norms on these paths.
    fn of<'a>(mut paths: impl Iterator<Item = &'a Vec<Waypoint>>) -> Self {
        let norms = |path: &'a Vec<Waypoint>| path.iter().map(|point| point.log10_norm);
        let all: Vec<f64> = paths.by_ref().flat_map(norms).collect();
        let (low, high) = all.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), &x| (a.min(x), b.max(x)));
        // The shortest stays away from the origin, where all directions meet.
        if high - low > FAR { Self::Log(low - 0.25 * (high - low), high) } else { Self::True(high) }
    }

    fn at(self, log10_norm: f64) -> f64 {
        match self {
            Self::One => 1.0,
            Self::True(most) => 10f64.powf(log10_norm - most),
            Self::Log(low, high) => (log10_norm - low) / (high - low),
        }
    }
}

fn paint(ui: &Ui, rect: Rect, plane: &Plane, radius: Radius, series: &[(Arm, &[Waypoint])]) {
    let p = Palette::now(ui);
    let painter = ui.painter().with_clip_rect(rect.expand(2.0).intersect(ui.clip_rect()));
    let points: Vec<(Arm, Vec<[f64; 2]>)> = series
        .iter()
        .map(|(arm, path)| {
            let at = |point: &Waypoint| plane.project(&point.direction).map(|x| x * radius.at(point.log10_norm));
            (*arm, path.iter().map(at).collect())
        })
        .collect();
    let everything = points.iter().flat_map(|(_, points)| points).chain([&[0.0, 0.0]]);
    let mut seen = Rect::NOTHING;
    everything.for_each(|q| seen.extend_with(pos2(q[0] as f32, q[1] as f32)));
    let scale = (rect.width() / seen.width().max(0.05)).min(rect.height() / seen.height().max(0.05)) * 0.9;
    let middle = seen.center();
    let place = |q: [f64; 2]| -> Pos2 {
        rect.center() + vec2((q[0] as f32 - middle.x) * scale, -(q[1] as f32 - middle.y) * scale)
    };
    let origin = place([0.0, 0.0]);
    let of = |arm| series.iter().zip(&points).find(|((a, _), _)| *a == arm);
    // The same step of both runs lies on one ray.
    if let (Some(((_, twin), (_, at))), true) = (of(Arm::Exp), radius != Radius::One) {
        for i in (0..twin.len()).step_by((twin.len() / RAYS).max(1)) {
            painter.line_segment([origin, place(at[i])], Stroke::new(1.0, p.hairline));
        }
    }
    let wd = of(Arm::Wd).map_or(0.0, |(_, (_, at))| at.iter().map(|q| q[0].hypot(q[1])).fold(0.0, f64::max));
    painter.circle_stroke(origin, wd as f32 * scale, Stroke::new(1.0, p.grid));
    painter.circle_filled(origin, 2.0, p.quiet);
    // From back to front: the control and the broken twin first, the twin over the weight-decay run.
    for arm in [Arm::Control, Arm::Broken, Arm::Wd, Arm::Exp] {
        let Some((_, (_, at))) = of(arm) else { continue };
        let line: Vec<Pos2> = at.iter().map(|&q| place(q)).collect();
        let width = if arm == Arm::Wd { 2.4 } else { 1.8 };
        let end = line.last().copied();
        painter.extend(stroke_shapes(line, theme::dash_of(arm), Stroke::new(width, p.arm(arm))));
        if let Some(end) = end {
            painter.circle_filled(end, 4.0, p.arm(arm));
        }
    }
}

/// Radius, layer, filter.
fn choices_ui(
    ui: &mut Ui,
    rect: Rect,
    normalised: bool,
    watched: Watched,
    layers: &[crate::trainer::LayerInfo],
    actions: &mut Vec<Action>,
) {
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
    let mut ui = ui.new_child(builder.id_salt("watched"));
    let radii = [(false, "with its radius"), (true, "normalised")];
    if let Some(on) = choice(&mut ui, "radius", normalised, &radii) {
        actions.push(Action::Normalised(on));
    }
    let names: Vec<(usize, &str)> = layers.iter().map(|layer| layer.name.as_str()).enumerate().collect();
    if names.is_empty() {
        return;
    }
    if let Some(layer) = choice(&mut ui, "watched convolution", watched.layer, &names)
        && layer != watched.layer
    {
        actions.push(Action::Watch(Watched { layer, filter: 0 }));
    }
    let filters = layers.get(watched.layer).map_or(1, |layer| layer.out).max(1);
    let p = Palette::now(&ui);
    ui.label(egui::RichText::new(format!("filter {} of {filters}", watched.filter + 1)).size(12.0).color(p.quiet));
    if link(&mut ui, "next filter").clicked() {
        actions.push(Action::Watch(Watched { filter: (watched.filter + 1) % filters, ..watched }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(norms: &[f64]) -> Vec<Waypoint> {
        norms.iter().map(|&log10_norm| Waypoint { step: 0, log10_norm, direction: vec![1.0] }).collect()
    }

    #[test]
    fn the_radius_is_a_logarithm_only_where_it_must_be() {
        let near = [path(&[0.0, 0.1]), path(&[0.0, 0.5])];
        let radius = Radius::of(near.iter());
        assert_eq!(radius, Radius::True(0.5));
        assert!((radius.at(0.2) - 10f64.powf(-0.3)).abs() < 1e-15 && radius.at(0.5) == 1.0);
        let far = [path(&[0.0]), path(&[1_000.0])];
        let radius = Radius::of(far.iter());
        assert_eq!(radius, Radius::Log(-250.0, 1_000.0));
        assert!((radius.at(0.0) - 0.2).abs() < 1e-15 && radius.at(1_000.0) == 1.0);
        assert_eq!(Radius::One.at(77.0), 1.0);
    }
}
