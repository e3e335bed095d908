//! Paths of a service's own attributes, such as `helm.values.image.tag`.

use super::{Attribute, BlockSchema, SERVICE_DEFAULTS, Type};

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
    let can_differ = |attribute: &Attribute| attribute.can_differ();
    follow(&SERVICE_DEFAULTS, path, &can_differ)
}

/// What may stand behind a path of a block's attributes.
///
/// # Errors
/// Which of the keys leads nowhere, and what might stand there instead.
pub fn below_in(block: &'static BlockSchema, path: &[impl AsRef<str>]) -> Result<Below, (usize, Below)> {
    follow(block, path, &|_| true)
}

type Counts<'c> = &'c dyn Fn(&Attribute) -> bool;

fn follow(block: &'static BlockSchema, path: &[impl AsRef<str>], counts: Counts<'_>) -> Result<Below, (usize, Below)> {
    path.iter()
        .enumerate()
        .try_fold(Below::Keys(block), |here, (at, key)| here.step(key.as_ref(), counts).ok_or((at, here)))
}

impl Below {
    fn step(self, key: &str, counts: Counts<'_>) -> Option<Self> {
        match self {
            Self::Keys(block) => block.attribute(key).filter(|known| counts(known)).map(|known| Self::of(&known.of)),
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
