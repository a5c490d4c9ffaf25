use super::*;

const GREY: Shape = Shape { c: 1, h: 14, w: 14 };
const COLOUR: Shape = Shape { c: 3, h: 32, w: 32 };

fn convnet(widths: &[(usize, usize)]) -> Architecture {
    Architecture::ConvNet { widths: widths.to_vec() }
}

fn preresnet(depth: usize, widths: &[usize]) -> Architecture {
    Architecture::PreResNet { depth, widths: widths.to_vec() }
}

fn densenet(blocks: usize, layers: usize, growth: usize) -> Architecture {
    Architecture::DenseNet { blocks, layers, growth }
}

#[test]
fn the_default_is_the_labs_net() {
    let net = Architecture::default().net(GREY, 10, Norm::Batch, Activation::Gelu);
    assert_eq!(net, Net::lab_default(GREY, 10, Norm::Batch, Activation::Gelu));
}

#[test]
fn labels() {
    assert_eq!(Architecture::default().label(), "ConvNet 16-32-32");
    assert_eq!(preresnet(8, &[16, 32, 64]).label(), "PreResNet-8 16-32-64");
    assert_eq!(densenet(3, 4, 12).label(), "DenseNet 3×4, growth 12");
}

#[test]
fn preresnets_have_the_convolutions_of_their_depth() {
    for depth in [8, 20, 32] {
        let architecture = preresnet(depth, &[16, 32, 64]);
        assert_eq!(architecture.check(COLOUR, Norm::Batch), Ok(()));
        let plan = Plan::new(&architecture.net(COLOUR, 10, Norm::Batch, Activation::Relu), 8);
        let (shortcuts, others): (Vec<_>, Vec<_>) = plan.weights.iter().partition(|w| w.kernel == 1);
        // The depth counts the 3×3 convolutions and the head, not the two shortcuts.
        assert_eq!((shortcuts.len(), others.len() + 1), (2, depth));
        assert_eq!(plan.features(), Shape { c: 64, h: 8, w: 8 });
        // Stem, 2k of 16 → 16, one of each widening, the rest square.
        let k = (depth - 2) / 6;
        let square = |w: usize, count: usize| 9 * w * w * count;
        let widening = |w: usize| 9 * w * 2 * w + 2 * w * w;
        let expected = 9 * 3 * 16
            + square(16, 2 * k)
            + [16, 32].iter().map(|&w| widening(w) + square(2 * w, 2 * k - 1)).sum::<usize>();
        assert_eq!(plan.weight_count(), expected, "depth {depth}");
    }
}

#[test]
fn every_obstacle_has_its_sentence() {
    let eight = [(4, 2); 8];
    for (architecture, input, norm, words) in [
        (convnet(&[]), GREY, Norm::Batch, "number of convolutions must be 1 to 8, not 0"),
        (convnet(&[(4, 1); 9]), GREY, Norm::Batch, "not 9"),
        (convnet(&[(129, 1)]), GREY, Norm::Batch, "width must be 1 to 128, not 129"),
        (convnet(&[(8, 3)]), GREY, Norm::Batch, "stride must be 1 to 2, not 3"),
        (convnet(&[(8, 1), (6, 1)]), GREY, Norm::Group(4), "6 channels cannot be split into 4 equal groups"),
        (convnet(&[(8, 1)]), GREY, Norm::Group(0), "8 channels cannot be split into 0"),
        (convnet(&eight), GREY, Norm::Instance, "InstanceNorm cannot work on feature maps of 1 × 1 pixels"),
        (convnet(&eight), GREY, Norm::Group(4), "GroupNorm with 4 groups cannot work on feature maps of 1 × 1"),
        (convnet(&[(1, 2); 8]), GREY, Norm::Layer, "LayerNorm cannot work"),
        (preresnet(10, &[8]), GREY, Norm::Batch, "8, 14, 20, 26 or 32, not 10"),
        (preresnet(38, &[8]), GREY, Norm::Batch, "not 38"),
        (preresnet(8, &[]), GREY, Norm::Batch, "number of stages must be 1 to 4, not 0"),
        (preresnet(8, &[8, 0]), GREY, Norm::Batch, "width must be 1 to 128, not 0"),
        (densenet(5, 1, 4), GREY, Norm::Batch, "number of blocks must be 1 to 4, not 5"),
        (densenet(1, 9, 4), GREY, Norm::Batch, "number of layers must be 1 to 8, not 9"),
        (densenet(1, 1, 1), GREY, Norm::Batch, "growth must be 2 to 32, not 1"),
        (densenet(2, 3, 3), GREY, Norm::Group(2), "9 channels cannot be split"),
        (densenet(4, 1, 4), Shape { c: 3, h: 4, w: 4 }, Norm::Batch, "1 × 1 pixels would vanish"),
        (Architecture::default(), Shape { c: 0, h: 4, w: 4 }, Norm::Batch, "channels must be 1 to 16, not 0"),
        (Architecture::default(), Shape { c: 1, h: usize::MAX, w: 1 }, Norm::Batch, "height must be 1 to 256"),
    ] {
        let said = architecture.check(input, norm);
        let fits = said.as_ref().err().is_some_and(|why| why.contains(words) && why.ends_with('.'));
        assert!(fits, "{architecture:?} {norm:?}: {said:?} should say {words}");
    }
}

#[test]
fn what_the_lab_offers_passes() {
    let norms = [Norm::Batch, Norm::Group(2), Norm::Layer, Norm::Instance];
    for input in [Shape { c: 1, h: 8, w: 8 }, Shape { c: 3, h: 8, w: 8 }, GREY, COLOUR] {
        for norm in norms {
            for architecture in
                [Architecture::default(), preresnet(8, &[16, 32, 64]), preresnet(20, &[16, 32, 64]), densenet(3, 4, 12)]
            {
                assert_eq!(architecture.check(input, norm), Ok(()), "{architecture:?} {input:?} {norm:?}");
            }
        }
    }
}

/// Natively only: proptest is no dependency of the page.
#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    /// Mostly small, now and then anything: about a quarter of all combinations pass.
    fn size() -> impl Strategy<Value = usize> {
        prop_oneof![40 => 1usize..=8, 3 => 0usize..=140, 1 => any::<usize>()]
    }

    fn norm() -> impl Strategy<Value = Norm> {
        prop_oneof![Just(Norm::Batch), size().prop_map(Norm::Group), Just(Norm::Layer), Just(Norm::Instance)]
    }

    fn architecture() -> impl Strategy<Value = Architecture> {
        let depth = prop_oneof![4 => prop::sample::select(PRERESNET_DEPTHS.to_vec()), 1 => size()];
        prop_oneof![
            prop::collection::vec((size(), prop_oneof![4 => 1usize..=2, 1 => size()]), 0..10)
                .prop_map(|widths| Architecture::ConvNet { widths }),
            (depth, prop::collection::vec(size(), 0..6))
                .prop_map(|(depth, widths)| Architecture::PreResNet { depth, widths }),
            (0usize..6, size(), size()).prop_map(|(blocks, layers, growth)| densenet(blocks, layers, growth)),
        ]
    }

    fn input() -> impl Strategy<Value = Shape> {
        (size(), size(), size()).prop_map(|(c, h, w)| Shape { c, h, w })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn what_passes_can_be_planned_and_what_does_not_is_said(a in architecture(), input in input(), norm in norm()) {
            match a.check(input, norm) {
                Err(why) => prop_assert!(why.ends_with('.') && why.len() < 150, "{}", why),
                Ok(()) => {
                    let plan = Plan::new(&a.net(input, 10, norm, Activation::Gelu), 2);
                    prop_assert!(!plan.weights.is_empty());
                    prop_assert!(plan.tensors.iter().all(|shape| !shape.is_empty()));
                    for op in &plan.ops {
                        if let Op::NormAct { geometry, .. } = op {
                            prop_assert!(geometry.set_len() >= 2);
                        }
                    }
                    prop_assert_eq!(crate::model::logits_degree(&plan), Ok(0));
                    prop_assert!(crate::model::invariance_groups(&plan).is_ok());
                }
            }
        }
    }
}
