//! Sentences worth a line: what a link could not say, which engine stepped in, what was copied.

use super::actions::Action;
use super::icons::{self, Icon};
use super::state::UiState;
use super::theme::{self, Palette};
use super::widgets::card;
use crate::session::Session;
use egui::{Align, Align2, Layout, Margin, RichText, Role, Sense, Ui, WidgetInfo, vec2};

/// Most sentences shown at once; the newest ones.
const MOST: usize = 3;

/// The unread sentences as a strip; draws nothing where there are none.
pub fn notices_ui(ui: &mut Ui, session: &Session, state: &UiState, actions: &mut Vec<Action>) {
    let unread = &session.notices[state.notices_read.min(session.notices.len())..];
    if unread.is_empty() {
        return;
    }
    let p = Palette::now(ui);
    card(ui, Margin::symmetric(14, 8), |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal_top(|ui| {
            let width = ui.available_width() - 30.0;
            ui.allocate_ui_with_layout(vec2(width, 16.0), Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 3.0;
                for sentence in &unread[unread.len().saturating_sub(MOST)..] {
                    ui.add(egui::Label::new(RichText::new(sentence).size(12.0).color(p.ink)).wrap());
                }
            });
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                let (rect, response) = ui.allocate_exact_size(vec2(20.0, 18.0), Sense::click());
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Dismiss the notices"));
                let ink = if response.hovered() { p.ink } else { p.quiet };
                icons::paint(ui.painter(), Icon::Close, icons::square(rect.center(), 10.0), ink);
                if response.clicked() {
                    actions.push(Action::DismissNotices);
                }
            });
        });
    });
}

/// A confirmation that goes away by itself.
pub fn toast_ui(ui: &Ui, state: &UiState) {
    let Some((sentence, _)) = &state.toast else { return };
    let p = Palette::now(ui);
    let layer = egui::LayerId::new(egui::Order::Tooltip, egui::Id::unique("toast"));
    let painter = ui.ctx().layer_painter(layer);
    let galley = painter.layout_no_wrap(sentence.clone(), theme::regular(13.0), p.page);
    let at = ui.ctx().content_rect().center_bottom() - vec2(0.0, 40.0);
    let rect = Align2::CENTER_CENTER.anchor_size(at, galley.size() + vec2(28.0, 16.0));
    painter.rect_filled(rect, 8, p.ink);
    painter.galley(rect.center() - galley.size() / 2.0, galley, p.page);
    ui.ctx().request_repaint_after_secs(0.5);
}
