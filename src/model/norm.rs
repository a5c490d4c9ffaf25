//! One normalisation: Batch-, Group-, Layer- and InstanceNorm are one computation over different index sets.

use super::plan::Shape;

/// Which elements are normalised together. No trainable scale or shift anywhere: it would break scale invariance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Norm {
    /// Per channel, over the batch and space (Ioffe & Szegedy 2015).
    #[default]
    Batch,
    /// Per image and group of channels (Wu & He 2018); the number of groups.
    Group(usize),
    /// Per image (Ba et al. 2016).
    Layer,
    /// Per image and channel (Ulyanov et al. 2016).
    Instance,
}

/// The index sets in memory order `[c, n, h, w]`. Set `s` consists of `runs` contiguous runs of `run_len` elements,
/// `run_stride` apart, the first at [`NormGeometry::base`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NormGeometry {
    /// How many sets are normalised, each by its own mean and variance.
    pub sets: usize,
    /// Sets that share an outer block: `base(s) = (s / inner)·outer_stride + (s % inner)·inner_stride`.
    pub inner: usize,
    /// Elements between outer blocks.
    pub outer_stride: usize,
    /// Elements between neighbours inside a block.
    pub inner_stride: usize,
    /// Runs in a set.
    pub runs: usize,
    /// Elements in a run.
    pub run_len: usize,
    /// Elements between the starts of two runs.
    pub run_stride: usize,
}

impl NormGeometry {
    /// First element of set `s`.
    pub fn base(&self, s: usize) -> usize {
        (s / self.inner) * self.outer_stride + (s % self.inner) * self.inner_stride
    }

    /// Elements in a set.
    pub fn set_len(&self) -> usize {
        self.runs * self.run_len
    }

    /// Every index of set `s`, in the order the engines reduce it.
    pub fn indices(&self, s: usize) -> impl Iterator<Item = usize> + '_ {
        let base = self.base(s);
        (0..self.runs).flat_map(move |r| (0..self.run_len).map(move |i| base + r * self.run_stride + i))
    }
}

impl Norm {
    /// The name people read.
    pub fn label(self) -> String {
        match self {
            Self::Batch => "BatchNorm".into(),
            Self::Group(groups) => format!("GroupNorm with {groups} groups"),
            Self::Layer => "LayerNorm".into(),
            Self::Instance => "InstanceNorm".into(),
        }
    }

    /// Whether `channels` can be split as this norm wants it.
    ///
    /// # Errors
    /// A sentence that names the number of channels, where groups do not divide it.
    pub fn check(self, channels: usize) -> Result<(), String> {
        match self {
            Self::Group(groups) if groups == 0 || !channels.is_multiple_of(groups) => {
                Err(format!("{channels} channels cannot be split into {groups} equal groups for GroupNorm."))
            }
            _ => Ok(()),
        }
    }

    /// The sets for a batch of `n` tensors of `shape`.
    ///
    /// # Panics
    /// If the channels cannot be split into that many equal groups: a [`super::Net`] is checked when it is planned.
    pub fn geometry(self, n: usize, shape: Shape) -> NormGeometry {
        let hw = shape.h * shape.w;
        let grouped = |groups: usize| {
            assert!(groups > 0 && shape.c.is_multiple_of(groups), "{} channels in {groups} groups", shape.c);
            let per_group = shape.c / groups;
            NormGeometry {
                sets: groups * n,
                inner: n,
                outer_stride: per_group * n * hw,
                inner_stride: hw,
                runs: per_group,
                run_len: hw,
                run_stride: n * hw,
            }
        };
        match self {
            Self::Batch => NormGeometry {
                sets: shape.c,
                inner: 1,
                outer_stride: n * hw,
                inner_stride: 0,
                runs: 1,
                run_len: n * hw,
                run_stride: 0,
            },
            Self::Group(groups) => grouped(groups),
            Self::Layer => grouped(1),
            Self::Instance => grouped(shape.c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_geometry_covers_each_element_once() {
        let shape = Shape { c: 6, h: 2, w: 3 };
        for norm in [Norm::Batch, Norm::Group(2), Norm::Group(3), Norm::Layer, Norm::Instance] {
            let g = norm.geometry(4, shape);
            let mut seen = vec![0; 4 * shape.len()];
            (0..g.sets).flat_map(|s| g.indices(s)).for_each(|i| seen[i] += 1);
            assert!(seen.iter().all(|&n| n == 1), "{norm:?}");
            assert_eq!(g.sets * g.set_len(), seen.len());
        }
    }

    #[test]
    fn group_norm_of_all_channels_is_layer_norm_and_of_one_is_instance_norm() {
        let shape = Shape { c: 8, h: 3, w: 3 };
        assert_eq!(Norm::Group(1).geometry(5, shape), Norm::Layer.geometry(5, shape));
        assert_eq!(Norm::Group(8).geometry(5, shape), Norm::Instance.geometry(5, shape));
    }

    #[test]
    fn a_batch_norm_set_is_one_channel() {
        let shape = Shape { c: 3, h: 2, w: 2 };
        let g = Norm::Batch.geometry(5, shape);
        assert_eq!(g.indices(1).collect::<Vec<_>>(), (20..40).collect::<Vec<_>>());
    }
}
