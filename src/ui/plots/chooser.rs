//! Which instruments are on the page.

use super::PLOTS;
use crate::experiment::Arm;
use crate::experiment::View;
use crate::ui::actions::Action;
use crate::ui::rounded::rounded;
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::{card_title, focus_ring};
use egui::{Color32, Role, Sense, Stroke, Ui, WidgetInfo, vec2};

/// Height of a chip, points; higher where fingers have to hit it.
const CHIP: f32 = 24.0;
const CHIP_FOR_FINGERS: f32 = 32.0;

/// A chip for every instrument.
pub fn chooser_ui(ui: &mut Ui, view: &View, fingers: bool, actions: &mut Vec<Action>) {
    let height = if fingers { CHIP_FOR_FINGERS } else { CHIP };
    ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
    ui.horizontal_wrapped(|ui| {
        ui.allocate_ui(vec2(76.0, height), |ui| ui.centered_and_justified(|ui| card_title(ui, "Instruments")));
        for plot in &PLOTS {
            let on = view.shows(plot.key);
            if chip_ui(ui, plot.name, on, height) {
                actions.push(Action::ShowPlot(plot.key, !on));
            }
        }
    });
}

/// One chip; true when it was clicked.
fn chip_ui(ui: &mut Ui, name: &str, on: bool, height: f32) -> bool {
    let p = Palette::now(ui);
    let galley = ui.painter().layout_no_wrap(name.into(), theme::regular(11.5), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 18.0, height), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, name));
    let edge = if on || response.hovered() { p.quiet.gamma_multiply(0.6) } else { p.hairline };
    let fill = if on { p.track } else { Color32::TRANSPARENT };
    let radius = (height / 2.0) as u8;
    rounded(ui.painter(), rect, radius, fill, edge);
    let ink = if on || response.hovered() { p.ink } else { p.quiet };
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    if response.has_focus() {
        focus_ring(ui, &response);
        ui.painter().rect_stroke(rect, radius, Stroke::new(1.5, p.arm(Arm::Wd)), egui::StrokeKind::Inside);
    }
    response.clicked()
}
