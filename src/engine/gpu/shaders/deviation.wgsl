// 0 for a constant set when ε is 0, by a test that knows no scale: var ≤ 2⁻⁴⁰ mean².
fn inverse_deviation(mean: f32, variance: f32, epsilon: f32) -> f32 {
    if epsilon == 0.0 && variance <= 9.094947e-13 * mean * mean {
        return 0.0;
    }
    return 1.0 / sqrt(variance + epsilon);
}
