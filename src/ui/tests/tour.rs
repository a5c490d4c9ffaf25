//! The tour, under hands.

use super::*;
use crate::experiment::{Preset, preset};

fn open_preset(key: &str, size: Vec2) -> (Harness<'static, App>, Recorder) {
    open_link(Preset::of_key(key).expect("a preset").link(), size, Theme::Light, State::Playing, 50)
}

fn press(harness: &mut Harness<'_, App>, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
    harness.run_steps(4);
}

fn is_open(harness: &Harness<'_, App>) -> bool {
    harness.query_by_role_and_label(Role::Button, "Close the tour").is_some()
}

#[test]
fn a_link_with_a_preset_opens_the_card_and_next_loads_the_next() {
    for size in SIZES {
        let (mut harness, recorder) = open_preset("fig2", size);
        assert!(is_open(&harness) && harness.query_by_label("Figure 2: constant learning rate").is_some());
        press(&mut harness, "Next preset");
        let third = &preset::ALL[2];
        assert!(matches!(&recorder.take()[..], [Command::Load(e), Command::Play] if **e == third.experiment()));
        assert_eq!(harness.state().fragment(), format!("#v=1&p={}", third.key));
        assert!(harness.query_by_label(third.title).is_some());
        press(&mut harness, "Previous preset");
        assert_eq!(harness.state().fragment(), "#v=1&p=fig2");
        assert!(matches!(recorder.take()[..], [Command::Load(_), Command::Play]));
        press(&mut harness, "Close the tour");
        assert!(!is_open(&harness));
        assert_eq!(harness.state().fragment(), format!("#v=1&{}", preset::ALL[1].fragment), "spelled out");
        assert_eq!(recorder.take(), [], "what trains goes on");
    }
}

#[test]
fn the_tour_button_opens_and_closes_it() {
    for size in SIZES {
        let (mut harness, recorder) = open(size, Theme::Dark, State::Playing, 50);
        assert!(!is_open(&harness));
        press(&mut harness, "Tour");
        assert!(is_open(&harness));
        assert_eq!(harness.state().fragment(), "#v=1&p=start");
        assert_eq!(recorder.take(), [], "the first preset is what trains already");
        press(&mut harness, "Tour");
        assert!(!is_open(&harness));
    }
}

#[test]
fn every_card_fits_at_every_size() {
    for size in SIZES {
        for (place, preset) in preset::ALL.iter().enumerate() {
            let (harness, recorder) = open_preset(preset.key, size);
            let shown = |name: &str| harness.get_by_label(name).rect();
            let place = format!("{} of {}", place + 1, preset::ALL.len());
            for name in ["Close the tour", "Previous preset", "Next preset", &place] {
                let rect = shown(name);
                assert!(rect.left() > 0.0 && rect.right() < size.x, "{} {name} {rect}", preset.key);
                assert!(rect.top() > 48.0 && rect.bottom() < size.y, "{} {name} {rect}", preset.key);
            }
            let [close, next, previous] = ["Close the tour", "Next preset", "Previous preset"].map(shown);
            assert!(!close.intersects(next) && !next.intersects(previous) && !shown(&place).intersects(previous));
            assert!(!shown(preset.title).intersects(close), "{}", preset.key);
            assert_eq!(recorder.take(), [], "drawing asks for nothing");
            if preset.key == "fig5" {
                let last = harness.get_by_label("4.30·10¹¹").rect();
                assert!(last.right() <= close.right(), "{last} {size}");
            }
        }
    }
}

#[test]
fn the_top_bar_still_fits() {
    for width in [1440.0, 1350.0, 1200.0, 1024.0, 720.0, 390.0, 360.0] {
        let (harness, _) = open(vec2(width, 844.0), Theme::Light, State::Finished, 1_600);
        let mut rects: Vec<egui::Rect> =
            harness.get_all_by_role(Role::Button).map(|node| node.rect()).filter(|r| r.bottom() < 48.0).collect();
        rects.sort_by(|a, b| a.left().total_cmp(&b.left()));
        assert!(rects.len() >= 4);
        assert!(rects.windows(2).all(|pair| pair[0].right() <= pair[1].left()), "{width}: {rects:?}");
        let name = harness.get_by_label("ExpLR Lab").rect();
        assert!(rects.iter().all(|r| !r.intersects(name) && r.right() <= width), "{width}: {name} {rects:?}");
        let layout = harness.get_by_label("Side by side").rect();
        let progress = harness.get_by_label_contains("step 1,600").rect();
        assert!(!progress.intersects(layout), "{width}: {progress} {layout}");
    }
}

#[test]
fn a_letter_lights_what_it_stands_for() {
    for size in SIZES {
        let (mut harness, _) = open_preset("growth", size);
        let shapes = |harness: &Harness<'_, App>| harness.output().shapes.len();
        let dark = shapes(&harness);
        for name in ["η: the learning rate", "λ: the weight decay", "γ: the momentum", "α: the larger root"] {
            let letter = harness.query_all_by_label_contains(name).next().expect("in the formula").rect();
            harness.hover_at(letter.center());
            harness.run_steps(3);
            let lit = harness.output().shapes.iter().filter(|shape| is_light(&shape.shape)).count();
            // α is both in the sheet of a phone and in the card of the twin.
            assert!(lit == 1 || lit == 2 && size.x < 720.0, "{lit}: {name} at {size}");
            harness.hover_at(egui::pos2(2.0, 2.0));
            harness.run_steps(3);
            assert!(!harness.output().shapes.iter().any(|shape| is_light(&shape.shape)), "{name}");
        }
        assert_eq!(shapes(&harness), dark);
    }
}

/// Whether it is the tint behind what a letter points at.
fn is_light(shape: &egui::Shape) -> bool {
    let p = theme::Palette::of(Theme::Light);
    let tints = [Arm::Wd, Arm::Exp].map(|arm| p.light(arm));
    matches!(shape, egui::Shape::Rect(rect) if tints.contains(&rect.fill))
}

#[test]
fn a_question_is_tried_by_its_button() {
    let (mut harness, recorder) = open_preset("start", SIZES[0]);
    press(&mut harness, "Set λ to 0.00100");
    assert_eq!(recorder.take(), [Command::Set(Setting::WeightDecay(1e-3))]);
    let (mut harness, recorder) = open_preset("fig3", SIZES[2]);
    press(&mut harness, "Train with ReLU");
    assert!(matches!(&recorder.take()[..], [Command::Load(e), Command::Play] if e.activation.key() == "relu"));
    assert!(is_open(&harness));
    assert_eq!(harness.state().fragment(), "#v=1&p=fig3&act=relu", "the preset stays what the link is said against");
    let (mut harness, _) = open_preset("fig1-cos", SIZES[1]);
    press(&mut harness, "Show them side by side");
    assert!(harness.state().fragment().contains("view=side"));
}
