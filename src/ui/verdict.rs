//! The verdict: one line that says in words and numbers whether the two nets are the same function. A pure function of the
//! session; it turns honest when they part.

use crate::experiment::Arm;
use crate::session::{Session, recorded};
use crate::trainer::{RunState, StopReason};
use crate::ui::text;

pub use crate::session::PARTED;

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say yet.
    Waiting,
    /// The same function.
    Same,
    /// Parted, or ended.
    Parted,
    /// Something went wrong.
    Failed,
}

/// A piece of the sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The words.
    pub text: String,
    /// A number about this arm: in its colour.
    pub arm: Option<Arm>,
}

/// The whole line.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Which dot.
    pub tone: Tone,
    /// The first, bold words.
    pub headline: String,
    /// What follows.
    pub parts: Vec<Part>,
    /// Whether restarting the gauge would give the twin a future.
    pub offers_restart: bool,
}

impl Verdict {
    fn new(tone: Tone, headline: impl Into<String>) -> Self {
        Self { tone, headline: headline.into(), parts: Vec::new(), offers_restart: false }
    }

    fn say(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part { text: text.into(), arm: None });
        self
    }

    fn number(mut self, arm: Arm, text: String) -> Self {
        self.parts.push(Part { text, arm: Some(arm) });
        self
    }

    /// The line as plain text.
    pub fn plain(&self) -> String {
        let mut out = self.headline.clone();
        out.push(' ');
        out.extend(self.parts.iter().map(|p| p.text.as_str()));
        out
    }
}

/// The step from which on `arm` stayed away from the weight-decay run.
pub fn parted_at(session: &Session, arm: Arm) -> Option<u64> {
    session.arm(arm).parted_at
}

/// What there is to say.
pub fn verdict(session: &Session) -> Verdict {
    if let Some(why) = &session.failure {
        return Verdict::new(Tone::Failed, "Stopped.").say(why.clone());
    }
    if let Some((what, fraction)) = &session.preparing {
        let done = fraction.map(|f| format!(" · {:.0} %", 100.0 * f.clamp(0.0, 1.0))).unwrap_or_default();
        return Verdict::new(Tone::Waiting, "Getting ready.").say(format!("{what}{done}.{}", faint(session)));
    }
    if session.state == RunState::Preparing {
        return Verdict::new(Tone::Waiting, "Getting ready.").say("The trainer is on its way.");
    }
    if let RunState::Replaying { to } = session.state {
        let (done, to) = (text::thousands(session.steps_done), text::thousands(to));
        return Verdict::new(Tone::Waiting, "Replaying.").say(format!("Step {done} of {to}, the same bits as before."));
    }
    if let Some(stop) = session.stop_of(Arm::Wd) {
        return Verdict::new(Tone::Failed, "Diverged.").say(format!(
            "The weight-decay run's loss was no longer a number at step {}. Try a smaller learning rate.",
            text::thousands(stop.step)
        ));
    }
    if let Some(stop) = session.stop_of(Arm::Exp) {
        return twin_stopped(session, stop.step, stop.reason);
    }
    let Some((step, distance)) = session.last_distance(Arm::Exp) else {
        return Verdict::new(Tone::Waiting, "Starting.").say("The first comparison is on its way.");
    };
    if distance >= PARTED || distance.is_nan() {
        return parted(session, distance);
    }
    let verdict = Verdict::new(Tone::Same, "The same function.");
    if step == 0 {
        let verdict = verdict.say("Both start from the same weights: not one logit differs");
        return others(verdict, session, 0).say(faint(session));
    }
    let verdict = verdict
        .say(format!("After {} steps the twins’ logits differ by ", text::thousands(step)))
        .number(Arm::Exp, text::percent(distance));
    others(verdict, session, step)
}

/// What the faint curves are, while there are any.
fn faint(session: &Session) -> &'static str {
    if recorded::ahead_of(session).is_some() { " Faint: the same run, recorded earlier." } else { "" }
}

/// What the control and the ablation say beside it.
fn others(mut verdict: Verdict, session: &Session, step: u64) -> Verdict {
    let newest = |arm| session.last_distance(arm).filter(|&(at, d)| at == step && step > 0 && d.is_finite());
    if let Some((_, d)) = newest(Arm::Control) {
        verdict = verdict.say("; one ulp makes ").number(Arm::Control, text::percent(d));
    }
    if let Some((_, d)) = newest(Arm::Ablation) {
        verdict = verdict.say("; dropping weight decay ").number(Arm::Ablation, text::percent(d));
    }
    verdict.say(".")
}

fn parted(session: &Session, distance: f64) -> Verdict {
    let at = parted_at(session, Arm::Exp).unwrap_or(session.steps_done);
    let verdict = Verdict::new(Tone::Parted, format!("Parted at step {}", text::thousands(at)));
    let verdict = match (session.experiment.arms.control, parted_at(session, Arm::Control)) {
        (false, _) => Verdict { headline: format!("{}.", verdict.headline), ..verdict }
            .say("Switch on the control to see whether rounding alone does this. "),
        (true, Some(control)) => {
            let headline = format!("{}, as the control did.", verdict.headline);
            Verdict { headline, ..verdict }.say(format!(
                "Rounding, not theory: one ulp in the weights parts two equal runs too, at step {}. ",
                text::thousands(control)
            ))
        }
        (true, None) => {
            let headline = format!("{}; the control has not.", verdict.headline);
            Verdict { headline, ..verdict }.say("So far one ulp in the weights does not explain this. ")
        }
    };
    others(
        verdict.say("The logits differ by ").number(Arm::Exp, text::percent(distance)),
        session,
        session.last_distance(Arm::Exp).map_or(0, |(step, _)| step),
    )
}

fn twin_stopped(session: &Session, step: u64, reason: StopReason) -> Verdict {
    let at = text::thousands(step);
    match reason {
        StopReason::Diverged => Verdict::new(Tone::Parted, format!("The twin diverged at step {at}."))
            .say("Its loss was no longer a number; the others go on."),
        StopReason::GaugeEnded => {
            let mut verdict = Verdict::new(Tone::Parted, format!("The twin ended at step {at}."))
                .say("Up to there it was exact; here the ghost weight u would reach zero, and no positive learning rate goes on. ");
            if let Some((_, d)) = session.last_distance(Arm::Exp).filter(|(_, d)| d.is_finite()) {
                verdict = verdict.say("The logits last differed by ").number(Arm::Exp, text::percent(d)).say(".");
            }
            // Also after the others went on alone: the trainer then replays to where the twin ended.
            Verdict { offers_restart: true, ..verdict }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::fake::{self, State};

    fn of(state: State, steps: u64) -> Verdict {
        verdict(&fake::session(state, steps))
    }

    #[test]
    fn the_same_function() {
        let v = of(State::Playing, 1_600);
        assert_eq!(v.tone, Tone::Same);
        assert!(
            v.plain().starts_with("The same function. After 1,590 steps the twins’ logits differ by "),
            "{}",
            v.plain()
        );
        assert!(
            v.plain().contains("; one ulp makes ") && v.plain().contains("; dropping weight decay "),
            "{}",
            v.plain()
        );
        let arms: Vec<_> = v.parts.iter().filter_map(|p| p.arm).collect();
        assert_eq!(arms, [Arm::Exp, Arm::Control, Arm::Ablation]);
    }

    #[test]
    fn before_anything_is_known() {
        assert_eq!(of(State::Preparing, 0).tone, Tone::Waiting);
        assert_eq!(of(State::Playing, 0).headline, "Starting.");
        assert_eq!(verdict(&Session::default()).headline, "Getting ready.");
        let v = of(State::Preparing, 0);
        assert!(v.plain().contains("40 %"), "{}", v.plain());
    }

    #[test]
    fn honest_when_they_part() {
        let v = of(State::Parted, 1_600);
        assert_eq!(v.tone, Tone::Parted);
        assert!(
            v.headline.starts_with("Parted at step ") && v.headline.ends_with(", as the control did."),
            "{}",
            v.headline
        );
        let mut session = fake::session(State::Parted, 1_600);
        session.experiment.arms.control = false;
        assert!(verdict(&session).plain().contains("Switch on the control"));
    }

    #[test]
    fn the_step_of_parting_is_the_last_crossing() {
        let session = fake::session(State::Parted, 1_600);
        let at = parted_at(&session, Arm::Exp).unwrap();
        let series = &session.arm(Arm::Exp).distance;
        assert!(series.iter().filter(|p| p.0 >= at).all(|p| p.1 >= PARTED));
        assert!(series.iter().rfind(|p| p.0 < at).unwrap().1 < PARTED);
        assert_eq!(parted_at(&fake::session(State::Playing, 1_600), Arm::Exp), None);
    }

    #[test]
    fn ends() {
        let v = of(State::TwinEnded, 300);
        assert!(v.headline.starts_with("The twin ended at step 300"), "{}", v.headline);
        assert!(v.offers_restart);
        assert_eq!(of(State::Diverged, 300).headline, "Diverged.");
        assert_eq!(of(State::Failed, 10).tone, Tone::Failed);
    }
}
