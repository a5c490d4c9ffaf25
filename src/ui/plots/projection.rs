//! The plane in which a path of directions moves most: its first two principal directions, through the origin. Pure functions.

/// Two directions at right angles.
#[derive(Clone, Debug, PartialEq)]
pub struct Plane {
    /// The first points to where the path begins, the second to the side on which it ends.
    pub axes: [Vec<f64>; 2],
    /// Which part of the directions' squares lies in it, 0 to 1.
    pub share: f64,
}

/// Points of a path that the plane is found from.
const MOST: usize = 100;
/// Rounds of the power iteration.
const ROUNDS: usize = 80;

impl Plane {
    /// The plane of a path of unit vectors; `None` where there is none yet.
    pub fn of(path: &[&[f32]]) -> Option<Self> {
        let first = *path.first()?;
        let last = *path.last()?;
        let stride = path.len().div_ceil(MOST);
        let rows: Vec<&[f32]> = path.iter().step_by(stride).copied().filter(|row| row.len() == first.len()).collect();
        let gram: Vec<Vec<f64>> = rows.iter().map(|a| rows.iter().map(|b| dot(a, b)).collect()).collect();
        let trace: f64 = (0..rows.len()).map(|i| gram[i][i]).sum();
        let n = rows.len() as f64;
        let (one, most) = power(&gram, vec![1.0; rows.len()], &[]);
        // The path's own direction is a good guess of the second.
        let ramp = (0..rows.len()).map(|i| i as f64 - (n - 1.0) / 2.0 + 0.25).collect();
        let (two, second) = power(&gram, ramp, &one);
        let axis = |weights: &[f64], eigenvalue: f64| {
            let mut axis = vec![0.0; first.len()];
            // Rounding alone is no direction.
            if eigenvalue > 1e-12 * trace {
                for (row, weight) in rows.iter().zip(weights) {
                    axis.iter_mut().zip(*row).for_each(|(a, x)| *a += weight * f64::from(*x) / eigenvalue.sqrt());
                }
            }
            axis
        };
        let mut axes = [axis(&one, most), axis(&two, second)];
        for (axis, points_to) in axes.iter_mut().zip([first, last]) {
            if along(axis, points_to) < 0.0 {
                axis.iter_mut().for_each(|a| *a = -*a);
            }
        }
        Some(Self { axes, share: ((most + second) / trace).clamp(0.0, 1.0) })
    }

    /// The two coordinates of a direction.
    pub fn project(&self, direction: &[f32]) -> [f64; 2] {
        [along(&self.axes[0], direction), along(&self.axes[1], direction)]
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum()
}

fn along(axis: &[f64], x: &[f32]) -> f64 {
    axis.iter().zip(x).map(|(a, x)| a * f64::from(*x)).sum()
}

/// The eigenvector of norm 1 of the largest eigenvalue, and that, at right angles to `before`.
fn power(matrix: &[Vec<f64>], mut x: Vec<f64>, before: &[f64]) -> (Vec<f64>, f64) {
    let mut eigenvalue = 0.0;
    for _ in 0..ROUNDS {
        let overlap: f64 = x.iter().zip(before).map(|(a, b)| a * b).sum();
        x.iter_mut().zip(before).for_each(|(a, b)| *a -= overlap * b);
        let norm = x.iter().map(|a| a * a).sum::<f64>().sqrt();
        if norm == 0.0 {
            return (x, 0.0);
        }
        x.iter_mut().for_each(|a| *a /= norm);
        let next: Vec<f64> = matrix.iter().map(|row| row.iter().zip(&x).map(|(a, b)| a * b).sum()).collect();
        eigenvalue = x.iter().zip(&next).map(|(a, b)| a * b).sum();
        x = next;
    }
    let overlap: f64 = x.iter().zip(before).map(|(a, b)| a * b).sum();
    x.iter_mut().zip(before).for_each(|(a, b)| *a -= overlap * b);
    let norm = x.iter().map(|a| a * a).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    x.iter_mut().for_each(|a| *a /= norm);
    (x, eigenvalue)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An arc of `n` points in the plane of two directions at right angles, in five dimensions.
    fn arc(n: usize, by: f64) -> Vec<Vec<f32>> {
        let (a, b) = ([0.6, 0.0, 0.8, 0.0, 0.0], [0.0, 0.28, 0.0, 0.96, 0.0]);
        (0..n)
            .map(|i| {
                let (sin, cos) = (by * i as f64 / (n - 1).max(1) as f64).sin_cos();
                (0..5).map(|k| (cos * a[k] + sin * b[k]) as f32).collect()
            })
            .collect()
    }

    fn views(path: &[Vec<f32>]) -> Vec<&[f32]> {
        path.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn a_path_in_a_plane_is_seen_as_it_is() {
        for n in [3, 60, 350] {
            let path = arc(n, 1.2);
            let plane = Plane::of(&views(&path)).expect("a path");
            assert!((plane.share - 1.0).abs() < 1e-6);
            let points: Vec<[f64; 2]> = path.iter().map(|x| plane.project(x)).collect();
            assert!(points.iter().all(|[x, y]| (x.hypot(*y) - 1.0).abs() < 1e-6), "no length is lost");
            let turned = points[n - 1][1].atan2(points[n - 1][0]) - points[0][1].atan2(points[0][0]);
            assert!((turned - 1.2).abs() < 1e-5, "and it turns to the side on which it ends: {turned}");
            assert!(points[0][0] > 0.0 && points[n - 1][1] > 0.0);
        }
    }

    #[test]
    fn what_leaves_the_plane_is_not_counted() {
        let mut path = arc(40, 1.0);
        for (i, x) in path.iter_mut().enumerate() {
            let out = if i % 2 == 0 { 0.3f32 } else { -0.3 };
            x.iter_mut().for_each(|a| *a *= (1.0f32 - out * out).sqrt());
            x[4] = out;
        }
        let plane = Plane::of(&views(&path)).expect("a path");
        assert!((plane.share - 0.91).abs() < 0.02, "{}", plane.share);
    }

    #[test]
    fn one_point_is_a_direction_and_none_is_nothing() {
        assert_eq!(Plane::of(&[]), None);
        let path = arc(1, 0.0);
        let [x, y] = Plane::of(&views(&path)).expect("a point").project(&path[0]);
        assert!((x - 1.0).abs() < 1e-6 && y == 0.0, "{x} {y}");
    }
}
