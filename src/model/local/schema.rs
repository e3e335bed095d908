//! What a JSON schema would cost. Its checker follows every reference again wherever it stands, so that forty pairs of
//! references ask the same a million million times; a circle of them, in which no value is entered, never ends.

use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};

/// How often a schema may ask one value, all ways to the same question counted.
pub(super) const MAX_QUESTIONS: u64 = 100_000;

/// The keywords whose schemas ask the same value.
const OF_ITSELF: [&str; 9] =
    ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "dependencies"];

/// The keywords whose schemas ask what is in the value.
const OF_PARTS: [&str; 10] = [
    "properties",
    "patternProperties",
    "additionalProperties",
    "unevaluatedProperties",
    "propertyNames",
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "contains",
];

/// The keywords that hold schemas by name.
const BY_NAME: [&str; 4] = ["properties", "patternProperties", "dependentSchemas", "dependencies"];

/// Whether a schema asks a value of this depth so often that nobody waits for the end.
pub(super) fn is_endless(schema: &Json, depth: usize) -> bool {
    let mut questions = Questions { root: schema, names: FxHashMap::default(), known: FxHashMap::default() };
    questions.name(schema);
    questions.of(schema, depth) > MAX_QUESTIONS
}

struct Questions<'s> {
    root: &'s Json,
    /// Schemas by the names that references may use.
    names: FxHashMap<&'s str, &'s Json>,
    /// By schema and depth; a schema that is asked about itself has too many while it is being counted.
    known: FxHashMap<(*const Json, usize), u64>,
}

impl<'s> Questions<'s> {
    fn name(&mut self, schema: &'s Json) {
        match schema {
            Json::Object(object) => {
                for key in ["$id", "id", "$anchor", "$dynamicAnchor"] {
                    if let Some(name) = object.get(key).and_then(Json::as_str) {
                        self.names.insert(name.trim_start_matches('#'), schema);
                    }
                }
                object.values().for_each(|value| self.name(value));
            }
            Json::Array(items) => items.iter().for_each(|item| self.name(item)),
            _ => {}
        }
    }

    fn of(&mut self, schema: &'s Json, depth: usize) -> u64 {
        let Json::Object(object) = schema else { return 1 };
        if let Some(known) = self.known.get(&(std::ptr::from_ref(schema), depth)) {
            return *known;
        }
        self.known.insert((std::ptr::from_ref(schema), depth), u64::MAX);
        let count = self.count(object, depth);
        self.known.insert((std::ptr::from_ref(schema), depth), count);
        count
    }

    fn count(&mut self, object: &'s Map<String, Json>, depth: usize) -> u64 {
        let mut count = 1_u64;
        for keyword in OF_ITSELF {
            for part in parts(object, keyword) {
                count = count.saturating_add(self.of(part, depth));
            }
        }
        for key in ["$ref", "$dynamicRef", "$recursiveRef"] {
            if let Some(target) = object.get(key).and_then(Json::as_str).and_then(|reference| self.target(reference)) {
                count = count.saturating_add(self.of(target, depth));
            }
        }
        let Some(below) = depth.checked_sub(1) else { return count };
        for keyword in OF_PARTS {
            // Of the schemas for different keys each value meets one.
            let most = parts(object, keyword).into_iter().map(|part| self.of(part, below)).max().unwrap_or(0);
            count = count.saturating_add(most);
        }
        count
    }

    fn target(&self, reference: &str) -> Option<&'s Json> {
        let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let start = if name.is_empty() { Some(self.root) } else { self.names.get(name).copied() };
        match fragment {
            "" => start,
            pointer if pointer.starts_with('/') => start?.pointer(pointer),
            anchor => self.names.get(anchor).copied(),
        }
    }
}

/// The schemas that a keyword holds.
fn parts<'s>(object: &'s Map<String, Json>, keyword: &str) -> Vec<&'s Json> {
    match object.get(keyword) {
        Some(Json::Array(items)) => items.iter().collect(),
        Some(Json::Object(named)) if BY_NAME.contains(&keyword) => named.values().collect(),
        schema => schema.into_iter().collect(),
    }
}

/// How deep a value is.
pub(super) fn depth(value: &Json) -> usize {
    match value {
        Json::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Json::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
