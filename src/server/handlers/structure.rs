use gen_lsp_types as lsp;

use crate::db::SourceFile;
use crate::ide::{self, EntryKind, Fold, FoldKind};
use crate::schema::Kind;
use crate::server::requests::Answer;
use crate::server::snapshot::Snapshot;
use crate::text::TextRange;

/// `textDocument/documentSymbol`
pub(in crate::server) fn symbols(
    snapshot: &Snapshot,
    params: lsp::DocumentSymbolParams,
) -> Answer<Option<lsp::DocumentSymbolResponse>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let entries = ide::outline(&snapshot.db, file);
    if snapshot.client.nests_symbols() {
        return Ok(Some(entries.into_iter().map(|entry| symbol(snapshot, file, entry)).collect::<Vec<_>>().into()));
    }
    let mut list = vec![];
    for entry in entries {
        flatten(&symbol(snapshot, file, entry), None, &params.text_document.uri, &mut list);
    }
    Ok(Some(list.into()))
}

/// A symbol and what stands in it, each with the name of what it stands in.
#[expect(deprecated, reason = "a field that the protocol has given up must still be filled")]
fn flatten(symbol: &lsp::DocumentSymbol, around: Option<&str>, uri: &lsp::Uri, list: &mut Vec<lsp::SymbolInformation>) {
    list.push(lsp::SymbolInformation {
        deprecated: None,
        location: lsp::Location { uri: uri.clone(), range: symbol.range },
        base_symbol_information: lsp::BaseSymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            container_name: around.map(str::to_owned),
        },
    });
    for child in symbol.children.iter().flatten() {
        flatten(child, Some(&symbol.name), uri, list);
    }
}

#[expect(deprecated, reason = "a field that the protocol has given up must still be filled")]
fn symbol(snapshot: &Snapshot, file: SourceFile, entry: ide::Entry) -> lsp::DocumentSymbol {
    let children: Vec<_> = entry.children.into_iter().map(|child| symbol(snapshot, file, child)).collect();
    lsp::DocumentSymbol {
        name: entry.name,
        detail: Some(entry.detail).filter(|detail| !detail.is_empty()),
        kind: kind_of_entry(entry.kind),
        tags: None,
        deprecated: None,
        range: snapshot.range(file, entry.range),
        selection_range: snapshot.range(file, entry.name_range),
        children: (!children.is_empty()).then_some(children),
    }
}

fn kind_of_entry(kind: EntryKind) -> lsp::SymbolKind {
    match kind {
        EntryKind::Declaration(kind) => kind_of(kind),
        EntryKind::Import => lsp::SymbolKind::File,
        EntryKind::Statement => lsp::SymbolKind::Event,
        EntryKind::Parameter => lsp::SymbolKind::TypeParameter,
        EntryKind::Block => lsp::SymbolKind::Namespace,
        EntryKind::Key => lsp::SymbolKind::Property,
        EntryKind::Object => lsp::SymbolKind::Object,
    }
}

fn kind_of(kind: Kind) -> lsp::SymbolKind {
    match kind {
        Kind::Platform | Kind::Hub => lsp::SymbolKind::Package,
        Kind::Team | Kind::Role => lsp::SymbolKind::Interface,
        Kind::Environment | Kind::Layer => lsp::SymbolKind::EnumMember,
        Kind::Cluster => lsp::SymbolKind::Module,
        Kind::Service => lsp::SymbolKind::Class,
        Kind::Template => lsp::SymbolKind::Struct,
        Kind::Namespace => lsp::SymbolKind::Namespace,
        Kind::Repository | Kind::Store => lsp::SymbolKind::Field,
        Kind::Health => lsp::SymbolKind::Function,
        Kind::Moved | Kind::Removed => lsp::SymbolKind::Event,
        Kind::Policy | Kind::Test => lsp::SymbolKind::Boolean,
    }
}

/// `workspace/symbol`
pub(in crate::server) fn search(
    snapshots: &[Snapshot],
    params: lsp::WorkspaceSymbolParams,
) -> Answer<Option<lsp::WorkspaceSymbolResponse>> {
    let found = snapshots.iter().flat_map(|snapshot| {
        let entries = ide::search(&snapshot.db, &params.query).into_iter();
        entries.filter_map(|entry| found(snapshot, &entry)).collect::<Vec<_>>()
    });
    Ok(Some(found.collect::<Vec<_>>().into()))
}

fn found(snapshot: &Snapshot, entry: &ide::WorkspaceEntry) -> Option<lsp::WorkspaceSymbol> {
    Some(lsp::WorkspaceSymbol {
        location: snapshot.location(entry.place)?.into(),
        data: None,
        base_symbol_information: lsp::BaseSymbolInformation {
            name: entry.name.to_string(),
            kind: kind_of(entry.kind),
            tags: None,
            container_name: Some(entry.kind.word().to_owned()),
        },
    })
}

/// `textDocument/foldingRange`
pub(in crate::server) fn folds(
    snapshot: &Snapshot,
    params: lsp::FoldingRangeParams,
) -> Answer<Option<Vec<lsp::FoldingRange>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let folds = ide::folds(&snapshot.db, file).into_iter();
    Ok(Some(folds.map(|fold| folding_range(snapshot.range(file, fold.range), fold)).collect()))
}

fn folding_range(range: lsp::Range, fold: Fold) -> lsp::FoldingRange {
    // What closes a region stays to be seen.
    let hidden = u32::from(fold.kind == FoldKind::Region && range.end.line > range.start.line + 1);
    lsp::FoldingRange {
        start_line: range.start.line,
        start_character: None,
        end_line: range.end.line - hidden,
        end_character: None,
        kind: match fold.kind {
            FoldKind::Region => None,
            FoldKind::Comment => Some(lsp::FoldingRangeKind::Comment),
            FoldKind::Imports => Some(lsp::FoldingRangeKind::Imports),
        },
        collapsed_text: None,
    }
}

/// `textDocument/selectionRange`
pub(in crate::server) fn selections(
    snapshot: &Snapshot,
    params: lsp::SelectionRangeParams,
) -> Answer<Option<Vec<lsp::SelectionRange>>> {
    let Some(file) = snapshot.file(&params.text_document.uri) else { return Ok(None) };
    let chain = |position: lsp::Position| {
        let offset = snapshot.offset(file, position);
        let ranges = ide::selections(&snapshot.db, ide::FilePosition { file, offset });
        nested(snapshot, file, &ranges)
            .unwrap_or(lsp::SelectionRange { range: lsp::Range { start: position, end: position }, parent: None })
    };
    Ok(Some(params.positions.into_iter().map(chain).collect()))
}

/// Ranges from the innermost on, each the parent of the one before.
fn nested(snapshot: &Snapshot, file: SourceFile, ranges: &[TextRange]) -> Option<lsp::SelectionRange> {
    ranges.iter().rev().fold(None, |parent, range| {
        Some(lsp::SelectionRange { range: snapshot.range(file, *range), parent: parent.map(Box::new) })
    })
}
