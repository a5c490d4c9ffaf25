//! The head of a plot's card: title, subtitle or read-out, the switch in the corner.

use super::curve::Spec;
use super::{Corner, Plot, Scene};
use crate::experiment::Arm;
use crate::ui::actions::Action;
use crate::ui::text;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Align2, Rect, TextFormat, Ui, UiBuilder, pos2, vec2};

/// Title and the line below it.
pub fn title_ui(ui: &Ui, rect: Rect, title: &str, mut line: LayoutJob) {
    let p = Palette::now(ui);
    ui.painter().text(rect.min + vec2(14.0, 11.0), Align2::LEFT_TOP, title, theme::bold(12.5), p.ink);
    // Two lines fit above the plot.
    let most = TextWrapping::wrap_at_width(rect.width() - 28.0);
    line.wrap = TextWrapping { max_rows: 2, overflow_character: Some('…'), ..most };
    let galley = ui.painter().layout_job(line);
    ui.painter().galley(rect.min + vec2(14.0, 28.0), galley, p.quiet);
}

/// A line of quiet words.
pub fn words(p: &Palette, text: String) -> LayoutJob {
    LayoutJob::single_section(text, TextFormat::simple(theme::regular(10.5), p.quiet))
}

/// The values under the cursor, in their colours.
pub fn readout(p: &Palette, spec: &Spec<'_>, step: f64) -> LayoutJob {
    let mut job = LayoutJob::default();
    let format = |color| TextFormat::simple(theme::regular(10.5), color);
    job.append(&format!("step {}", text::thousands(step.round().max(0.0) as u64)), 0.0, format(p.quiet));
    for arm in Arm::ALL {
        let Some(curve) = spec.curves.iter().find(|c| c.read && c.arm == Some(arm)) else { continue };
        let Some((_, value)) = curve.points.nearest(step) else { continue };
        let value = if value == f64::NEG_INFINITY { "0".into() } else { spec.scale.readout(value) };
        job.append(&value, 9.0, format(p.arm_text(arm)));
    }
    job
}

/// The switch in the corner; true when everything is to be shown again.
pub fn corner_ui(
    ui: &mut Ui,
    rect: Rect,
    plot: &Plot,
    scene: &Scene<'_>,
    zoomed: bool,
    actions: &mut Vec<Action>,
) -> bool {
    let corner =
        Rect::from_min_max(pos2(rect.center().x, rect.top() + 8.0), pos2(rect.right() - 12.0, rect.top() + 28.0));
    let builder = UiBuilder::new().max_rect(corner).layout(egui::Layout::right_to_left(egui::Align::Center));
    // A child, not a scope: the card is placed already, and the cursor below all plots must stay where it is.
    let mut ui = ui.new_child(builder.id_salt(("corner", plot.key)));
    match plot.corner {
        Corner::Empty => return zoomed && widgets::link(&mut ui, "show all").clicked(),
        Corner::Raw => {
            let all = [(false, "smoothed"), (true, "per batch")];
            if let Some(raw) = widgets::choice(&mut ui, "losses", scene.raw, &all) {
                actions.push(Action::Raw(raw));
            }
        }
        Corner::Group => {
            let names: Vec<(usize, &str)> =
                scene.session.network.groups.iter().map(|g| g.name.as_str()).enumerate().collect();
            if !names.is_empty()
                && let Some(group) = widgets::choice(&mut ui, "invariance group", scene.group, &names)
            {
                actions.push(Action::Group(group));
            }
        }
    }
    false
}
