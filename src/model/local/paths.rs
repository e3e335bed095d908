use super::closure::{MAX_READ, followed, is_whole, reads};
use super::kustomized::unknown_fields;
use super::manifests::line_of_key;
use super::{Entry, Nature, entry};
use crate::db::Db;
use crate::diagnostics::{self as codes, Diagnostic, Sink, Span};
use crate::overlays::Tree;
use crate::values::Value;

/// Checks that the folder a source names is there, is what the source takes it for, and lacks nothing that it names itself.
pub(in crate::model) fn check_folder(db: &dyn Db, block: &Tree, path: &str, nature: Nature, sink: &mut Sink) {
    let Some(span) = block.get("path").map(Tree::span) else { return };
    match entry(db, path) {
        Entry::Unknown => {}
        Entry::Missing => sink.push(missing(span, path)),
        Entry::File(_) => {
            sink.push(wrong_folder(span, path, ("it is a file", "a source is a folder", "name the folder")));
        }
        Entry::Folder(names) => match nature.refuses(names) {
            Some(why) => sink.push(wrong_folder(span, path, why)),
            None if nature != Nature::Any => references(db, span, path, sink),
            None => {}
        },
    }
}

/// Checks that the files of a list are there.
pub(in crate::model) fn check_files(db: &dyn Db, block: &Tree, key: &str, sink: &mut Sink) {
    let Some(Tree::Leaf(value, span)) = block.get(key) else { return };
    for path in value.as_list().unwrap_or_default().iter().filter_map(Value::as_text) {
        if let Entry::Missing = entry(db, path) {
            sink.push(missing(*span, path));
        }
    }
}

/// What kustomizations and charts name must be there, or nothing renders.
fn references(db: &dyn Db, span: Span, path: &str, sink: &mut Sink) {
    if !is_whole(db, path) {
        let message = format!("`{path}` reads more than {MAX_READ} files and folders");
        sink.push(
            Diagnostic::new(codes::TOO_MUCH, span, message)
                .note("Argo CD is told of all of them, so that it renders again when one changes")
                .help("divide it into several services"),
        );
    }
    for folder in followed(db, path) {
        fields(db, span, folder, sink);
        for named in reads(db, folder) {
            if let Entry::Missing = entry(db, &named) {
                let message = format!("`{folder}` names `{named}`, which does not exist");
                sink.push(
                    Diagnostic::new(codes::MISSING_PATH, span, message)
                        .note("Argo CD renders nothing of a source of which a part is missing")
                        .help(format!("create it, or correct the file in `{folder}` that names it")),
                );
            }
        }
    }
}

/// A field that Kustomize does not know makes it refuse the whole folder.
fn fields(db: &dyn Db, named: Span, folder: &str, sink: &mut Sink) {
    for (file, field, near) in unknown_fields(db, folder) {
        let message = format!("Kustomize has no field `{field}`");
        let place = Span { file, anchor: None, range: line_of_key(file.text(db), &field) };
        sink.push(
            Diagnostic::new(codes::BAD_OBJECT, place, message)
                .also(named, "the source that the file belongs to")
                .note("Kustomize refuses a kustomization with a field that it does not know")
                .help(near.map_or_else(|| "leave it away".to_owned(), |near| format!("did you mean `{near}`?")))
                .meant_by(place, &field, near),
        );
    }
}

fn missing(span: Span, path: &str) -> Diagnostic {
    Diagnostic::new(codes::MISSING_PATH, span, format!("`{path}` does not exist"))
        .note("paths are seen from the root of the repository; Argo CD finds the mistake only when it renders")
        .help("create it, or correct the path")
}

fn wrong_folder(span: Span, path: &str, (what, rule, mend): (&str, &str, &str)) -> Diagnostic {
    Diagnostic::new(codes::WRONG_FOLDER, span, format!("`{path}` can't be this source: {what}")).note(rule).help(mend)
}
