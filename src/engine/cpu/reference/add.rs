//! Addition of two feature maps.

use crate::engine::cpu::Real;

/// `y = a + b`, elementwise.
pub fn add<T: Real>(a: &[T], b: &[T], y: &mut [T]) {
    for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
        *y = a + b;
    }
}

/// The gradient of one summand: `dx = dy`, or `dx += dy` where other operations wrote to it before.
pub fn add_backward<T: Real>(dy: &[T], dx: &mut [T], accumulate: bool) {
    for (dx, &dy) in dx.iter_mut().zip(dy) {
        *dx = if accumulate { *dx + dy } else { dy };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_and_hands_the_gradient_on() {
        let mut y = [0.0; 3];
        add(&[1.0, 2.0, 3.0], &[10.0, 20.0, 30.0], &mut y);
        assert_eq!(y, [11.0, 22.0, 33.0]);
        let mut dx = [5.0, 5.0, 5.0];
        add_backward(&[1.0, 2.0, 3.0], &mut dx, true);
        assert_eq!(dx, [6.0, 7.0, 8.0]);
        add_backward(&[1.0, 2.0, 3.0], &mut dx, false);
        assert_eq!(dx, [1.0, 2.0, 3.0]);
    }
}
