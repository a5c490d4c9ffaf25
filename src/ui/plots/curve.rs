//! What a plot is made of, as data: curves, words at their ends, a scale.

use super::ticks::Scale;
use crate::experiment::Arm;
use crate::session::{Marks, Series};
use crate::ui::theme::{self, Dash};
use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

/// The points of a curve.
pub enum Points<'a> {
    /// One value a step, from step 0 on.
    Rows(&'a Series),
    /// The same, derived and kept.
    Kept(Rc<Series>),
    /// Values at some steps.
    Marks(&'a Marks),
    /// The same, derived and kept.
    KeptMarks(Rc<Marks>),
    /// (step, value), ascending.
    At(Cow<'a, [(u64, f64)]>),
}

/// The forms points have.
enum Form<'a> {
    Rows(&'a Series),
    At(&'a [(u64, f64)], Option<&'a Marks>),
}

impl Points<'_> {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn form(&self) -> Form<'_> {
        match self {
            Self::Rows(series) => Form::Rows(series),
            Self::Kept(series) => Form::Rows(series),
            Self::Marks(marks) => Form::At(marks, Some(marks)),
            Self::KeptMarks(marks) => Form::At(marks, Some(marks)),
            Self::At(points) => Form::At(points, None),
        }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        match self.form() {
            Form::Rows(series) => series.len(),
            Form::At(points, _) => points.len(),
        }
    }

    /// The last step, if there is one.
    pub fn end(&self) -> Option<f64> {
        self.len().checked_sub(1).map(|i| self.get(i).0)
    }

    /// Step and value of a point.
    pub fn get(&self, i: usize) -> (f64, f64) {
        match self.form() {
            Form::Rows(series) => (series.rows().step(i) as f64, series[i]),
            Form::At(points, _) => (points[i].0 as f64, points[i].1),
        }
    }

    /// The smallest and the largest value of what a point stands for: of itself, or of a thinned stretch.
    pub fn span(&self, i: usize) -> [f64; 2] {
        match self.form() {
            Form::Rows(series) => series.span(i),
            Form::At(_, Some(marks)) => marks.span(i),
            Form::At(points, None) => [points[i].1; 2],
        }
    }

    /// The points between two steps, with one more on each side so that lines run to the edge.
    pub fn within(&self, [from, to]: [f64; 2]) -> Range<usize> {
        let (first, last) = match self.form() {
            Form::Rows(series) => {
                let (rows, end) = (series.rows(), to.max(0.0).ceil() as u64);
                let last = rows.row(end);
                (rows.row(from.max(0.0) as u64), last + 1 + usize::from(rows.step(last) < end))
            }
            Form::At(p, _) => (
                p.partition_point(|q| (q.0 as f64) < from).saturating_sub(1),
                p.partition_point(|q| q.0 as f64 <= to) + 1,
            ),
        };
        let end = last.min(self.len());
        first.min(end)..end
    }

    /// The point nearest to `step`, if `step` does not lie beyond the curve.
    pub fn nearest(&self, step: f64) -> Option<(f64, f64)> {
        let end = self.end()?;
        let i = match self.form() {
            Form::Rows(series) => series.rows().row(step.round().max(0.0) as u64),
            Form::At(p, _) => {
                let after = p.partition_point(|q| (q.0 as f64) < step).min(p.len() - 1);
                let before = after.saturating_sub(1);
                let away = |i: usize| (p[i].0 as f64 - step).abs();
                if away(before) <= away(after) { before } else { after }
            }
        };
        (step <= end + 1.0).then(|| self.get(i.min(self.len() - 1)))
    }
}

/// One curve.
pub struct Curve<'a> {
    /// Whose; `None` is theory.
    pub arm: Option<Arm>,
    /// In which half it is drawn when the runs are side by side: 0 for weight decay and what compares with it, 1 for the
    /// twin and what theory says of it.
    pub half: usize,
    /// What.
    pub points: Points<'a>,
    /// How.
    pub dash: Dash,
    /// Points.
    pub width: f32,
    /// 1 is full colour.
    pub strength: f32,
    /// Whether the axis is fitted to it.
    pub fitted: bool,
    /// Whether its value is read out under the cursor.
    pub read: bool,
}

impl<'a> Curve<'a> {
    /// The curve of an arm in its own stroke.
    pub fn of(arm: Arm, points: Points<'a>) -> Self {
        let width = match arm {
            Arm::Wd => 2.4,
            Arm::Exp => 2.0,
            Arm::Control => 1.5,
            Arm::Ablation => 1.8,
            Arm::Broken => 1.8,
        };
        let (half, dash) = (usize::from(arm == Arm::Exp), theme::dash_of(arm));
        Self { arm: Some(arm), half, points, dash, width, strength: 1.0, fitted: true, read: true }
    }

    /// Faint and thin behind the rest, and no reason to stretch the axis.
    pub fn faint(arm: Arm, points: Points<'a>) -> Self {
        Self { dash: Dash::Solid, width: 1.0, strength: 0.28, fitted: false, read: false, ..Self::of(arm, points) }
    }

    /// What was recorded earlier: faint in the arm's own stroke, and part of the picture.
    pub fn recorded(arm: Arm, points: Points<'a>) -> Self {
        Self { width: 1.2, strength: 0.32, read: false, ..Self::of(arm, points) }
    }

    /// What theory predicts of the twin: thin and dashed.
    pub fn theory(points: Vec<(u64, f64)>) -> Self {
        Self::predicted(Arm::Exp, points)
    }

    /// What theory predicts of `arm`: thin and dashed.
    pub fn predicted(arm: Arm, points: Vec<(u64, f64)>) -> Self {
        Self {
            arm: None,
            half: usize::from(arm == Arm::Exp),
            points: Points::At(points.into()),
            dash: Dash::Fine,
            width: 1.0,
            strength: 1.0,
            fitted: false,
            read: false,
        }
    }
}

/// Words beside a curve.
pub struct Tag {
    /// Whose.
    pub arm: Arm,
    /// The words.
    pub text: String,
    /// On which side.
    pub side: Side,
}

/// Where words stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above the curve's end.
    Above,
    /// Below the curve's end.
    Below,
    /// In the upper left corner of the plot.
    TopLeft,
}

/// A whole plot, as data.
pub struct Spec<'a> {
    /// The reader's question.
    pub title: &'static str,
    /// What exactly is shown.
    pub subtitle: String,
    /// The vertical axis.
    pub scale: Scale,
    /// The horizontal range, where it is not the one all plots share.
    pub x: Option<[f64; 2]>,
    /// What the axis shows in any case, lowest and highest.
    pub include: Option<[f64; 2]>,
    /// On a logarithmic axis, the height at which an exact zero is drawn.
    pub zero: Option<f64>,
    /// From back to front.
    pub curves: Vec<Curve<'a>>,
    /// Words beside curves.
    pub tags: Vec<Tag>,
    /// Whether it is split when the runs are side by side.
    pub splits: bool,
    /// What is said while there is nothing to show.
    pub empty: &'static str,
}

impl Spec<'_> {
    /// A plot without curves, to be filled: it splits, and waits for the first step.
    pub fn new(title: &'static str, subtitle: impl Into<String>, scale: Scale) -> Self {
        Self {
            title,
            subtitle: subtitle.into(),
            scale,
            x: None,
            include: None,
            zero: None,
            curves: Vec::new(),
            tags: Vec::new(),
            splits: true,
            empty: "The first step is on its way.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Rows;

    #[test]
    fn looking_up_a_step() {
        let series = Series::of(Rows::ALL, vec![5.0, 6.0, 7.0]);
        let per_step = Points::Rows(&series);
        assert_eq!(per_step.nearest(1.2), Some((1.0, 6.0)));
        assert_eq!(per_step.nearest(9.0), None);
        assert_eq!(per_step.within([0.5, 1.5]), 0..3);
        let at = Points::At(vec![(0, 1.0), (10, 2.0), (20, 3.0)].into());
        assert_eq!(at.nearest(14.0), Some((10.0, 2.0)));
        assert_eq!(at.nearest(16.0), Some((20.0, 3.0)));
        assert_eq!(at.nearest(20.0), Some((20.0, 3.0)));
        assert_eq!(at.nearest(25.0), None);
        assert_eq!(at.within([12.0, 13.0]), 1..3);
        assert_eq!(Points::At(Vec::new().into()).nearest(1.0), None);
        assert_eq!(per_step.within([50.0, 60.0]), 3..3);
    }
}
