//! A line of mathematics whose letters point at the setting they stand for.

use crate::experiment::Arm;
use crate::ui::state::{Knob, Symbol};
use crate::ui::theme::{self, Palette};
use crate::ui::widgets::focus_ring;
use egui::{Color32, CursorIcon, Role, Sense, Shape, Stroke, Ui, WidgetInfo, vec2};

/// Between two formulas of a line; where the line is too long it is broken here.
pub const GAP: &str = "   ";
/// What makes η the twin's η̃.
const TILDE: char = '\u{303}';

/// A stretch of a formula.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece<'a> {
    /// As written.
    pub text: &'a str,
    /// What it points at.
    pub symbol: Option<Symbol>,
}

/// The setting that `letter` stands for.
fn symbol_of(letter: char) -> Option<Symbol> {
    let alpha = (letter == 'α').then_some(Symbol::Alpha);
    alpha.or_else(|| Knob::ALL.into_iter().find(|knob| knob.symbol().starts_with(letter)).map(Symbol::Knob))
}

/// `formula` in pieces, in order; put together they are the formula. η̃ is no setting, and stays with its neighbours.
pub fn pieces(formula: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut letters = formula.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let tilde = letters.peek().is_some_and(|(_, next)| *next == TILDE);
        let Some(symbol) = symbol_of(letter).filter(|_| !tilde) else { continue };
        let end = at + letter.len_utf8();
        if start < at {
            out.push(Piece { text: &formula[start..at], symbol: None });
        }
        out.push(Piece { text: &formula[at..end], symbol: Some(symbol) });
        start = end;
    }
    if start < formula.len() {
        out.push(Piece { text: &formula[start..], symbol: None });
    }
    out
}

/// Draws it; the symbol under the pointer, or the one that has the keyboard.
pub fn formula_ui(ui: &mut Ui, formula: &str) -> Option<Symbol> {
    let mut lit = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let right = ui.max_rect().right();
        for (i, part) in formula.split(GAP).enumerate() {
            let laid_out =
                |text: &str| ui.painter().layout_no_wrap(text.into(), theme::regular(15.0), Color32::PLACEHOLDER);
            let pieces: Vec<_> = pieces(part).into_iter().map(|piece| (piece, laid_out(piece.text))).collect();
            let width: f32 = pieces.iter().map(|(_, galley)| galley.size().x).sum();
            if i > 0 {
                ui.add_space(24.0);
                if ui.cursor().left() + width > right {
                    ui.end_row();
                }
            }
            for (piece, galley) in pieces {
                lit = lit.or(piece_ui(ui, piece, galley));
            }
        }
    });
    lit
}

fn piece_ui(ui: &mut Ui, piece: Piece<'_>, galley: std::sync::Arc<egui::Galley>) -> Option<Symbol> {
    let p = Palette::now(ui);
    let sense = if piece.symbol.is_some() { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(galley.size(), sense);
    let Some(symbol) = piece.symbol else {
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, piece.text));
        ui.painter().galley(rect.min, galley, p.ink);
        return None;
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, symbol.words()));
    let ink = match symbol {
        Symbol::Knob(_) => p.arm_text(Arm::Wd),
        Symbol::Alpha => p.arm_text(Arm::Exp),
    };
    ui.painter().galley(rect.min, galley, ink);
    let line = vec![rect.left_bottom() + vec2(0.0, -1.0), rect.right_bottom() + vec2(0.0, -1.0)];
    ui.painter().extend(Shape::dashed_line(&line, Stroke::new(1.0, ink), 1.5, 1.5));
    if response.clicked() {
        // A finger does not hover.
        response.request_focus();
    }
    focus_ring(ui, &response);
    let on = response.hovered() || response.has_focus();
    response.on_hover_cursor(CursorIcon::Help).on_hover_text(symbol.words());
    on.then_some(symbol)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_of_the_settings_are_found_and_the_twins_rate_is_none() {
        let formula = "η̃ = η / (u u′),   x² − (1 + γ − λη)x + γ = 0,   α⁻²ᵗ";
        let pieces = pieces(formula);
        assert_eq!(pieces.iter().map(|piece| piece.text).collect::<String>(), formula);
        let letters: String = pieces.iter().filter(|piece| piece.symbol.is_some()).map(|piece| piece.text).collect();
        assert_eq!(letters, "ηγληγα");
        assert_eq!(pieces[1].symbol, Some(Symbol::Knob(Knob::LearningRate)));
        assert_eq!(super::pieces("ṽ = 0"), [Piece { text: "ṽ = 0", symbol: None }]);
    }
}
