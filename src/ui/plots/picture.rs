//! An instrument that is no set of curves over steps.

use crate::ui::actions::Action;
use egui::{Rect, Ui};

/// How a picture draws itself into a rectangle: with what it found out already for its subtitle.
pub type Draw<'a> = Box<dyn FnOnce(&mut Ui, Rect, &mut Vec<Action>) + 'a>;

/// A picture, ready to be drawn.
pub struct Picture<'a> {
    /// The reader's question.
    pub title: &'static str,
    /// What exactly is shown.
    pub subtitle: String,
    /// Draws it; `Err` is what is said while there is nothing to show.
    pub draw: Result<Draw<'a>, &'static str>,
}

impl<'a> Picture<'a> {
    /// A picture with something to show.
    pub fn new(
        title: &'static str,
        subtitle: impl Into<String>,
        draw: impl FnOnce(&mut Ui, Rect, &mut Vec<Action>) + 'a,
    ) -> Self {
        Self { title, subtitle: subtitle.into(), draw: Ok(Box::new(draw)) }
    }

    /// A picture with nothing to show yet.
    pub fn empty(title: &'static str, subtitle: impl Into<String>, why: &'static str) -> Self {
        Self { title, subtitle: subtitle.into(), draw: Err(why) }
    }
}
