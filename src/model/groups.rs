//! Which parts of the weights can be rescaled alone without a change of the function (theory 5).
//!
//! The derivation is generic. Take every filter (output channel of a convolution) as one element. Before the next norm a
//! channel scales with the filter that made it. Where two channels meet in a sum, or in one set of a norm, their filters
//! must be scaled together. The classes that come of it are the smallest sets that are invariant alone.

use super::plan::{INPUT, Op, Plan, WeightId};
use super::{degrees, logits_degree};

/// How fine an invariant set of whole layers splits further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Unit {
    /// Each filter (output channel) alone: BatchNorm, InstanceNorm.
    Filter,
    /// Each group of so many neighbouring filters: GroupNorm.
    FilterGroup(usize),
    /// The whole layer: LayerNorm.
    Layer,
    /// Several layers, only together.
    Joint,
}

/// Weights of whole layers whose common scale does not matter, while no fewer whole layers of them have that property.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InvarianceGroup {
    /// For people: the layer's name, or "stem + 2 others".
    pub name: String,
    /// In the order of [`Plan::weights`].
    pub weights: Vec<WeightId>,
    /// How it splits.
    pub unit: Unit,
}

/// The weights of `plan` in their invariance groups, each weight in one of them, ordered by their first weights.
///
/// # Errors
/// A sentence, if the network is not scale invariant (see [`super::degree`]), or has convolutions without a norm between.
pub fn invariance_groups(plan: &Plan) -> Result<Vec<InvarianceGroup>, String> {
    match logits_degree(plan)? {
        0 => {}
        degree => return Err(format!("The logits have degree {degree} in the weights.")),
    }
    if degrees(plan)?.iter().any(|&degree| degree > 1) {
        return Err("Two layers with weights follow each other without a norm between them.".into());
    }
    let mut filters = filters(plan);
    let of_filter: Vec<WeightId> =
        plan.weights.iter().enumerate().flat_map(|(id, w)| std::iter::repeat_n(id, w.out)).collect();
    let mut layers = Classes::new(plan.weights.len());
    for filter in 0..of_filter.len() {
        layers.join(of_filter[filter], of_filter[filters.root(filter)]);
    }
    let group = |weights: Vec<WeightId>| {
        let name = &plan.weights[weights[0]].name;
        match weights.len() {
            1 => {
                let mine = (0..of_filter.len()).filter(|&f| of_filter[f] == weights[0]);
                let unit = unit_of(mine.map(|f| filters.root(f)).collect());
                InvarianceGroup { name: name.clone(), weights, unit }
            }
            2 => InvarianceGroup { name: format!("{name} + 1 other"), weights, unit: Unit::Joint },
            n => InvarianceGroup { name: format!("{name} + {} others", n - 1), weights, unit: Unit::Joint },
        }
    };
    Ok(layers.classes().into_iter().map(group).collect())
}

/// How one layer splits, from the class of each of its filters.
fn unit_of(classes: Vec<usize>) -> Unit {
    let runs: Vec<usize> = classes.chunk_by(|a, b| a == b).map(<[usize]>::len).collect();
    match runs[..] {
        _ if runs.iter().all(|&run| run == 1) => Unit::Filter,
        [_] => Unit::Layer,
        [first, ..] if runs.iter().all(|&run| run == first) => Unit::FilterGroup(first),
        // Groups of several sizes: the layer as a whole is invariant in any case.
        _ => Unit::Layer,
    }
}

/// The classes of the filters of all layers, one layer after another.
fn filters(plan: &Plan) -> Classes {
    let first: Vec<usize> = plan
        .weights
        .iter()
        .scan(0, |next, w| {
            *next += w.out;
            Some(*next - w.out)
        })
        .collect();
    let mut classes = Classes::new(plan.weights.iter().map(|w| w.out).sum());
    // By tensor: the filter with which each channel scales; empty where none does.
    let mut scales: Vec<Vec<usize>> = vec![Vec::new(); plan.tensors.len()];
    debug_assert!(scales[INPUT].is_empty(), "the image scales with nothing");
    for op in &plan.ops {
        match *op {
            Op::Conv { weight, output, .. } => {
                scales[output] = (0..plan.weights[weight].out).map(|o| first[weight] + o).collect();
            }
            Op::NormAct { input, ref geometry, .. } => {
                // A run holds one channel's pixels, so that a set has as many channels as runs.
                scales[input].chunks(geometry.runs).for_each(|set| classes.join_all(set));
            }
            Op::Add { a, b, output } => {
                for (&a, &b) in scales[a].iter().zip(&scales[b]) {
                    classes.join(a, b);
                }
                scales[output] = scales[a].clone();
            }
            Op::Concat { a, b, output } => scales[output] = [scales[a].as_slice(), &scales[b]].concat(),
            Op::AvgPool { input, output, .. } => scales[output] = scales[input].clone(),
            Op::Affine { scale, shift, output, .. } => {
                let channels = 0..plan.weights[scale].out;
                channels.clone().for_each(|c| classes.join(first[scale] + c, first[shift] + c));
                scales[output] = channels.map(|c| first[scale] + c).collect();
            }
            Op::PoolHead { .. } => {}
        }
    }
    classes
}

/// Numbers 0..n in classes that are joined (union-find); the root of a class is its smallest number.
struct Classes(Vec<usize>);

impl Classes {
    fn new(n: usize) -> Self {
        Self((0..n).collect())
    }

    fn root(&mut self, mut x: usize) -> usize {
        while self.0[x] != x {
            self.0[x] = self.0[self.0[x]];
            x = self.0[x];
        }
        x
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a.max(b)] = a.min(b);
    }

    fn join_all(&mut self, members: &[usize]) {
        members.windows(2).for_each(|pair| self.join(pair[0], pair[1]));
    }

    /// Every class in ascending order, the classes by their smallest member.
    fn classes(&mut self) -> Vec<Vec<usize>> {
        let mut classes = vec![Vec::new(); self.0.len()];
        for x in 0..self.0.len() {
            classes[self.root(x)].push(x);
        }
        classes.retain(|class| !class.is_empty());
        classes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Architecture, Layer, Net, Norm, Shape};

    const INPUT_SHAPE: Shape = Shape { c: 3, h: 8, w: 8 };

    /// (names of the layers, unit) of each group.
    fn groups(architecture: &Architecture, norm: Norm) -> Vec<(Vec<String>, Unit)> {
        let plan = Plan::new(&architecture.net(INPUT_SHAPE, 10, norm, Activation::Gelu), 4);
        let groups = invariance_groups(&plan).expect("the lab's networks are scale invariant");
        let mut all: Vec<WeightId> = groups.iter().flat_map(|g| g.weights.clone()).collect();
        all.sort_unstable();
        assert_eq!(all, (0..plan.weights.len()).collect::<Vec<_>>(), "each weight in one group");
        let names = |g: &InvarianceGroup| g.weights.iter().map(|&w| plan.weights[w].name.clone()).collect();
        groups.iter().map(|g| (names(g), g.unit)).collect()
    }

    #[test]
    fn a_convnets_layers_are_alone() {
        let convnet = Architecture::ConvNet { widths: vec![(8, 1), (16, 2), (8, 1)] };
        for (norm, units) in [
            (Norm::Batch, [Unit::Filter; 3]),
            (Norm::Instance, [Unit::Filter; 3]),
            (Norm::Layer, [Unit::Layer; 3]),
            (Norm::Group(4), [2, 4, 2].map(Unit::FilterGroup)),
            (Norm::Group(8), [Unit::Filter, Unit::FilterGroup(2), Unit::Filter]),
        ] {
            let expected: Vec<_> = (1..=3).zip(units).map(|(i, unit)| (vec![format!("conv{i}")], unit)).collect();
            assert_eq!(groups(&convnet, norm), expected, "{norm:?}");
        }
    }

    #[test]
    fn a_preresnets_streams_are_joint_and_first_convolutions_alone() {
        for (k, depth) in [(1, 8), (3, 20)] {
            let net = Architecture::PreResNet { depth, widths: vec![8, 16, 16] };
            for (norm, units) in [
                (Norm::Batch, [Unit::Filter; 3]),
                (Norm::Instance, [Unit::Filter; 3]),
                (Norm::Layer, [Unit::Layer; 3]),
                (Norm::Group(4), [2, 4, 4].map(Unit::FilterGroup)),
            ] {
                let groups = groups(&net, norm);
                let alone: Vec<_> = groups.iter().filter(|g| g.1 != Unit::Joint).cloned().collect();
                let first = |(s, b): (usize, usize)| (vec![format!("stage{s}.block{b}.conv1")], units[s - 1]);
                let blocks: Vec<_> = (1..=3).flat_map(|s| (1..=k).map(move |b| (s, b))).collect();
                assert_eq!(alone, blocks.iter().copied().map(first).collect::<Vec<_>>(), "{norm:?}");
                let joint: Vec<_> = groups.into_iter().filter(|g| g.1 == Unit::Joint).map(|g| g.0).collect();
                let seconds = |s: usize| (1..=k).map(move |b| format!("stage{s}.block{b}.conv2"));
                for (s, mut names) in (1..=3).zip(joint.clone()) {
                    // The stem begins the first stage, the shortcut's convolution the others.
                    let start = if s == 1 { "stem".to_owned() } else { format!("stage{s}.block1.shortcut") };
                    let mut expected: Vec<String> = seconds(s).chain([start]).collect();
                    names.sort();
                    expected.sort();
                    assert_eq!(names, expected, "{norm:?}");
                }
                assert_eq!(joint.len(), 3, "{norm:?}");
            }
        }
    }

    #[test]
    fn a_densenet_is_per_filter_or_joint() {
        let net = Architecture::DenseNet { blocks: 2, layers: 2, growth: 4 };
        let block = |b: usize, first: &str| [first.into(), format!("block{b}.layer1"), format!("block{b}.layer2")];
        let both = [block(1, "stem"), block(2, "transition1")];
        for norm in [Norm::Batch, Norm::Instance] {
            let mut groups = groups(&net, norm);
            groups.sort_by(|a, b| a.0.cmp(&b.0));
            let mut expected: Vec<_> = both.iter().flatten().map(|n| (vec![n.clone()], Unit::Filter)).collect();
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(groups, expected, "{norm:?}");
        }
        for norm in [Norm::Group(2), Norm::Layer] {
            let expected: Vec<_> = both.iter().map(|names| (names.to_vec(), Unit::Joint)).collect();
            assert_eq!(groups(&net, norm), expected, "{norm:?}");
        }
    }

    #[test]
    fn names_say_how_many() {
        let net = Architecture::PreResNet { depth: 14, widths: vec![4, 8] };
        let plan = Plan::new(&net.net(INPUT_SHAPE, 10, Norm::Batch, Activation::Gelu), 4);
        let names: Vec<_> = invariance_groups(&plan).unwrap().into_iter().map(|g| g.name).collect();
        assert_eq!(names[..3], ["stem + 2 others", "stage1.block1.conv1", "stage1.block2.conv1"]);
    }

    #[test]
    fn a_network_that_is_not_invariant_has_none() {
        let groups = |layers| {
            let net = Net { input: INPUT_SHAPE, classes: 4, layers, norm: Norm::Batch, activation: Activation::Gelu };
            invariance_groups(&Plan::new(&net, 2))
        };
        let conv = |name: &str| Layer::Conv { name: name.into(), out: 3, kernel: 3, stride: 1 };
        let affine = || Layer::Affine { name: "a".into() };
        assert!(groups(vec![conv("a")]).unwrap_err().contains("degree 1"));
        assert!(groups(vec![conv("a"), Layer::NormAct, affine()]).unwrap_err().contains("degree 1"));
        assert!(groups(vec![conv("a"), conv("b"), Layer::NormAct]).unwrap_err().contains("without a norm"));
        // An affine that is normalised again is harmless: its scale and shift are one group.
        let harmless = groups(vec![conv("c"), Layer::NormAct, affine(), Layer::NormAct]).unwrap();
        assert_eq!(harmless[1].weights, [1, 2]);
    }
}
