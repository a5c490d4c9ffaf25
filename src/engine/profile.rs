//! Where the time of a step goes: what each part of it computes and moves, how long it takes, and the machine's limits.

/// One part of a training step, all arms together: a dispatch on a GPU, a pass of an operation on the CPU.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Kernel, or operation and pass.
    pub name: String,
    /// What it works on, for people; may be empty.
    pub shape: String,
    /// Floating-point operations, those of convolutions only: 0 for everything else.
    pub flops: f64,
    /// Bytes that have to be moved if each operand is read and each result written once.
    pub bytes: f64,
    /// Seconds it takes.
    pub seconds: f64,
}

/// What a device was measured to do at best (Williams, Waterman and Patterson 2009, "Roofline").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Roofline {
    /// Floating-point operations a second.
    pub flops_per_second: f64,
    /// Bytes a second that a copy reads and writes, together.
    pub bytes_per_second: f64,
}

impl Roofline {
    /// The time that the limits allow over the time that `part` takes; 1 is as fast as this device was measured to be.
    /// More than 1 is possible where the operands stay in a cache, which the copy does not.
    pub fn fraction(&self, part: &Part) -> f64 {
        let least = (part.flops / self.flops_per_second).max(part.bytes / self.bytes_per_second);
        least / part.seconds
    }
}

/// The middle value; of an even number the mean of the two in the middle.
///
/// # Panics
/// If there is none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[middle] } else { (sorted[middle - 1] + sorted[middle]) / 2.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_limit_counts() {
        let roofline = Roofline { flops_per_second: 100.0, bytes_per_second: 10.0 };
        let part = |flops, bytes| Part { name: String::new(), shape: String::new(), flops, bytes, seconds: 4.0 };
        assert_eq!(roofline.fraction(&part(200.0, 1.0)), 0.5);
        assert_eq!(roofline.fraction(&part(200.0, 40.0)), 1.0);
    }

    #[test]
    fn medians() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0]), 2.5);
    }
}
