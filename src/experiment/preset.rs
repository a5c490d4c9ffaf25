//! Experiments worth showing, each with a name of its own in links: `p=fig2`.
//!
//! A preset is a link. A link with `p=` starts from its experiment and view and says only what is otherwise.

use super::{Experiment, Link, View};

/// An experiment with what shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name in links. Links live for years: a key is never given to another experiment.
    pub key: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it trains and shows, as a fragment without `v` and `p`.
    pub fragment: &'static str,
}

/// A row of [`ALL`].
const fn preset(key: &'static str, title: &'static str, fragment: &'static str) -> Preset {
    Preset { key, title, fragment }
}

/// All presets, in the order of the tour (what it says about each stands in `ui::tour::texts`). Each shows what it says
/// within some 20 seconds of training on a CPU.
pub const ALL: [Preset; 23] = [
    preset("start", "Two networks, one function", ""),
    preset(
        "fig2",
        "Figure 2: constant learning rate",
        "wd=5e-4&net=preres8:8,16,32&batch=32&arms=wd,exp,control&n=800\
         &view=group:3,plots:learning_rate/weight_norm/ratio/distance",
    ),
    preset("fig3", "Figure 3: Lemma 1", "n=600&view=plots:lemma/cosine/gradient_ratio"),
    preset(
        "fig1-step",
        "Figure 1: step decay",
        "wd=5e-3&sched=step:300,500/0.1&n=800&view=plots:schedule/loss/distance",
    ),
    preset("fig1-tri", "Figure 1: triangular", "wd=5e-3&sched=tri:200/0&n=800&view=plots:schedule/loss/distance"),
    preset("fig1-cos", "Figure 1: cosine", "wd=5e-3&sched=cosr:200/0&n=800&view=plots:schedule/loss/distance"),
    preset("cosine", "One cosine, with warm-up", "sched=cos:600/0~60&n=720&view=plots:schedule/loss/distance"),
    preset(
        "fig5",
        "Figure 5: step decay against TEXP",
        "wd=5e-3&sched=step:120,240/0.1&twin=texp&break=texp--&arms=wd,exp,control,broken&n=400\
         &view=plots:learning_rate/effective_lr/distance",
    ),
    preset("astronomical", "Astronomical", "wd=0.5&mom=0&n=22500&view=plots:learning_rate/weight_norm/distance"),
    preset("gamma0", "No momentum", "wd=0.02&mom=0&n=800&view=plots:learning_rate/phase/distance"),
    preset("border", "The border", "wd=0.029&n=400&view=plots:phase/learning_rate/distance"),
    preset("relu-f32", "Rounding: ReLU in f32", "act=relu&n=600&view=plots:distance/cosine/loss"),
    preset("relu-f64", "Rounding: ReLU in f64", "act=relu&n=600&engine=cpu&prec=f64&view=plots:distance/cosine/loss"),
    preset("gelu-f32", "Rounding: GELU in f32", "n=600&view=plots:distance/cosine/loss"),
    preset(
        "epsilon",
        "Why ε must be scheduled",
        "break=eps&eps=0.1&arms=wd,exp,control,broken&n=400&view=plots:distance/loss/effective_lr",
    ),
    preset(
        "naive",
        "The closed form from an empty buffer",
        "break=naive&arms=wd,exp,control,broken&n=400&view=plots:learning_rate/loss/distance",
    ),
    preset(
        "growth",
        "A growth that is a little too fast",
        "break=growth:1.05&arms=wd,exp,control,broken&n=400&view=plots:learning_rate/effective_lr/distance",
    ),
    preset(
        "decay",
        "Weight decay left on",
        "break=decay&arms=wd,exp,control,broken&n=400&view=plots:learning_rate/weight_norm/distance",
    ),
    preset(
        "head",
        "The head trained too",
        "break=head&arms=wd,exp,control,broken&n=400&view=plots:loss/accuracy/distance",
    ),
    preset(
        "norescale",
        "Nothing keeps the weights in range",
        "lr=0.08&wd=1&mom=0.5&break=norescale&arms=wd,exp,control,broken&n=300\
         &view=plots:learning_rate/weight_norm/distance",
    ),
    preset(
        "scale",
        "A start 2²⁰ times as large",
        "break=scale:20&arms=wd,exp,control,broken&n=400&view=plots:weight_norm/learning_rate/distance",
    ),
    preset(
        "convert",
        "Convert now",
        "n=900&ev=300:convert=on;600:convert=off&view=plots:learning_rate/weight_norm/distance",
    ),
    preset("toy", "A loss on which weight decay never settles", "n=600&view=plots:toy"),
];

impl Preset {
    /// The preset with this key.
    pub fn of_key(key: &str) -> Option<&'static Self> {
        ALL.iter().find(|preset| preset.key == key)
    }

    /// What it trains and shows, as a link that names it.
    pub fn link(&self) -> Link {
        Link { preset: Self::of_key(self.key).map(|preset| preset.key), ..Link::parse(self.fragment) }
    }

    /// What it trains.
    pub fn experiment(&self) -> Experiment {
        self.link().experiment
    }

    /// What it shows.
    pub fn view(&self) -> View {
        self.link().view
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_a_link_without_a_note_and_written_as_short_as_can_be() {
        for preset in ALL {
            let link = preset.link();
            assert_eq!(link.notes, Vec::<String>::new(), "{}", preset.key);
            assert_eq!(link.fragment(), format!("#v=1&p={}", preset.key));
            assert!(!preset.fragment.contains("p="), "{}: a preset starts from the defaults", preset.key);
            let alone = Link { preset: None, ..link };
            let written = if preset.fragment.is_empty() { "#v=1".into() } else { format!("#v=1&{}", preset.fragment) };
            assert_eq!(alone.fragment(), written, "{}: in canonical order", preset.key);
        }
    }

    #[test]
    fn figure_2_shows_the_first_convolution_of_the_second_residual_block() {
        let preset = Preset::of_key("fig2").unwrap();
        let (experiment, view) = (preset.experiment(), preset.view());
        let input = crate::model::Shape { c: 1, h: 14, w: 14 };
        let net = experiment.architecture.net(input, 10, experiment.norm, experiment.activation);
        let plan = crate::model::Plan::new(&net, experiment.batch);
        let groups = crate::model::invariance_groups(&plan).unwrap();
        assert_eq!(groups[view.group].name, "stage2.block1.conv1");
        assert_eq!(groups.iter().filter(|group| group.name.ends_with(".conv1")).count(), 3, "one block a stage");
    }

    #[test]
    fn keys_are_unique_and_short() {
        for (i, preset) in ALL.iter().enumerate() {
            assert!(ALL[..i].iter().all(|other| other.key != preset.key && other.title != preset.title));
            assert!(preset.key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            assert_eq!(Preset::of_key(preset.key), Some(preset));
        }
        assert_eq!(Preset::of_key("fig4"), None);
    }
}
