//! The words of the tour. What stands in braces is a fact of the preset: see [`super::facts`].

use super::ask::Ask;
use crate::experiment::Arm;
use crate::experiment::view::{Layout, PlotKey};
use crate::ui::state::Knob;

/// The twin of any schedule (theory 3.2).
const GHOST: &str = "η̃ = η / (u u′),   u′ = u − ηq′,   q′ = γq + λu";

/// What the tour says about a preset.
pub struct Text {
    /// The preset's key.
    pub key: &'static str,
    /// Two to four sentences.
    pub words: &'static str,
    /// What is behind it; [`super::formula::GAP`] stands between two.
    pub formula: &'static str,
    /// Something to find out.
    pub question: &'static str,
    /// What finds it out.
    pub ask: Ask,
}

/// The text of the preset with this key.
pub fn of_key(key: &str) -> Option<&'static Text> {
    ALL.iter().find(|text| text.key == key)
}

/// One text a preset, in the order of the tour.
pub static ALL: [Text; 23] = [
    Text {
        key: "start",
        words: "Two networks begin with the same weights and see the same batches. One has weight decay and a \
                constant learning rate. Its twin has no weight decay, and a learning rate that grows by × {step} \
                at every step. A normalised network cannot see how long its weights are, so both compute the same \
                function; the control shows how far rounding alone would part them.",
        formula: GHOST,
        question: "Does the agreement survive a change in mid-run?",
        ask: Ask::Set(Knob::WeightDecay, 1e-3),
    },
    Text {
        key: "fig2",
        words: "A small relative of the paper’s network, with the paper’s {paper}. The quadratic gives α = \
                {alpha}: the twin’s rate grows by × {step} a step, which over the paper’s epoch of {paper_steps} \
                steps is × {paper_epoch}. The norm shown is that of the first convolution in the second residual \
                block: the twin’s grows without end, and ‖w̃‖²/η̃ stays as level as ‖w‖²/η of the weight-decay \
                run.",
        formula: "η̃ₜ = η α⁻²ᵗ⁻¹,   x² − (1 + γ − λη)x + γ = 0",
        question: "Is the growth a property of the network?",
        ask: Ask::Train("Train another network", "net=conv:16,32s2,32s2"),
    },
    Text {
        key: "fig3",
        words: "Where only the direction of the weights matters, moving them along their own ray changes nothing: \
                the gradient stands at a right angle to them. And twice as far out, the same turn takes twice as \
                long a step: there the gradient is half as long. The picture has both in the plane, where w can be \
                dragged; the plots measure both in the network. Without weight decay and momentum each step is \
                then the third side of a right triangle, and the norm can only grow.",
        formula: "⟨g, w⟩ = 0,   g(cw) = g(w)/c,   ‖w′‖² = ‖w‖² + η²‖g‖²",
        question: "Is it a matter of the activation?",
        ask: Ask::Train("Train with ReLU", "act=relu"),
    },
    Text {
        key: "fig1-step",
        words: "The learning rate drops in two steps. The twin’s drops with it, and between the drops it climbs, \
                each time more slowly, because its growth depends on λη. The twin needs no plan of its own: the \
                ghost weight u turns any schedule into one.",
        formula: GHOST,
        question: "Must the slope change with the drop?",
        ask: Ask::Open("fig5"),
    },
    Text {
        key: "fig1-tri",
        words: "Up to η and down to 0, again and again. Wherever the learning rate is 0, the twin’s is 0 too; in \
                between its peaks rise from triangle to triangle, as u shrinks. The equivalence asks nothing of \
                the schedule but that no rate is negative.",
        formula: GHOST,
        question: "May the momentum change halfway up a slope?",
        ask: Ask::Set(Knob::Momentum, 0.8),
    },
    Text {
        key: "fig1-cos",
        words: "Half a cosine from η to 0, then a restart at full height. The restart is a jump in the learning \
                rate, and the twin makes the same jump from where its own growth has brought it.",
        formula: GHOST,
        question: "Can the two runs be told apart without their legend?",
        ask: Ask::Arrange("Show them side by side", Layout::SideBySide),
    },
    Text {
        key: "cosine",
        words: "A linear warm-up from 0, then half a cosine down to 0. At the end the twin’s learning rate goes to \
                0 as well, from far above the one it follows: both networks come to rest, and in the same \
                function.",
        formula: GHOST,
        question: "What if the cosine keeps a tenth of η?",
        ask: Ask::Train("Train with a floor", "sched=cos:600/0.1~60"),
    },
    Text {
        key: "fig5",
        words: "TEXP is the twin of step decay (Theorem 2): inside a phase of constant η its rate grows by that \
                phase’s α⁻² a step, and on entering a phase it takes the factor below. The table has it for the \
                paper’s schedule, {paper}, a tenth after {drops} epochs of {paper_steps} steps. The fifth run, \
                TEXP−−, makes the drop but keeps the old growth: the drop soon wears off, and the run parts from \
                the others.",
        formula: "η̃′ = η̃ · (η₁/η₀) / (α₁α₀),   x² − (1 + γ − λη)x + γ = 0",
        question: "How does the schedule go on?",
        ask: Ask::Show("Show the schedule ahead", PlotKey::Schedule),
    },
    Text {
        key: "astronomical",
        words: "Strong decay and no momentum: α = 1 − λη = {alpha}, and the twin’s rate gains a digit about every \
                {tenfold} steps. After {n} steps it is near {end}, and no floating-point number holds that. When \
                the weights have doubled they are halved, and their buffer is doubled: a change of exponents only, \
                so no gradient changes a digit. The plots put the exponents back.",
        formula: "α = 1 − λη,   η̃ₜ = η α⁻²ᵗ⁻¹",
        question: "And without the halvings?",
        ask: Ask::Open("norescale"),
    },
    Text {
        key: "gamma0",
        words: "Without momentum the proof is one line. Weight decay multiplies the weights by 1 − λη before each \
                gradient step, and the twin leaves out the factor and makes up for it in its learning rate. The \
                smaller root is 0, α = {alpha}, and the closed form holds from the very first step.",
        formula: "α = 1 − λη,   η̃ₜ = η (1 − λη)⁻²ᵗ⁻¹",
        question: "What does momentum do to α?",
        ask: Ask::Set(Knob::Momentum, 0.9),
    },
    Text {
        key: "border",
        words: "Here λη = {decay}, beyond the border of {border}. The roots are complex, and u no longer decays \
                but swings: after {ends} steps it would pass 0, and the twin’s rate with it. Up to there the twin \
                is exact; there it ends, since a negative learning rate has no meaning. Restarting the gauge is \
                exact too, and gives it a new lease.",
        formula: "λη ≤ (1 − √γ)²,   x² − (1 + γ − λη)x + γ = 0",
        question: "Which settings have a twin for ever?",
        ask: Ask::Train("Train inside the border", "wd=0.02"),
    },
    Text {
        key: "relu-f32",
        words: "The theorem is exact, but arithmetic rounds, here by about {f32}. ReLU has a kink: where rounding \
                carries a number across 0, a gradient switches on or off, and a tiny difference becomes a finite \
                one. So the curves part early. The control, the weight-decay run with every first weight moved by \
                one unit in the last place, parts as early: the fault is not the twin’s.",
        formula: "θ = u θ̃,   η̃ = η / (u u′)",
        question: "Is it rounding, then?",
        ask: Ask::Open("relu-f64"),
    },
    Text {
        key: "relu-f64",
        words: "The same network with 64 bits, which round by about {f64}. Hardly a number is carried across the \
                kink within these steps, and the twin stays with the weight-decay run many orders of magnitude \
                closer than in 32 bits.",
        formula: "θ = u θ̃,   η̃ = η / (u u′)",
        question: "Can 32 bits do it too?",
        ask: Ask::Open("gelu-f32"),
    },
    Text {
        key: "gelu-f32",
        words: "GELU has no kink. A difference of rounding then grows slowly, and in plain 32 bits the twin stays \
                about as near as the control does. That is why this page trains with it unless told otherwise.",
        formula: "θ = u θ̃,   η̃ = η / (u u′)",
        question: "Does a larger λ bring chaos back?",
        ask: Ask::Train("Train with a larger λ", "wd=5e-3"),
    },
    Text {
        key: "epsilon",
        words: "A norm divides by √(variance + ε). The twin’s weights grow and its variances with their square, so \
                an ε that stays at {eps} would weigh less and less: another function. Divided by u² at every step \
                it keeps its share, and the twin stays exact however large ε is. The fifth run leaves it fixed.",
        formula: "ε̃ = ε / u²,   η̃ = η / (u u′)",
        question: "And with no ε at all?",
        ask: Ask::Train("Train with ε = 0", "eps=0"),
    },
    Text {
        key: "naive",
        words: "The closed form is exact only for a momentum buffer that begins as the formula says. Optimisers \
                begin with an empty one, and from there the closed form leads to another trajectory, at first a \
                little off, later altogether. The ghost weight starts from the empty buffer and needs no \
                correction; after some steps its rate is the closed form times a constant.",
        formula: "ṽ₀ = −(1 − α)/(αη) · θ₀,   η̃ₜ = η α⁻²ᵗ⁻¹",
        question: "Is the closed form right with its own buffer?",
        ask: Ask::Train("Let the twin use it so", "twin=texp"),
    },
    Text {
        key: "growth",
        words: "Is it enough that the learning rate grows somehow? The fifth run is the twin with a growth of × \
                {wrong_step} a step instead of × {step}. Its effective learning rate drifts away, and the function \
                with it.",
        formula: "η̃ₜ = η α⁻²ᵗ⁻¹,   x² − (1 + γ − λη)x + γ = 0",
        question: "How small an error shows?",
        ask: Ask::Train("Train with a smaller one", "break=growth:1.005"),
    },
    Text {
        key: "decay",
        words: "The growing rate does not assist weight decay: it replaces it. The fifth run has both. Decay acts \
                through λη̃, which now grows from step to step, so that its weights are held back as the twin’s \
                climb, and the two functions part.",
        formula: "v′ = γv + g + λw,   w′ = w − η̃v′",
        question: "And neither of the two?",
        ask: Ask::Join("Train the run without decay too", Arm::Ablation),
    },
    Text {
        key: "head",
        words: "All this needs a norm behind every trained weight. The last layer has none: twice its weights are \
                twice the logits, another function. So it stays as it was drawn at the start, which Hoffer et al. \
                found to cost no accuracy. The fifth run trains it too, with the twin’s growing rate, and parts.",
        formula: "f(cθ) = f(θ),   η̃ = η / (u u′)",
        question: "Does the length of the frozen layer matter?",
        ask: Ask::Train("Train with a longer one", "head=30"),
    },
    Text {
        key: "norescale",
        words: "A number of 32 bits ends near {largest}. The fifth run does without the halvings. First a sum of \
                squares in a norm overflows, and some steps are finite but wrong; then the gradients are 0. The \
                twin, halved in time, notices nothing.",
        formula: "(θ̃, ṽ, η̃) → (θ̃/2, 2ṽ, η̃/4),   η̃ₜ = η α⁻²ᵗ⁻¹",
        question: "Are 64 bits enough?",
        ask: Ask::Train("Train in 64 bits", "engine=cpu&prec=f64"),
    },
    Text {
        key: "scale",
        words: "The fifth run is no twin: it is the weight-decay run from weights {power} times as large, with η, \
                λ and ε moved to match. It is the same run bit for bit, for powers of two change exponents only. \
                Its distance is 0, and not nearly 0: a learning rate means nothing without the length of the \
                weights.",
        formula: "(θ, η, λ, ε) → (cθ, c²η, λ/c², c²ε)",
        question: "And from a start as small?",
        ask: Ask::Train("Start as far below", "break=scale:-20"),
    },
    Text {
        key: "convert",
        words: "At step {convert} the weight-decay run itself is converted: its decay is switched off, its \
                learning rate begins to climb as the twin’s does, and no weight is touched. Its function goes on \
                as though nothing had happened. At step {back} it turns back.",
        formula: "θ̃ = θ/u,   ṽ = uv − qθ,   η̃ = η / (u u′)",
        question: "Must it turn back?",
        ask: Ask::Train("Convert early, for good", "ev=100:convert=on"),
    },
    Text {
        key: "toy",
        words: "Two weights, and a loss of their direction only. Weight decay shortens them until the same η is \
                too long a step for them; a kick throws them out, and it begins anew, for as long as one likes. \
                With the decay dropped they come to rest. The twin goes the way of the decaying run, along the \
                same rays, ever farther out.",
        formula: "L = x²/(x² + y²),   ‖wₜ‖² ≈ α²ᵗ ‖w₀‖²,   x² − (1 + γ − λη)x + γ = 0",
        question: "How often does it kick?",
        ask: Ask::Set(Knob::WeightDecay, 0.01),
    },
];

#[cfg(test)]
mod tests {
    use super::super::{facts, formula};
    use super::*;
    use crate::experiment::{Link, Preset, preset};
    use crate::session::Session;
    use crate::ui::state::UiState;
    use crate::ui::theme;

    #[test]
    fn every_preset_has_its_text_in_the_same_order() {
        let keys = |text: &Text| text.key;
        assert_eq!(ALL.iter().map(keys).collect::<Vec<_>>(), preset::ALL.map(|preset| preset.key));
        assert!(of_key("fig4").is_none());
    }

    #[test]
    fn texts_are_short_and_every_fact_is_known() {
        for (text, preset) in ALL.iter().zip(&preset::ALL) {
            let words = facts::filled(text.words, preset);
            assert!(!words.contains(['{', '}']), "{}: {words}", text.key);
            assert!((100..=600).contains(&words.chars().count()), "{}: {}", text.key, words.chars().count());
            let sentences = words.split(['.', '?']).filter(|s| s.starts_with(' ') || s.len() > 20).count();
            assert!((2..=6).contains(&sentences), "{}: {sentences}", text.key);
            assert!(text.question.ends_with('?') && text.question.len() < 60, "{}", text.key);
        }
    }

    #[test]
    fn every_formula_is_of_known_symbols_and_points_somewhere() {
        const GREEK: &str = "αγεηθλ";
        for text in &ALL {
            let greek = |c: &char| ('Α'..='ω').contains(c);
            assert!(text.formula.chars().filter(greek).all(|c| GREEK.contains(c)), "{}", text.formula);
            let parts = text.formula.split(formula::GAP);
            let pointing = parts.flat_map(formula::pieces).filter(|piece| piece.symbol.is_some()).count();
            assert!(pointing > 0, "{}", text.formula);
        }
    }

    #[test]
    fn the_fonts_have_every_letter() {
        let ctx = egui::Context::default();
        theme::install(&ctx);
        ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
        let font = theme::regular(13.0);
        let has = |c: char| ctx.fonts_mut(|fonts| fonts.has_glyph(&font, c));
        assert!(!has('\u{4e00}'), "a letter that Inter lacks is missed");
        for (text, preset) in ALL.iter().zip(&preset::ALL) {
            let shown = [&facts::filled(text.words, preset), text.formula, text.question, &text.ask.label()].concat();
            let missing: String = shown.chars().filter(|&c| !has(c)).collect();
            assert_eq!(missing, "", "{}", text.key);
        }
    }

    #[test]
    fn every_question_can_be_tried_and_is_not_answered_yet() {
        for text in &ALL {
            let preset = Preset::of_key(text.key).unwrap();
            let session = Session::new(preset.experiment());
            let state = UiState::new(preset.view());
            assert!(!text.ask.is_done(text.key, &session, &state), "{}", text.key);
            match text.ask {
                Ask::Train(_, fragment) => {
                    let link = Link::parse(&format!("p={}&{fragment}", text.key));
                    assert_eq!(link.notes, Vec::<String>::new(), "{}", text.key);
                    assert!(text.ask.is_done(text.key, &Session::new(link.experiment), &state), "{}", text.key);
                }
                Ask::Open(key) => assert!(Preset::of_key(key).is_some(), "{key}"),
                Ask::Set(knob, value) => assert!(knob.limits().contains(&value), "{}", text.key),
                Ask::Join(..) | Ask::Show(..) | Ask::Arrange(..) => {}
            }
        }
    }
}
