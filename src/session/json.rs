//! A session as JSON: what `--json` prints and what scripts in the page read. Numbers that are not finite become null.

use super::Session;
use crate::experiment::{Arm, Link, View};
use crate::theory::{Regime, roots};
use serde_json::{Map, Value, json};

/// Where the run stands.
pub fn state(session: &Session) -> Value {
    let hyper = session.hyper_now();
    let (alpha, small_root) = match roots::regime(hyper) {
        Regime::Inside(r) => (Some(r.alpha), Some(r.small)),
        Regime::Outside { .. } => (None, None),
    };
    let link = Link { experiment: session.experiment.clone(), view: View::default(), ..Link::default() };
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "link": link.fragment(),
        "state": session.state,
        "engine": session.engine,
        "step": session.steps_done,
        "steps_per_epoch": session.steps_per_epoch,
        "hyper": hyper,
        "alpha": alpha,
        "small_root": small_root,
        "border": roots::border(hyper.momentum),
        "log10_u": session.ghost.map(|g| g.log10_u()),
        "arms": by_arm(session, |arm| last_values(session, arm)),
        "stops": session.stops,
        "notices": session.notices,
        "failure": session.failure,
        "preparing": session.preparing,
    })
}

/// Everything measured so far, one array an arm and quantity, evaluations as `[step, value]` pairs. Index = step, until a
/// long run is thinned: then the first `whole_from / every` entries are every `every`-th step's, the others every step's from
/// `whole_from` on.
pub fn series(session: &Session) -> Value {
    json!({
        "steps": session.steps_done,
        "every": session.rows().stride(),
        "whole_from": session.rows().whole_from(),
        "arms": by_arm(session, |arm| {
            let s = session.arm(arm);
            json!({
                "loss": s.loss[..],
                "batch_accuracy": s.batch_accuracy[..],
                "log10_lr": s.log10_lr[..],
                "log10_weight_norm": s.all.log10_weight_norm[..],
                "distance_to_wd": s.distance[..],
                "test_accuracy": s.test_accuracy[..],
            })
        }),
    })
}

fn last_values(session: &Session, arm: Arm) -> Value {
    let s = session.arm(arm);
    json!({
        "live": session.is_live(arm),
        "loss": s.loss.last(),
        "log10_lr": s.log10_lr.last(),
        "log10_weight_norm": s.all.log10_weight_norm.last(),
        "distance_to_wd": s.distance.last(),
        "test_accuracy": s.test_accuracy.last(),
    })
}

fn by_arm(session: &Session, value: impl Fn(Arm) -> Value) -> Value {
    let arms = session.experiment.arms.iter().map(|arm| (arm.key().to_owned(), value(arm)));
    Value::Object(arms.collect::<Map<_, _>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::tests::one_row;

    #[test]
    fn floats_survive_the_text_and_infinities_do_not_break_it() {
        let mut session = Session::new(Experiment::default());
        one_row(&mut session, 0, 0.1 + 0.2);
        one_row(&mut session, 1, f64::INFINITY);
        let text = series(&session).to_string();
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["arms"]["wd"]["loss"][0].as_f64(), Some(0.1 + 0.2));
        assert!(back["arms"]["wd"]["loss"][1].is_null());
        assert_eq!(state(&session)["step"], 2);
    }
}
