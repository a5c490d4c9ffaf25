//! The nonlinearities.

/// A pointwise nonlinearity. The smooth ones keep the twins together in f32; ReLU does not (theory 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Activation {
    /// x/2 · (1 + tanh(√(2/π)(x + 0.044715 x³))): the tanh form of Hendrycks & Gimpel 2016.
    #[default]
    Gelu,
    /// x · σ(x).
    Silu,
    /// ln(1 + eˣ).
    Softplus,
    /// tanh x.
    Tanh,
    /// max(x, 0).
    Relu,
}

impl Activation {
    /// All of them, in the order the menu shows.
    pub const ALL: [Self; 5] = [Self::Gelu, Self::Silu, Self::Softplus, Self::Tanh, Self::Relu];

    /// The name in links and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Softplus => "softplus",
            Self::Tanh => "tanh",
            Self::Relu => "relu",
        }
    }

    /// The name people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Gelu => "GELU",
            Self::Silu => "SiLU",
            Self::Softplus => "softplus",
            Self::Tanh => "tanh",
            Self::Relu => "ReLU",
        }
    }
}
