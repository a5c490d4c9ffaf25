//! What is shown as a value of a link: `side,raw,normalised,group:2,plots:loss/learning_rate/distance`.

use super::keys;
use super::number::quoted;
use crate::experiment::view::{Layout, PlotKey, View};

/// The value; `None` where everything is as usual.
pub fn write(view: &View) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    let switches =
        [(view.layout == Layout::SideBySide, keys::SIDE), (view.raw, keys::RAW), (view.normalised, keys::NORMALISED)];
    words.extend(switches.iter().filter(|(is, _)| *is).map(|(_, word)| (*word).to_owned()));
    if view.group != View::default().group {
        words.push(format!("{}:{}", keys::GROUP, view.group));
    }
    if view.is_chosen() {
        let plots: Vec<&str> = view.shown().iter().map(|plot| plot.key()).collect();
        words.push(format!("{}:{}", keys::PLOTS, plots.join("/")));
    }
    (!words.is_empty()).then(|| words.join(","))
}

/// Reads what [`write()`] wrote, or a person; what cannot be shown gets a sentence.
pub fn read(text: &str, notes: &mut Vec<String>) -> View {
    let mut view = View::default();
    for word in text.split(',').filter(|word| !word.is_empty()) {
        match word.split_once(':').unwrap_or((word, "")) {
            (keys::SIDE, "") => view.layout = Layout::SideBySide,
            (keys::RAW, "") => view.raw = true,
            (keys::NORMALISED, "") => view.normalised = true,
            (keys::GROUP, number) => match number.parse::<usize>() {
                Ok(group) if group <= View::MAX_GROUP => view.group = group,
                _ => notes.push(format!(
                    "link asked for the group “{}”, which is no whole number up to {}; it stays {}",
                    quoted(number),
                    View::MAX_GROUP,
                    view.group
                )),
            },
            (keys::PLOTS, list) => view.choose(plots(list, notes)),
            _ => notes.push(format!("link asked view={}, which this page cannot show; left out", quoted(word))),
        }
    }
    view
}

fn plots(list: &str, notes: &mut Vec<String>) -> Vec<PlotKey> {
    let mut plots = Vec::new();
    for name in list.split('/').filter(|name| !name.is_empty()) {
        match PlotKey::of_key(name) {
            Some(plot) => plots.push(plot),
            None => notes.push(format!("link asked for the plot “{}”, which this page does not have", quoted(name))),
        }
    }
    plots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for text in ["side", "raw", "side,raw,normalised,group:0,plots:toy/loss", "group:999", "plots:lemma"] {
            let mut notes = Vec::new();
            let view = read(text, &mut notes);
            assert_eq!(write(&view).as_deref(), Some(text));
            assert_eq!(notes, Vec::<String>::new());
        }
        for plot in PlotKey::ALL {
            let mut view = View::default();
            view.choose([plot]);
            assert_eq!(read(&write(&view).expect("a choice"), &mut Vec::new()), view);
        }
        assert_eq!(write(&View::default()), None);
    }

    #[test]
    fn what_cannot_be_shown_is_said() {
        for (text, sentence) in [
            ("3d", "link asked view=3d, which this page cannot show; left out"),
            ("side:2", "view=side:2"),
            ("group:x", "the group “x”"),
            ("group:1000", "it stays 1"),
            ("plots:loss/nothing", "the plot “nothing”"),
        ] {
            let mut notes = Vec::new();
            read(text, &mut notes);
            assert!(notes.len() == 1 && notes[0].contains(sentence), "{text}: {notes:?}");
        }
        assert_eq!(read("plots:nothing", &mut Vec::new()), View::default());
        assert_eq!(read("plots:", &mut Vec::new()), View::default());
    }
}
