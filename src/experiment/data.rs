//! Which images an experiment trains on.

/// A set of images by its stable name.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum DataChoice {
    /// Fashion-MNIST averaged to 14×14, which travels inside the program.
    #[default]
    Fashion14,
    /// Fashion-MNIST in 28×28, fetched when it is asked for.
    Fashion28,
    /// A set that somebody opened here, by the key its reader gave it: "cifar10", "own-1a2b3c4d".
    Own(String),
}

impl DataChoice {
    /// The name in links.
    pub fn key(&self) -> &str {
        match self {
            Self::Fashion14 => "fashion14",
            Self::Fashion28 => "fashion28",
            Self::Own(key) => key,
        }
    }

    /// The set with this name: `None` if it is no name. Letters, digits and hyphens, at most 24.
    pub fn of_key(key: &str) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        match key {
            "fashion14" => Some(Self::Fashion14),
            "fashion28" => Some(Self::Fashion28),
            _ if !key.is_empty() && key.len() <= 24 && key.chars().all(plain) => Some(Self::Own(key.into())),
            _ => None,
        }
    }
}
