//! What is shown, as opposed to what is trained: the `view=` part of a link.

/// How the two runs are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Layout {
    /// All runs in one plot.
    #[default]
    Overlaid,
    /// The weight-decay run left, its twin right.
    SideBySide,
}

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct View {
    /// Overlaid or side by side.
    pub layout: Layout,
    /// Raw per-batch losses only, without the smoothed line.
    pub raw: bool,
}
