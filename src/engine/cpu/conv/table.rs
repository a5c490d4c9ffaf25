//! What a convolution connects: every link of an output pixel and an input pixel by a tap, in the three orders the passes
//! follow. Stride, padding and kernel are here and nowhere else.

use crate::model::ConvGeometry;

/// Output pixels whose share in the gradient of the weights is summed at once: few enough that the planes of a few
/// channels stay in a cache while all taps read them.
const CHUNK: usize = 64;

/// All links of a convolution, three times.
pub struct Table {
    /// By output pixel: tap and input pixel.
    pub forward: Links,
    /// By input pixel: tap and output pixel.
    pub backward: Links,
    /// By tap, for one chunk of output pixels after another: output pixel and input pixel.
    pub by_tap: Links,
    /// Weights of one output channel for one input channel.
    pub taps: usize,
    /// Pixels of an input map.
    pub input: usize,
    /// Pixels of an output map.
    pub output: usize,
}

/// Pairs of indices for each of several results.
pub struct Links {
    starts: Vec<usize>,
    list: Vec<[u32; 2]>,
    ends: [usize; 2],
}

/// Those of one result. Only [`Links`] makes them: the inner loops check the ends once and trust the indices.
#[derive(Clone, Copy)]
pub struct Pairs<'a> {
    list: &'a [[u32; 2]],
    ends: [usize; 2],
}

/// An output pixel reads an input pixel through a tap.
struct Link {
    output: usize,
    tap: usize,
    input: usize,
}

impl Table {
    /// The table of `g`; pixels and taps are counted row by row.
    pub fn new(g: &ConvGeometry) -> Self {
        let [input, output] = [g.input, g.output].map(|map| map.h * map.w);
        let (taps, links) = (g.kernel * g.kernel, links(g));
        let chunks = output.div_ceil(CHUNK);
        Self {
            forward: Links::new(&links, output, |link| (link.output, [link.tap, link.input])),
            backward: Links::new(&links, input, |link| (link.input, [link.tap, link.output])),
            by_tap: Links::new(&links, chunks * taps, |link| {
                (link.output / CHUNK * taps + link.tap, [link.output, link.input])
            }),
            taps,
            input,
            output,
        }
    }
}

impl Links {
    /// What `pair` says of each of `links`: a result below `results`, and its pair.
    fn new(links: &[Link], results: usize, pair: impl Fn(&Link) -> (usize, [usize; 2])) -> Self {
        let mut pairs: Vec<_> = links.iter().map(pair).collect();
        pairs.sort_unstable();
        let starts = (0..=results).map(|result| pairs.partition_point(|pair| pair.0 < result)).collect();
        let end = |which: usize| pairs.iter().map(|(_, pair)| pair[which] + 1).max().unwrap_or(0);
        let ends = [end(0), end(1)];
        Self { starts, ends, list: pairs.iter().map(|(_, pair)| pair.map(|index| index as u32)).collect() }
    }

    /// The pairs of one result.
    #[inline(always)]
    pub fn of(&self, result: usize) -> Pairs<'_> {
        Pairs { list: &self.list[self.starts[result]..self.starts[result + 1]], ends: self.ends }
    }

    /// How many results.
    pub fn results(&self) -> usize {
        self.starts.len() - 1
    }
}

impl<'a> Pairs<'a> {
    /// In ascending order.
    #[inline(always)]
    pub fn list(self) -> &'a [[u32; 2]] {
        self.list
    }

    /// Two numbers that no first and no second index reaches.
    #[inline(always)]
    pub fn ends(self) -> [usize; 2] {
        self.ends
    }
}

/// In no order.
fn links(g: &ConvGeometry) -> Vec<Link> {
    let down = along(g, g.input.h, g.output.h);
    let across = along(g, g.input.w, g.output.w);
    let link = |y: &[usize; 3], x: &[usize; 3]| Link {
        output: y[0] * g.output.w + x[0],
        tap: y[1] * g.kernel + x[1],
        input: y[2] * g.input.w + x[2],
    };
    down.iter().flat_map(|y| across.iter().map(move |x| link(y, x))).collect()
}

/// Output position, tap and input position along one axis, wherever the tap does not read the padding.
fn along(g: &ConvGeometry, input: usize, output: usize) -> Vec<[usize; 3]> {
    let at = |out: usize, tap: usize| (out * g.stride + tap).checked_sub(g.pad).filter(|&at| at < input);
    (0..output).flat_map(|out| (0..g.kernel).filter_map(move |tap| at(out, tap).map(|at| [out, tap, at]))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Shape;

    /// A chunk and a bit of output pixels, read in steps of two.
    const G: ConvGeometry = ConvGeometry {
        n: 1,
        input: Shape { c: 1, h: 20, w: 17 },
        output: Shape { c: 1, h: 10, w: 9 },
        kernel: 3,
        stride: 2,
        pad: 1,
    };

    /// Every pair of `links` with its result.
    fn pairs(links: &Links) -> Vec<(usize, [u32; 2])> {
        (0..links.results())
            .flat_map(|result| links.of(result).list().iter().map(move |&pair| (result, pair)))
            .collect()
    }

    /// Output pixel, tap and input pixel, sorted.
    fn sorted(triples: impl Iterator<Item = [usize; 3]>) -> Vec<[usize; 3]> {
        let mut triples: Vec<_> = triples.collect();
        triples.sort_unstable();
        triples
    }

    #[test]
    fn the_three_orders_hold_the_same_links() {
        let table = Table::new(&G);
        assert_eq!((table.taps, table.input, table.output), (9, 340, 90));
        let [forward, backward, by_tap] = [&table.forward, &table.backward, &table.by_tap].map(pairs);
        let usizes = |pair: [u32; 2]| pair.map(|index| index as usize);
        let triples = sorted(forward.into_iter().map(|(output, pair)| {
            let [tap, input] = usizes(pair);
            [output, tap, input]
        }));
        let others = sorted(backward.into_iter().map(|(input, pair)| {
            let [tap, output] = usizes(pair);
            [output, tap, input]
        }));
        assert_eq!(triples, others);
        let others = sorted(by_tap.into_iter().map(|(result, pair)| {
            let [output, input] = usizes(pair);
            assert_eq!(result / table.taps, output / CHUNK, "each chunk has the pixels of its own");
            [output, result % table.taps, input]
        }));
        assert_eq!(triples, others);
    }

    #[test]
    fn links_are_where_the_definition_says() {
        let table = Table::new(&G);
        // The first output pixel reads neither the row above the map nor the column left of it.
        let first = table.forward.of(0);
        assert_eq!(first.list(), [[4, 0], [5, 1], [7, 17], [8, 18]]);
        assert_eq!(first.ends(), [9, 340]);
        for (output, [tap, input]) in pairs(&table.forward) {
            let [tap, input] = [tap as usize, input as usize];
            assert_eq!(input / G.input.w + G.pad, output / G.output.w * G.stride + tap / G.kernel);
            assert_eq!(input % G.input.w + G.pad, output % G.output.w * G.stride + tap % G.kernel);
        }
    }
}
