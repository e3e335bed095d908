//! An editor for tests.

use std::collections::BTreeMap;
use std::fs;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use platformc::server::{Connection, Message, Notification, Request, RequestId, Response, serve_over};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Nothing takes so long, even on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// An editor that has a folder open, and its server.
pub(crate) struct Editor {
    connection: Connection,
    server: Option<JoinHandle<bool>>,
    folder: TempDir,
    asked: i32,
    versions: BTreeMap<String, i32>,
    texts: BTreeMap<String, String>,
    published: BTreeMap<String, Vec<Value>>,
    /// What the server has asked for.
    pub(crate) requests: Vec<Request>,
    /// What the server said it can do.
    pub(crate) capabilities: Value,
}

impl Editor {
    /// Opens a folder with these files; no document is open yet.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, &json!({ "general": { "positionEncodings": ["utf-8"] } }))
    }

    /// The same, with other capabilities.
    pub(crate) fn with(files: &[(&str, &str)], capabilities: &Value) -> Self {
        let folder = TempDir::new().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self::begin(folder, capabilities)
    }

    fn begin(folder: TempDir, capabilities: &Value) -> Self {
        let (connection, theirs) = Connection::memory();
        let server = Some(spawn(move || serve_over(theirs)));
        let mut editor = Self {
            connection,
            server,
            folder,
            asked: 0,
            versions: BTreeMap::new(),
            texts: BTreeMap::new(),
            published: BTreeMap::new(),
            requests: vec![],
            capabilities: Value::Null,
        };
        let root = editor.uri("");
        let folders = json!([{ "uri": root, "name": "platform" }]);
        let params =
            json!({ "processId": null, "rootUri": root, "capabilities": capabilities, "workspaceFolders": folders });
        let result = editor.request("initialize", params).unwrap();
        editor.capabilities = result["capabilities"].clone();
        editor.notify("initialized", json!({}));
        editor
    }

    /// The path of a file on the disk.
    pub(crate) fn path(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join(path)
    }

    /// The URI of a file.
    pub(crate) fn uri(&self, path: &str) -> String {
        url::Url::from_file_path(self.folder.path().join(path)).unwrap().into()
    }

    /// The path of a URI.
    pub(crate) fn path_of(&self, uri: &str) -> String {
        uri.strip_prefix(&self.uri("")).unwrap_or(uri).trim_start_matches('/').to_owned()
    }

    /// Opens a document with what stands on the disk.
    pub(crate) fn open(&mut self, path: &str) {
        let text = fs::read_to_string(self.folder.path().join(path)).unwrap();
        self.open_as(path, &text);
    }

    /// Opens a document with a text of its own.
    pub(crate) fn open_as(&mut self, path: &str, text: &str) {
        self.versions.insert(path.to_owned(), 1);
        self.texts.insert(path.to_owned(), text.to_owned());
        let document = json!({ "uri": self.uri(path), "languageId": "platformc", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the text of an open document.
    pub(crate) fn change(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), text.to_owned());
        self.change_by(path, json!([{ "text": text }]));
    }

    /// Sends changes of an open document; its text is what they make of it.
    pub(crate) fn change_by(&mut self, path: &str, changes: Value) {
        let version = self.versions.get_mut(path).unwrap();
        *version += 1;
        let document = json!({ "uri": url::Url::from_file_path(self.folder.path().join(path)).unwrap().to_string(), "version": *version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Closes a document.
    pub(crate) fn close(&mut self, path: &str) {
        let uri = self.uri(path);
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    }

    /// Sends a notification.
    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.connection.sender.send(Notification::new(method.to_owned(), params).into()).unwrap();
    }

    /// Sends a request, and says under which number.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        self.connection.sender.send(Request::new(id.clone(), method.to_owned(), params).into()).unwrap();
        id
    }

    /// Waits for the answer to a request.
    pub(crate) fn answer(&mut self, id: &RequestId) -> Result<Value, Value> {
        loop {
            if let Some(Response { id: of, response_result }) = self.receive()
                && of == *id
            {
                return response_result.map_err(|error| json!(error));
            }
        }
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.ask(method, params);
        self.answer(&id)
    }

    /// A request about a place: the line and the column of the `nth` occurrence of `word` in an open document, `into` it.
    pub(crate) fn at(&mut self, method: &str, path: &str, word: &str, nth: usize) -> Value {
        let position = self.position(path, word, nth);
        let params = json!({ "textDocument": { "uri": self.uri(path) }, "position": position });
        self.request(method, params).unwrap()
    }

    /// The position behind the first byte of the `nth` occurrence of a word, in bytes.
    pub(crate) fn position(&self, path: &str, word: &str, nth: usize) -> Value {
        let text = &self.texts[path];
        let (at, _) = text.match_indices(word).nth(nth).unwrap_or_else(|| panic!("no `{word}` number {nth} in {path}"));
        position_of(text, at)
    }

    /// The text of an open document between two positions in bytes.
    pub(crate) fn text_in(&self, path: &str, range: &Value) -> String {
        self.texts[path][self.offset(path, &range["start"])..self.offset(path, &range["end"])].to_owned()
    }

    /// The text of an open document after edits, which do not overlap.
    pub(crate) fn edited(&self, path: &str, edits: &Value) -> String {
        let mut edits: Vec<&Value> = edits.as_array().unwrap().iter().collect();
        edits.sort_by_key(|edit| std::cmp::Reverse(self.offset(path, &edit["range"]["start"])));
        let mut text = self.texts[path].clone();
        for edit in edits {
            let [start, end] = ["start", "end"].map(|end| self.offset(path, &edit["range"][end]));
            text.replace_range(start..end, edit["newText"].as_str().unwrap());
        }
        text
    }

    /// The byte of a position with its column in bytes.
    fn offset(&self, path: &str, position: &Value) -> usize {
        let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
        let start: usize = self.texts[path].split_inclusive('\n').take(line).map(str::len).sum();
        start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
    }

    /// Waits until what was published of a file fits.
    pub(crate) fn published(&mut self, path: &str, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let uri = self.uri(path);
        loop {
            let published = self.published.get(&uri);
            if let Some(found) = published.filter(|found| fits(found)) {
                return found.clone();
            }
            self.receive();
        }
    }

    /// The codes that a file has, once everything is checked: the answer waits for that.
    pub(crate) fn codes(&mut self, path: &str) -> Vec<String> {
        let params = json!({ "textDocument": { "uri": self.uri(path) } });
        let report = self.request("textDocument/diagnostic", params).unwrap();
        let items = report["items"].as_array().unwrap().iter();
        items.map(|item| item["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Takes one message; gives it back if it is an answer.
    fn receive(&mut self) -> Option<Response> {
        match self.connection.receiver.recv_timeout(PATIENCE).expect("the server says nothing") {
            Message::Response(response) => return Some(response),
            Message::Request(request) => {
                let answer = Response::new_ok(request.id.clone(), Value::Null);
                self.connection.sender.send(answer.into()).unwrap();
                self.requests.push(request);
            }
            Message::Notification(notification) => {
                if notification.method == "textDocument/publishDiagnostics" {
                    let uri = notification.params["uri"].as_str().unwrap().to_owned();
                    let items = notification.params["diagnostics"].as_array().unwrap().clone();
                    self.published.insert(uri, items);
                }
            }
        }
        None
    }

    /// Leaves as the protocol asks; says whether the server agrees.
    pub(crate) fn leave(mut self) -> bool {
        self.request("shutdown", Value::Null).unwrap();
        self.notify("exit", Value::Null);
        self.server.take().unwrap().join().unwrap()
    }

    /// Leaves without a word; says whether the server agrees.
    pub(crate) fn exit(mut self) -> bool {
        self.notify("exit", Value::Null);
        self.server.take().unwrap().join().unwrap()
    }
}

/// The position of a byte, with columns in bytes.
pub(crate) fn position_of(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.matches('\n').count();
    let column = at - before.rfind('\n').map_or(0, |newline| newline + 1);
    json!({ "line": line, "character": column })
}

/// A small platform of two files.
pub(crate) const PLATFORM: &[(&str, &str)] = &[
    (
        "platform.pf",
        r#"import "services.pf"

platform acorn {
  repo   = "https://git.example.com/acorn/platform.git"
  admins = [infra]
  vars { domain = "dev.example.com" }
}

hub main {
  argocd = "3.5"
}

## Who runs the clusters.
team infra {
  sso = ["acorn:infra"]
}

environment dev {}

environment prod {
  after = [dev]
  vars { domain = "example.com" }
}

cluster dev-eu {
  env    = dev
  server = "https://k8s-dev.example.com"
  labels { size = "small" }
}

cluster prod-eu {
  env    = prod
  server = "https://k8s-prod.example.com"
  labels { size = "large" }
}

layer services {}
"#,
    ),
    (
        "services.pf",
        r#"template web {
  param port : int = 8080
  labels { port = string(port) }
}

## Takes orders.
service shop {
  use       = web(port = 80)
  layer     = services
  owner     = infra
  namespace = "shop"
  needs     = [queue]
  manifests { path = "apps/shop" }
  when env == prod { links { site = "https://shop.${vars.domain}" } }
}

service queue {
  layer     = services
  owner     = infra
  namespace = "queue"
  on        = labels.size == "large" or cluster == dev-eu
  manifests { path = "apps/queue" }
}
"#,
    ),
    ("apps/shop/shop.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shop\n"),
    ("apps/queue/queue.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: queue\n"),
];
