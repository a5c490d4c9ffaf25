//! The rows of the experiment card about images and network. What cannot be trained together is said at once.

use super::entry::entry_ui;
use crate::experiment::link::network as text;
use crate::experiment::{DataChoice, Experiment, limits};
use crate::model::{Architecture, Norm, Shape};
use crate::session::Session;
use crate::ui::actions::Action;
use crate::ui::theme::Palette;
use crate::ui::widgets::{choice, link, row};
use egui::{RichText, Ui};

/// The kinds of networks, as the menu shows them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Residual,
    Dense,
}

const KINDS: [(Kind, &str); 3] = [(Kind::Plain, "ConvNet"), (Kind::Residual, "PreResNet"), (Kind::Dense, "DenseNet")];
const DEPTHS: [(usize, &str); 3] = [(8, "8"), (20, "20"), (32, "32")];

/// The rows; `wish` is the experiment as it would start.
pub fn network_rows_ui(ui: &mut Ui, session: &Session, wish: &mut Experiment, actions: &mut Vec<Action>) {
    data_ui(ui, session, wish, actions);
    row(ui, "network", |ui| {
        sizes_ui(ui, &mut wish.architecture, actions);
        let now = kind(&wish.architecture);
        if let Some(kind) = choice(ui, "network", now, &KINDS) {
            wish.architecture = usual(kind);
        }
    });
    row(ui, "norm", |ui| norm_ui(ui, &mut wish.norm, actions));
    row(ui, "shift · mirror", |ui| {
        if let Some(flip) = choice(ui, "mirror", wish.augment.flip, &[(false, "no"), (true, "yes")]) {
            wish.augment.flip = flip;
        }
        super::experiment_card::dot(ui);
        let most = u32::from(limits::MAX_SHIFT);
        let mut shift = u32::from(wish.augment.shift);
        super::experiment_card::whole(ui, "shift", &mut shift, 0..=most, actions);
        wish.augment.shift = shift.min(most) as u8;
    });
    if let Err(why) = wish.architecture.check(shape(session, wish), wish.norm) {
        let p = Palette::now(ui);
        ui.label(RichText::new(why).size(11.5).color(p.warn));
    }
}

/// Whether `wish` can be trained, as far as is known here.
pub fn can_be_trained(session: &Session, wish: &Experiment) -> bool {
    wish.architecture.check(shape(session, wish), wish.norm).is_ok()
}

/// The images of `wish`: those of other sets are known by their names.
fn shape(session: &Session, wish: &Experiment) -> Shape {
    let (c, h, w) = session.data.shape;
    match wish.data {
        DataChoice::Fashion14 => Shape { c: 1, h: 14, w: 14 },
        DataChoice::Fashion28 => Shape { c: 1, h: 28, w: 28 },
        DataChoice::Own(_) if c == 0 => Shape { c: 3, h: 32, w: 32 },
        DataChoice::Own(_) => Shape { c, h, w },
    }
}

fn data_ui(ui: &mut Ui, session: &Session, wish: &mut Experiment, actions: &mut Vec<Action>) {
    row(ui, "images", |ui| {
        if link(ui, "open files …").on_hover_text("CIFAR, IDX or npz. They stay on this machine.").clicked() {
            actions.push(Action::OpenFiles);
        }
        super::experiment_card::dot(ui);
        let own = match (&session.experiment.data, &wish.data) {
            (DataChoice::Own(key), _) | (_, DataChoice::Own(key)) => Some(key.clone()),
            _ => None,
        };
        let mut all = vec![(0, "Fashion 14×14"), (1, "Fashion 28×28")];
        if let Some(key) = &own {
            all.push((2, key));
        }
        let now = match wish.data {
            DataChoice::Fashion14 => 0,
            DataChoice::Fashion28 => 1,
            DataChoice::Own(_) => 2,
        };
        if let Some(chosen) = choice(ui, "images", now, &all) {
            wish.data = match (chosen, own) {
                (0, _) => DataChoice::Fashion14,
                (2, Some(key)) => DataChoice::Own(key),
                _ => DataChoice::Fashion28,
            };
        }
    });
}

fn kind(architecture: &Architecture) -> Kind {
    match architecture {
        Architecture::ConvNet { .. } => Kind::Plain,
        Architecture::PreResNet { .. } => Kind::Residual,
        Architecture::DenseNet { .. } => Kind::Dense,
    }
}

/// One of the kind that trains while somebody watches.
fn usual(kind: Kind) -> Architecture {
    match kind {
        Kind::Plain => Architecture::default(),
        Kind::Residual => Architecture::PreResNet { depth: 8, widths: vec![8, 16, 32] },
        Kind::Dense => Architecture::DenseNet { blocks: 2, layers: 2, growth: 8 },
    }
}

/// The sizes, typed as a link has them: `16,32s2,32s2`, `16,32,64`, `3x4k12`.
fn sizes_ui(ui: &mut Ui, architecture: &mut Architecture, actions: &mut Vec<Action>) {
    let written = text::write(architecture);
    let (name, sizes) = written.split_once(':').unwrap_or((&written, ""));
    if let Some(typed) = entry_ui(ui, "network sizes", sizes, 110.0) {
        match text::read(&format!("{name}:{}", typed.replace([' ', '×'], ""))) {
            Ok(read) => *architecture = read,
            Err(why) => {
                actions.push(Action::Notice(format!("Sizes “{typed}” were asked for, {why}; nothing was changed.")));
            }
        }
    }
    if let Architecture::PreResNet { depth, .. } = architecture {
        super::experiment_card::dot(ui);
        if let Some(chosen) = choice(ui, "depth", *depth, &DEPTHS) {
            *depth = chosen;
        }
    }
}

fn norm_ui(ui: &mut Ui, norm: &mut Norm, actions: &mut Vec<Action>) {
    if let Norm::Group(groups) = norm {
        super::experiment_card::whole(ui, "groups", groups, 1..=limits::MAX_SIZE, actions);
        super::experiment_card::dot(ui);
    }
    let all = [(0, "Batch"), (1, "Group"), (2, "Layer"), (3, "Instance")];
    let now = match norm {
        Norm::Batch => 0,
        Norm::Group(_) => 1,
        Norm::Layer => 2,
        Norm::Instance => 3,
    };
    match choice(ui, "norm", now, &all) {
        Some(0) => *norm = Norm::Batch,
        Some(1) => *norm = Norm::Group(4),
        Some(2) => *norm = Norm::Layer,
        Some(_) => *norm = Norm::Instance,
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_menu_offers_can_be_trained_on_both_sets() {
        for (one, _) in KINDS {
            assert!(kind(&usual(one)) == one);
            for side in [14, 28] {
                for norm in [Norm::Batch, Norm::Group(4), Norm::Layer, Norm::Instance] {
                    assert_eq!(usual(one).check(Shape { c: 1, h: side, w: side }, norm), Ok(()));
                }
            }
        }
    }
}
