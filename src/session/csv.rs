//! A session as a tidy table: one row a step and arm.

use super::{Rows, Series, Session};
use crate::experiment::Arm;
use std::fmt::Write;

/// The columns that every table has, in order; behind them stands `log10_norm:NAME` for each invariance group.
pub const COLUMNS: &str = "step,arm,loss,batch_accuracy,log10_lr,log10_weight_norm,log10_gradient_norm,cosine,angle,\
                           distance_to_wd,test_accuracy";

/// [`table`] thinned to every `every`-th step: the loss is then the mean of the `every` steps up to and including it.
pub fn thinned(session: &Session, link: &str, every: u64) -> String {
    let mut thin = session.clone();
    for arm in Arm::ALL {
        let loss = &session.arm(arm).loss;
        let mean = |t: usize| {
            let window = &loss[(t + 1).saturating_sub(every as usize)..=t];
            window.iter().sum::<f64>() / window.len() as f64
        };
        thin.arms[arm as usize].loss = Series::of(loss.rows(), (0..loss.len()).map(mean).collect());
    }
    let text = table(&thin, link);
    let kept = |line: &&str| {
        let step = line.split(',').next().and_then(|cell| cell.parse::<u64>().ok());
        step.is_none_or(|step| step.is_multiple_of(every))
    };
    text.lines().filter(kept).map(|line| format!("{line}\n")).collect()
}

/// Full precision; `#` lines first, with the link and the version. Cells are empty where nothing was measured; the last
/// step, whose update was not taken, has no loss. Where a long run was thinned a third `#` line says so; what stands there
/// is exact for its step.
pub fn table(session: &Session, link: &str) -> String {
    let groups: String = session.network.groups.iter().map(|group| format!(",log10_norm:{}", group.name)).collect();
    let mut out = format!("# explr {}\n# link {link}\n", env!("CARGO_PKG_VERSION"));
    let rows = session.rows();
    // Writing to a string cannot fail.
    if rows != Rows::ALL {
        let (every, from) = (rows.stride(), rows.whole_from());
        let _ = writeln!(out, "# thinned: every {every}th step before step {from}; `explr run LINK --csv` keeps all");
    }
    let _ = writeln!(out, "{COLUMNS}{groups}");
    let arms: Vec<Arm> = session.experiment.arms.iter().collect();
    let mut distance: Vec<_> = arms.iter().map(|&a| session.arm(a).distance.iter().peekable()).collect();
    let mut accuracy: Vec<_> = arms.iter().map(|&a| session.arm(a).test_accuracy.iter().peekable()).collect();
    for step in 0..=session.steps_done {
        for (i, &arm) in arms.iter().enumerate() {
            let series = session.arm(arm);
            let at = |list: &Series| list.exactly_at(step);
            let distance = distance[i].next_if(|(s, _)| *s == step).map(|(_, d)| *d);
            let accuracy = accuracy[i].next_if(|(s, _)| *s == step).map(|(_, a)| *a);
            let loss = at(&series.loss);
            if loss.is_none() && distance.is_none() && accuracy.is_none() {
                continue;
            }
            let all = &series.all;
            let steps = [
                &series.loss,
                &series.batch_accuracy,
                &series.log10_lr,
                &all.log10_weight_norm,
                &all.log10_gradient_norm,
                &all.cosine,
                &all.angle,
            ];
            let groups = series.groups.iter().map(|group| at(&group.log10_weight_norm));
            let cells = steps.into_iter().map(|list| at(list)).chain([distance, accuracy]).chain(groups).map(cell);
            let cells: Vec<String> = cells.collect();
            let _ = writeln!(out, "{step},{},{}", arm.key(), cells.join(","));
        }
    }
    out
}

/// Empty where nothing is known.
fn cell(value: Option<f64>) -> String {
    value.filter(|x| !x.is_nan()).map_or_else(String::new, |x| x.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::Experiment;
    use crate::session::tests::one_row;

    #[test]
    fn thinning_keeps_steps_and_averages_losses() {
        let mut session = Session::new(Experiment::default());
        (0..9).for_each(|t| one_row(&mut session, t, t as f64));
        let text = thinned(&session, "#v=1", 4);
        let rows: Vec<&str> = text.lines().skip(3).map(|line| &line[..9.min(line.len())]).collect();
        assert_eq!(rows, ["0,wd,0,0.", "4,wd,2.5,", "8,wd,6.5,"]);
    }

    #[test]
    fn rows_are_tidy_and_exact() {
        let mut session = Session::new(Experiment::default());
        one_row(&mut session, 0, 0.1 + 0.2);
        let text = table(&session, "#v=1");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("# explr ") && lines[1] == "# link #v=1");
        assert_eq!(lines[2], COLUMNS);
        assert_eq!(lines[3], "0,wd,0.30000000000000004,0.5,-1,0.5,0,0,,,");
        assert_eq!(lines.len(), 4, "only arms that were measured have rows");
    }
}
