//! Paths of a service's own attributes, such as `helm.values.image.tag`.

use super::{BlockSchema, SERVICE_DEFAULTS, Type};

/// What may stand behind a path.
#[derive(Clone, Copy, Debug)]
pub enum Below {
    /// One of these attributes.
    Keys(&'static BlockSchema),
    /// The name of a block of this shape.
    Name(&'static BlockSchema),
    /// Any key.
    Free,
    /// Nothing.
    Nothing,
}

/// What may stand behind a path of a service's own attributes.
///
/// # Errors
/// Which of the keys leads nowhere, and what might stand there instead.
pub fn below(path: &[impl AsRef<str>]) -> Result<Below, (usize, Below)> {
    path.iter()
        .enumerate()
        .try_fold(Below::Keys(&SERVICE_DEFAULTS), |here, (at, key)| here.step(key.as_ref()).ok_or((at, here)))
}

impl Below {
    fn step(self, key: &str) -> Option<Self> {
        match self {
            Self::Keys(block) => {
                block.attribute(key).filter(|known| known.can_differ()).map(|known| Self::of(&known.of))
            }
            Self::Name(block) => Some(Self::Keys(block)),
            Self::Free => Some(Self::Free),
            Self::Nothing => None,
        }
    }

    fn of(of: &'static Type) -> Self {
        match of {
            Type::Block(block) => Self::Keys(block),
            Type::Named(block) => Self::Name(block),
            Type::Map(_) | Type::Object | Type::Any => Self::Free,
            _ => Self::Nothing,
        }
    }
}
