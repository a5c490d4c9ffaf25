//! Where things go: three arrangements, chosen by the window's width alone.

/// Space between cards, points.
pub const GAP: f32 = 10.0;
/// Height of the top bar, points.
pub const TOP_BAR: f32 = 48.0;
/// A plot is never drawn lower than this, points; the page scrolls instead.
const MIN_PLOT: f32 = 186.0;
/// A plot is never drawn higher than this, points.
const MAX_PLOT: f32 = 430.0;

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Controls left, three columns of plots.
    Wide,
    /// Controls left, two columns of plots.
    Medium,
    /// One scrolling column above a sheet of controls.
    Narrow,
}

impl Room {
    /// The arrangement for a window of this width, points.
    pub fn of(width: f32) -> Self {
        match width {
            w if w >= 1_200.0 => Self::Wide,
            w if w >= 720.0 => Self::Medium,
            _ => Self::Narrow,
        }
    }

    /// Columns of plots.
    pub fn columns(self) -> usize {
        match self {
            Self::Wide => 3,
            Self::Medium => 2,
            Self::Narrow => 1,
        }
    }

    /// Width of the column of controls, points.
    pub fn controls_width(self) -> f32 {
        if self == Self::Wide { 296.0 } else { 264.0 }
    }
}

/// Height of one of `rows` rows of plots when `height` is free for them and `below` more would be nice to keep free.
pub fn plot_height(height: f32, below: f32, rows: usize) -> f32 {
    let gaps = GAP * rows as f32;
    let with_below = (height - below - gaps) / rows as f32;
    let alone = (height - gaps + GAP) / rows as f32;
    if with_below >= MIN_PLOT { with_below.min(MAX_PLOT) } else { alone.clamp(MIN_PLOT, MAX_PLOT) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_sizes() {
        assert_eq!(Room::of(1440.0), Room::Wide);
        assert_eq!(Room::of(1024.0), Room::Medium);
        assert_eq!(Room::of(390.0), Room::Narrow);
    }

    #[test]
    fn plots_fill_the_height_or_the_page_scrolls() {
        assert_eq!(plot_height(760.0, 80.0, 2), (760.0 - 80.0 - 20.0) / 2.0);
        // Too low for what comes below: the plots take all of it.
        assert_eq!(plot_height(620.0, 80.0, 3), 200.0);
        assert_eq!(plot_height(100.0, 80.0, 3), MIN_PLOT);
    }
}
