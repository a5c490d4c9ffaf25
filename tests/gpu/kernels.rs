//! Every kernel against its twin.

use crate::bench::{Bench, Case};
use crate::compare::{KERNEL_TOLERANCE, relative_error};
use crate::{cases, cases_conv, cases_maps, cases_moments, cases_norm, cases_sums, cases_update, variants};
use explr::engine::gpu::kernels;
use explr::engine::gpu::reduction::Reduction;
use std::collections::BTreeSet;

/// The largest error over the results of a case.
fn worst(got: &[Vec<f64>], expected: &[Vec<f64>]) -> f64 {
    assert_eq!(got.len(), expected.len());
    got.iter().zip(expected).map(|(got, expected)| relative_error(got, expected)).fold(0.0, f64::max)
}

/// Runs `case`; says what is wrong. `sensitive`: one changed number of any operand must be seen.
async fn complaints(bench: &mut Bench, case: &Case, sensitive: bool) -> Vec<String> {
    let got = match bench.run(case).await {
        Ok(got) => got,
        Err(error) => return vec![format!("{}: {error}", case.name)],
    };
    let mut values: Vec<Vec<f64>> = case.operands.iter().map(|operand| operand.values.clone()).collect();
    let error = worst(&got, &(case.reference)(&values));
    let mut complaints = vec![];
    if error > KERNEL_TOLERANCE {
        complaints.push(format!("{}: relative error {error:.2e}", case.name));
    }
    let to_change = |i: &usize| sensitive && !case.operands[*i].values.is_empty();
    for i in (0..case.operands.len()).filter(to_change) {
        let middle = values[i].len() / 2;
        let kept = values[i][middle];
        values[i][middle] = kept + 0.5;
        if worst(&got, &(case.reference)(&values)) <= KERNEL_TOLERANCE {
            complaints.push(format!("{}: a change of operand {i} goes unseen", case.name));
        }
        values[i][middle] = kept;
    }
    complaints
}

/// Every convolution there is, in its first variant.
pub const CONVOLUTIONS: [fn() -> Vec<Case>; 3] =
    [cases_conv::convolutions, cases_moments::convolutions, cases_sums::convolutions];

/// The names of the kernels of `cases`, all of which are right.
async fn check(bench: &mut Bench, cases: &[Case], sensitive: bool) -> BTreeSet<&'static str> {
    let mut wrong = vec![];
    for case in cases {
        wrong.extend(complaints(bench, case, sensitive).await);
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    cases.iter().map(|case| case.call.kernel.name).collect()
}

gpu_test! {
    /// Convolutions in their first variant, and the others against that: a software GPU takes seconds to compile one with
    /// barriers, so this is one test on one device, and nothing is compiled twice.
    async fn every_kernel_agrees_with_its_twin() {
        let mut bench = Bench::open().await.expect("there is an adapter");
        let reduced = Reduction::ALL.map(|r| [cases::ends(r), cases_norm::norms(r), cases_update::measure(r)]);
        let others = [cases::summands(), cases_maps::concats(), cases_maps::pools(), cases_moments::norms(),
            cases_sums::norms(), cases_update::update()];
        let convolutions = CONVOLUTIONS.map(|cases| cases());
        let cases: Vec<Case> = reduced.into_iter().flatten().chain(others).chain(convolutions).flatten().collect();
        let mut tried = check(&mut bench, &cases, true).await;
        tried.extend(variants::check(&mut bench).await);
        assert_eq!(tried, kernels::ALL.iter().map(|kernel| kernel.name).collect::<BTreeSet<_>>());
    }
}

gpu_test! {
    async fn constant_sets_give_the_activation_of_0() {
        let mut bench = Bench::open().await.expect("there is an adapter");
        let sets = Reduction::ALL.into_iter().flat_map(cases_norm::constant_sets).chain([cases_moments::constant_channels()]);
        check(&mut bench, &sets.collect::<Vec<_>>(), false).await;
    }
}
