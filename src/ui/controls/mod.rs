//! The cards on the left: the run, its twin, the runs, the experiment.

mod break_rows;
mod entry;
mod experiment_card;
mod network_rows;
pub mod preview;
mod quadratic;
mod runs_card;
pub mod scale;
mod schedule;
mod slider;
mod sliders;
mod twin_card;
pub mod zone;

pub use experiment_card::experiment_card_ui;
pub use quadratic::quadratic_ui;
pub use runs_card::runs_card_ui;
pub use schedule::schedule_ui;
pub use sliders::sliders_ui;
pub use twin_card::{alpha_ui, ending, twin_card_ui};
