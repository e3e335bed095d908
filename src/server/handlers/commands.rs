use gen_lsp_types as lsp;
use lsp_server::ErrorCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::diagnostics::Code;
use crate::documents::{GraphFormat, GraphScope, applications_of, graph, leaf_path, yaml};
use crate::ide::{self, FilePosition, Instance, Unexplained};
use crate::model::estate;
use crate::names::{Item, declarations};
use crate::schema::Kind;
use crate::server::convert;
use crate::server::requests::{Answer, Failure};
use crate::server::snapshot::Snapshot;

/// What can be asked for by name.
pub(in crate::server) const COMMANDS: [&str; 4] =
    ["platformc.openApplication", "platformc.showGraph", "platformc.expand", "platformc.explain"];

/// The argument of each command; all of it may be left out that the command does not need.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Arguments {
    uri: Option<String>,
    position: Option<lsp::Position>,
    instance: Option<String>,
    service: Option<String>,
    cluster: Option<String>,
    format: Option<String>,
    path: Option<String>,
    code: Option<String>,
}

/// `workspace/executeCommand`
pub(in crate::server) fn execute(snapshots: &[Snapshot], params: lsp::ExecuteCommandParams) -> Answer<Option<Value>> {
    let given = params.arguments.unwrap_or_default();
    let ([] | [_]) = given.as_slice() else { return Err(invalid("a command takes one object")) };
    let arguments = given.into_iter().next().map(serde_json::from_value::<Arguments>);
    let arguments = arguments.transpose().map_err(|error| invalid(error.to_string()))?.unwrap_or_default();
    if let ("platformc.explain", Some(code)) = (params.command.as_str(), &arguments.code) {
        return page(code).map(Some);
    }
    let asked = |run: fn(&Snapshot, &Arguments) -> Answer<Value>| {
        let snapshot = snapshots.first().ok_or_else(|| invalid("no platform is open"))?;
        run(snapshot, &arguments).map(Some)
    };
    match params.command.as_str() {
        "platformc.openApplication" => asked(application),
        "platformc.showGraph" => asked(drawn),
        "platformc.expand" => asked(expanded),
        "platformc.explain" => asked(explained),
        other => Err(invalid(format!("there is no command `{other}`"))),
    }
}

fn invalid(reason: impl Into<String>) -> Failure {
    Failure::Refused(ErrorCode::InvalidParams, reason.into())
}

fn document(title: String, language: &str, text: &str) -> Value {
    json!({ "title": title, "language": language, "text": text })
}

fn page(code: &str) -> Answer<Value> {
    let code = Code::find(code).ok_or_else(|| invalid(format!("there is no code `{code}`")))?;
    Ok(document(format!("{}: {}", code.id, code.title), "markdown", code.page))
}

/// What is written can only be said of a platform without errors.
fn sound(snapshot: &Snapshot) -> Answer<()> {
    let is_error =
        |found: &crate::server::platform::Found| found.diagnostic.severity == Some(lsp::DiagnosticSeverity::Error);
    if snapshot.found.values().flatten().any(is_error) {
        let reason = "nothing is written while the platform has errors".to_owned();
        return Err(Failure::Refused(ErrorCode::RequestFailed, reason));
    }
    Ok(())
}

/// The service that is named, or that the cursor is in.
fn service<'s>(snapshot: &'s Snapshot, arguments: &Arguments) -> Answer<Option<Item<'s>>> {
    let db = &snapshot.db;
    if let Some(name) = &arguments.service {
        let item = declarations(db).get(Kind::Service, name);
        return item.map(Some).ok_or_else(|| invalid(format!("there is no service `{name}`")));
    }
    let file = arguments.uri.clone().and_then(|uri| snapshot.file(&lsp::Uri(uri)));
    let position = file.zip(arguments.position);
    let position = position.map(|(file, at)| FilePosition { file, offset: snapshot.offset(file, at) });
    Ok(position.and_then(|position| ide::service_at(db, position)))
}

/// The instance that is named, or the first of the service at the cursor, on the cluster that is asked for.
fn instance<'s>(snapshot: &'s Snapshot, arguments: &Arguments) -> Answer<Instance<'s>> {
    let db = &snapshot.db;
    if let Some(name) = &arguments.instance {
        return Instance::find(db, name).map_err(invalid);
    }
    let item = service(snapshot, arguments)?.ok_or_else(|| invalid("there is no service at this place"))?;
    let fits = |instance: &Instance<'_>| {
        arguments.cluster.as_ref().is_none_or(|cluster| cluster.as_str() == instance.slot.cluster.as_ref())
    };
    let found = Instance::of(db, item).into_iter().find(fits);
    found.ok_or_else(|| invalid(format!("`{}` runs on no such cluster", item.name(db))))
}

fn text_of(snapshot: &Snapshot, instance: &Instance<'_>) -> String {
    let all = applications_of(&snapshot.db, instance.item());
    let documents: Vec<String> =
        all.iter().filter(|meaning| instance.is(meaning)).map(|meaning| yaml::write(&meaning.application)).collect();
    documents.join("---\n")
}

fn application(snapshot: &Snapshot, arguments: &Arguments) -> Answer<Value> {
    sound(snapshot)?;
    let instance = instance(snapshot, arguments)?;
    let mut answer = document(instance.name(), "yaml", &text_of(snapshot, &instance));
    let names = Instance::of(&snapshot.db, instance.item()).iter().map(Instance::name).collect::<Vec<_>>();
    let platform = estate(&snapshot.db).platform.as_ref();
    let path = leaf_path(&snapshot.db, instance.item(), instance.position);
    let path = platform.zip(path).map(|(platform, path)| snapshot.folder.join(platform.output.as_ref()).join(path));
    let written = path.filter(|path| path.is_file()).and_then(|path| convert::uri(&path));
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("instances".to_owned(), json!(names));
        fields.extend(written.map(|uri| ("show".to_owned(), json!(uri))));
    }
    Ok(answer)
}

fn expanded(snapshot: &Snapshot, arguments: &Arguments) -> Answer<Value> {
    sound(snapshot)?;
    let instance = instance(snapshot, arguments)?;
    Ok(document(instance.name(), "yaml", &text_of(snapshot, &instance)))
}

fn drawn(snapshot: &Snapshot, arguments: &Arguments) -> Answer<Value> {
    let db = &snapshot.db;
    let (format, language) = match arguments.format.as_deref() {
        None | Some("mermaid") => (GraphFormat::Mermaid, "mermaid"),
        Some("dot") => (GraphFormat::Dot, "dot"),
        Some("json") => (GraphFormat::Json, "json"),
        Some(other) => return Err(invalid(format!("there is no format `{other}`: take mermaid, dot or json"))),
    };
    let (scope, title) = match (&arguments.cluster, service(snapshot, arguments)?) {
        (Some(cluster), _) if estate(db).cluster(cluster).is_none() => {
            return Err(invalid(format!("there is no cluster `{cluster}`")));
        }
        (Some(cluster), _) => (GraphScope::Cluster(cluster.clone()), cluster.clone()),
        (None, Some(item)) => (GraphScope::Service(item.name(db).to_string()), item.name(db).to_string()),
        (None, None) => (GraphScope::Whole, "platform".to_owned()),
    };
    Ok(document(title, language, &graph(db, &scope, format)))
}

fn explained(snapshot: &Snapshot, arguments: &Arguments) -> Answer<Value> {
    let path = arguments.path.as_deref().ok_or_else(|| invalid("write a `code`, or an `instance` and a `path`"))?;
    let instance = instance(snapshot, arguments)?;
    let text = ide::explain(&snapshot.db, &instance, path).map_err(|problem| match problem {
        Unexplained::Unknown(message) => invalid(message),
        Unexplained::Mistakes => {
            Failure::Refused(ErrorCode::RequestFailed, "this can't be explained while there are mistakes".to_owned())
        }
    })?;
    Ok(document(format!("{} {path}", instance.name()), "text", &text))
}
