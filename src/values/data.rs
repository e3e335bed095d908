//! Data files: YAML, JSON and CSV.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::value::Value;
use crate::db::{Db, SourceFile};
use crate::syntax::ast::{Declaration, ExprKind, Float};

/// The forms of a data file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, salsa::SalsaValue)]
pub enum DataFormat {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// CSV with a first row of names.
    Csv,
}

impl DataFormat {
    /// The format that a function of this name reads.
    #[must_use]
    pub fn of_function(name: &str) -> Option<Self> {
        match name {
            "yaml" => Some(Self::Yaml),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// What a data file says, or why it says nothing.
#[salsa::tracked]
pub fn data_file(db: &dyn Db, file: SourceFile, format: DataFormat) -> Result<Value, String> {
    let text = file.content(db).text()?;
    match format {
        DataFormat::Yaml => super::yaml::read(text),
        DataFormat::Json => serde_json::from_str::<serde_json::Value>(text).map_err(|e| e.to_string()).map(from_json),
        DataFormat::Csv => csv(text),
    }
}

/// What JSON says.
pub fn from_json(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => Value::Int(number),
            None => Value::Float(Float(number.as_f64().unwrap_or_default())),
        },
        serde_json::Value::String(text) => Value::text(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        serde_json::Value::Object(map) => {
            Value::Object(Arc::new(map.into_iter().map(|(key, value)| (key.into(), from_json(value))).collect()))
        }
    }
}

fn csv(text: &str) -> Result<Value, String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers: Vec<Arc<str>> = reader.headers().map_err(|e| e.to_string())?.iter().map(Into::into).collect();
    let rows = reader.records().map(|record| {
        let record = record.map_err(|e| e.to_string())?;
        let cells = headers.iter().cloned().zip(record.iter().map(Value::text));
        Ok(Value::Object(Arc::new(cells.collect::<BTreeMap<_, _>>())))
    });
    Ok(Value::List(rows.collect::<Result<_, String>>()?))
}

/// The paths of the data files that a declaration reads, as written. A path that is no plain string is refused later.
pub fn data_calls(declaration: &Declaration) -> Vec<Arc<str>> {
    let mut paths = vec![];
    declaration.walk(&mut |expr| {
        if let ExprKind::Call(callee, arguments) = &expr.kind
            && let ExprKind::Name(name) = &callee.kind
            && DataFormat::of_function(name).is_some()
            && let [argument] = arguments.as_slice()
            && let Some(path) = argument.value.literal()
        {
            paths.push(path.into());
        }
    });
    paths
}

/// The path that `path` means in a file of the platform, or `None` where it leaves the platform's folder.
#[must_use]
pub fn join_path(file: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let folder = file.rfind('/').and_then(|at| file.get(..at));
    let mut parts: Vec<&str> = folder.map(|folder| folder.split('/').collect()).unwrap_or_default();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}
