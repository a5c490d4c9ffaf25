// The nonlinearities and their derivatives at a point, or at four.

// Position in Activation::ALL: GELU, SiLU, softplus, tanh, ReLU.
override ACTIVATION: u32;

// Some drivers return NaN for the tanh of large numbers; in f32 it is ±1 long before 10.
fn clamped_tanh(x: Element) -> Element {
    return tanh(clamp(x, Element(-10.0), Element(10.0)));
}

fn gelu_tanh(x: Element) -> Element {
    return clamped_tanh(0.7978845608 * (x + 0.044715 * x * x * x));
}

// 1/(1 + e^−x), with the exponential of a number that is never positive.
fn sigmoid(x: Element) -> Element {
    let e = exp(-abs(x));
    return select(e, Element(1.0), x >= Element()) / (1.0 + e);
}

fn activate(x: Element) -> Element {
    switch ACTIVATION {
        case 0u: { return 0.5 * x * (1.0 + gelu_tanh(x)); }
        case 1u: { return x * sigmoid(x); }
        case 2u: { return max(x, Element()) + log(1.0 + exp(-abs(x))); }
        case 3u: { return clamped_tanh(x); }
        default: { return max(x, Element()); }
    }
}

fn activation_slope(x: Element) -> Element {
    switch ACTIVATION {
        case 0u: {
            let t = gelu_tanh(x);
            return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.7978845608 * (1.0 + 0.134145 * x * x);
        }
        case 1u: {
            let s = sigmoid(x);
            return s * (1.0 + x * (1.0 - s));
        }
        case 2u: { return sigmoid(x); }
        case 3u: {
            let t = clamped_tanh(x);
            return 1.0 - t * t;
        }
        default: { return select(Element(), Element(1.0), x > Element()); }
    }
}
