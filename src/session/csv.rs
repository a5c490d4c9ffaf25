//! A session as a tidy table: one row a step and arm.

use super::Session;
use crate::experiment::Arm;
use std::fmt::{Display, Write};

/// The columns, in order.
pub const COLUMNS: &str = "step,arm,loss,log10_lr,log10_weight_norm,distance_to_wd,test_accuracy";

/// Full precision; `#` lines first, with the link and the version. Cells are empty where nothing was measured; the last
/// step, whose update was not taken, has no loss.
pub fn table(session: &Session, link: &str) -> String {
    let mut out = format!("# explr {}\n# link {link}\n{COLUMNS}\n", env!("CARGO_PKG_VERSION"));
    let arms: Vec<Arm> = session.experiment.arms.iter().collect();
    let mut distance: Vec<_> = arms.iter().map(|&a| session.arm(a).distance.iter().peekable()).collect();
    let mut accuracy: Vec<_> = arms.iter().map(|&a| session.arm(a).test_accuracy.iter().peekable()).collect();
    for step in 0..=session.steps_done {
        for (i, &arm) in arms.iter().enumerate() {
            let series = session.arm(arm);
            let at = |list: &[f64]| list.get(step as usize).copied();
            let distance = distance[i].next_if(|(s, _)| *s == step).map(|(_, d)| *d);
            let accuracy = accuracy[i].next_if(|(s, _)| *s == step).map(|(_, a)| *a);
            let loss = at(&series.loss);
            if loss.is_none() && distance.is_none() && accuracy.is_none() {
                continue;
            }
            let (lr, norm) = (at(&series.log10_lr), at(&series.log10_weight_norm));
            let cells = [loss, lr, norm, distance, accuracy].map(cell);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{step},{},{}", arm.key(), cells.join(","));
        }
    }
    out
}

fn cell(value: Option<impl Display>) -> String {
    value.map_or_else(String::new, |x| x.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::tests::one_row;

    #[test]
    fn rows_are_tidy_and_exact() {
        let mut session = Session::new(Experiment::default());
        one_row(&mut session, 0, 0.1 + 0.2);
        let text = table(&session, "#v=1");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("# explr ") && lines[1] == "# link #v=1");
        assert_eq!(lines[2], COLUMNS);
        assert_eq!(lines[3], "0,wd,0.30000000000000004,-1,0.5,,");
        assert_eq!(lines.len(), 4, "only arms that were measured have rows");
    }
}
