//! A value that becomes a text field when it is clicked. It gives its text once, when it is let go.

use crate::experiment::Arm;
use crate::ui::theme::{self, Palette};
use egui::{Color32, Frame, Id, Key, Role, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2};

/// Draws `shown`, right-aligned in `width`; returns what was typed over it, on Enter or when the field is left. `name` is
/// unique on the page.
pub fn entry_ui(ui: &mut Ui, name: &str, shown: &str, width: f32) -> Option<String> {
    let p = Palette::now(ui);
    let id = Id::unique(("entry", name));
    let Some(mut typed) = ui.data(|d| d.get_temp::<String>(id)) else {
        let galley = ui.painter().layout_no_wrap(shown.into(), theme::regular(13.0), Color32::PLACEHOLDER);
        let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x.max(10.0), 20.0), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{name}: {shown}")));
        let left = rect.right() - galley.size().x;
        let ink = if response.hovered() || response.has_focus() { p.arm_text(Arm::Wd) } else { p.ink };
        if response.hovered() || response.has_focus() {
            ui.painter().hline(left..=rect.right(), rect.bottom() - 2.0, Stroke::new(1.0, ink));
        }
        ui.painter().galley(pos2(left, rect.center().y - galley.size().y / 2.0), galley, ink);
        if response.on_hover_cursor(egui::CursorIcon::Text).clicked() {
            ui.data_mut(|d| d.insert_temp(id, shown.to_owned()));
            ui.memory_mut(|m| m.request_focus(id.with("field")));
            select_all(ui, id.with("field"), shown);
        }
        return None;
    };
    let field = TextEdit::singleline(&mut typed)
        .id(id.with("field"))
        .desired_width(width)
        .align(egui::Align2::RIGHT_CENTER)
        .margin(vec2(2.0, 0.0))
        .frame(Frame::NONE)
        .show(ui)
        .response
        .response;
    let field = field.accessible_name(name);
    ui.painter().hline(field.rect.x_range(), field.rect.bottom(), Stroke::new(1.0, p.arm(Arm::Wd)));
    if !field.lost_focus() {
        ui.data_mut(|d| d.insert_temp(id, typed));
        return None;
    }
    ui.data_mut(|d| d.remove::<String>(id));
    let cancelled = ui.input(|i| i.key_pressed(Key::Escape));
    (!cancelled && typed != shown).then_some(typed)
}

fn select_all(ui: &Ui, id: Id, text: &str) {
    let mut state = egui::text_edit::TextEditState::load(ui.ctx(), id).unwrap_or_default();
    let end = egui::text::CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(egui::text::CCursorRange::two(egui::text::CCursor::new(0), end)));
    state.store(ui.ctx(), id);
}
