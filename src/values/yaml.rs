//! YAML as values. What aliases and nesting make of a text is bounded while it is read, not once it is in memory.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::value::Value;
use crate::syntax::ast::Float;

/// The largest YAML text that is read: its reader keeps a hundred bytes for each of its tokens.
pub const MAX_YAML: usize = 64 << 20;

/// What aliases may make of a text: so many times its length, and a small text may grow to this in any case.
pub const MAX_GROWTH: usize = 10;
const SMALL: usize = 1 << 20;

/// Reads a text with one document.
pub(super) fn read(text: &str) -> Result<Value, String> {
    check_length(text)?;
    let left = Cell::new(text.len().saturating_mul(MAX_GROWTH).max(SMALL));
    Node { left: &left }.deserialize(serde_yaml::Deserializer::from_str(text)).map_err(|error| error.to_string())
}

/// Whether a text with any number of documents may be read as it is: aliases do not make it large.
///
/// # Errors
/// The reason in words.
pub fn bounded(text: &str) -> Result<(), String> {
    check_length(text)?;
    if !text.contains('*') {
        return Ok(());
    }
    let left = Cell::new(text.len().saturating_mul(MAX_GROWTH).max(SMALL));
    // What else is wrong is found when the text is read.
    let _ = serde_yaml::Deserializer::from_str(text).try_for_each(|document| Weight(&left).deserialize(document));
    if left.get() > 0 { Ok(()) } else { Err(TOO_LARGE.to_owned()) }
}

const TOO_LARGE: &str = "aliases make more than ten times its text of it";

fn check_length(text: &str) -> Result<(), String> {
    if text.len() <= MAX_YAML {
        return Ok(());
    }
    Err(format!("it is larger than {} MiB, which is much for YAML; JSON and CSV may be larger", MAX_YAML >> 20))
}

/// A node that is weighed and forgotten.
#[derive(Clone, Copy)]
struct Weight<'a>(&'a Cell<usize>);

impl Weight<'_> {
    /// Takes some bytes from those that are left; the last are never given.
    fn spend<E: Error>(self, bytes: usize) -> Result<(), E> {
        self.0.set(self.0.get().saturating_sub(bytes));
        if self.0.get() > 0 { Ok(()) } else { Err(E::custom(TOO_LARGE)) }
    }
}

impl<'de> DeserializeSeed<'de> for Weight<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Weight<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.spend(1)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.spend(1)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.spend(1)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.spend(1)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.spend(1)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.spend(text.len().max(1))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.spend(1)?;
        while items.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        self.spend(1)?;
        while entries.next_entry_seed(self, self)?.is_some() {}
        Ok(())
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<(), A::Error> {
        let (_, content) = data.variant_seed(std::marker::PhantomData::<String>)?;
        content.newtype_variant_seed(self)
    }
}

/// A node of the document, and how many bytes all nodes together may still hold.
#[derive(Clone, Copy)]
struct Node<'a> {
    left: &'a Cell<usize>,
}

impl Node<'_> {
    fn spend<E: Error>(self, bytes: usize) -> Result<(), E> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or_else(|| E::custom(TOO_LARGE))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a YAML value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.spend(1).map(|()| Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.spend(1).map(|()| Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.spend(1).map(|()| Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        #[expect(clippy::cast_precision_loss, reason = "what is too large for an int is a float")]
        i64::try_from(value).map_or_else(|_| self.visit_f64(value as f64), |value| self.visit_i64(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.spend(1)?;
        if value.is_finite() { Ok(Value::Float(Float(value))) } else { Err(E::custom("a number without end")) }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.spend(text.len().max(1)).map(|()| Value::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.spend(1)?;
        let mut list = vec![];
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::List(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.spend(1)?;
        let mut object: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        while let Some(key) = entries.next_key_seed(self)? {
            let value = entries.next_value_seed(self)?;
            match object.entry(key_text(&key).ok_or_else(|| A::Error::custom("a key that is no string"))?) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                Entry::Occupied(entry) => {
                    return Err(A::Error::custom(format!("duplicate entry with key {:?}", entry.key())));
                }
            }
        }
        Ok(Value::Object(Arc::new(object)))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Value, A::Error> {
        let (tag, _) = data.variant_seed(std::marker::PhantomData::<String>)?;
        Err(A::Error::custom(format!("the tag `!{}` has no meaning here", tag.trim_start_matches('!'))))
    }
}

/// A key that is no text becomes one.
fn key_text(key: &Value) -> Option<Arc<str>> {
    match key {
        Value::Text(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) => key.to_text(),
        _ => None,
    }
}
