//! `cargo bench --bench editor [-- SERVICES CLUSTERS KEYSTROKES]`: how long an editor waits for the language server while
//! somebody types in a large platform, and what memory the server takes. Each figure is printed as median, 90th and 99th
//! percentile and maximum.

mod workload;

use std::process::ExitCode;
use std::thread::spawn;
use std::time::{Duration, Instant};

use platformc::server::{Connection, Message, Notification, Request, RequestId, serve_over};
use serde_json::{Value, json};
use workload::Workload;

/// The file that is typed in, and the line of its first service that is typed to.
const FILE: &str = "services/team-05.pf";
const TYPED: &str = "port = \"http\"";

/// The place of that file at which all services are offered.
const NAMES: &str = "needs     = [";

/// What stands before the name of a team that owns a service.
const OWNER: &str = "owner     = ";

/// What is asked where somebody types.
const METHODS: [&str; 11] = [
    "completion",
    "hover",
    "definition",
    "inlayHint",
    "codeLens",
    "documentSymbol",
    "semanticTokens/full",
    "foldingRange",
    "selectionRange",
    "documentLink",
    "formatting",
];

fn main() -> ExitCode {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (services, clusters, keystrokes) = match numbers.as_slice() {
        [services, clusters, keystrokes] => (*services, *clusters, *keystrokes),
        _ => (1_000, 100, 500),
    };
    let folder = std::env::temp_dir().join(format!("platformc-editor-{}", std::process::id()));
    let workload = Workload::new(services, clusters);
    if workload.write(&folder).is_err() {
        return ExitCode::FAILURE;
    }
    println!("{services} services on {clusters} clusters, {keystrokes} keystrokes");
    measure(&folder, &workload, keystrokes);
    let _ = std::fs::remove_dir_all(&folder);
    ExitCode::SUCCESS
}

fn measure(folder: &std::path::Path, workload: &Workload, keystrokes: usize) {
    let began = Instant::now();
    let mut editor = Editor::new(folder, workload.files().remove(FILE).unwrap_or_default());
    editor.request("workspace/diagnostic", json!({ "previousResultIds": [] }));
    println!("{:<28}{:>10.1?}", "opened and checked", began.elapsed());
    println!("{:<28}{:>7} MiB", "memory then", memory());
    editor.measure("a keystroke, then findings", keystrokes, |editor, number| {
        editor.press(number);
        editor.ask("workspace/diagnostic", json!({ "previousResultIds": [] }))
    });
    for method in METHODS {
        editor.measure(&format!("{method} after a keystroke"), keystrokes / 5, |editor, number| {
            editor.press(number);
            editor.ask(&format!("textDocument/{method}"), editor.place(editor.at))
        });
    }
    editor.measure("1,000 names to choose from", keystrokes / 5, |editor, number| {
        editor.press(number);
        editor.ask("textDocument/completion", editor.names())
    });
    for method in ["references", "documentHighlight", "prepareRename", "rename"] {
        editor.measure(&format!("{method} of a team"), keystrokes / 5, |editor, number| {
            editor.press(number);
            let owner = editor.text.find(OWNER).map_or(0, |at| at + OWNER.len());
            editor.ask(&format!("textDocument/{method}"), editor.place(owner))
        });
    }
    editor.measure("workspace/symbol", keystrokes / 5, |editor, number| {
        editor.press(number);
        editor.ask("workspace/symbol", json!({ "query": "ser" }))
    });
    println!("{:<28}{:>7} MiB", "memory at the end", memory());
}

/// An editor that has one file open.
struct Editor {
    connection: Connection,
    folder: String,
    text: String,
    at: usize,
    asked: i32,
    version: i32,
}

impl Editor {
    fn new(folder: &std::path::Path, text: String) -> Self {
        let (connection, theirs) = Connection::memory();
        spawn(move || serve_over(theirs));
        let at = text.find(TYPED).map_or(0, |at| at + TYPED.len() - 1);
        let folder = url::Url::from_directory_path(folder).map_or_else(|()| String::new(), String::from);
        let mut editor = Self { connection, folder, text, at, asked: 0, version: 1 };
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-8"] },
            "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } },
        });
        editor.request("initialize", json!({ "rootUri": editor.folder, "capabilities": capabilities }));
        editor.notify("initialized", json!({}));
        let document = json!({ "uri": editor.uri(), "languageId": "platformc", "version": 1, "text": editor.text });
        editor.notify("textDocument/didOpen", json!({ "textDocument": document }));
        editor
    }

    fn uri(&self) -> String {
        format!("{}{FILE}", self.folder)
    }

    /// A place in the file, as most requests take it.
    fn place(&self, at: usize) -> Value {
        let position = position(&self.text, at);
        let range = json!({ "start": position, "end": position });
        json!({
            "textDocument": { "uri": self.uri() },
            "position": position,
            "positions": [position],
            "range": range,
            "context": { "includeDeclaration": true, "triggerKind": 1 },
            "newName": "renamed",
            "options": { "tabSize": 2, "insertSpaces": true },
        })
    }

    /// Where the names of all services are asked for.
    fn names(&self) -> Value {
        let at = self.text.find(NAMES).map_or(0, |at| at + NAMES.len());
        json!({ "textDocument": { "uri": self.uri() }, "position": position(&self.text, at) })
    }

    /// Types a letter into a Helm value, or takes it back.
    fn press(&mut self, number: usize) {
        let position = position(&self.text, self.at);
        self.version += 1;
        let after = json!({ "line": position["line"], "character": position["character"].as_u64().unwrap_or(0) + 1 });
        let change = if number.is_multiple_of(2) {
            self.text.insert(self.at, 'x');
            json!({ "range": { "start": position, "end": position }, "text": "x" })
        } else {
            self.text.remove(self.at);
            json!({ "range": { "start": position, "end": after }, "text": "" })
        };
        let document = json!({ "uri": self.uri(), "version": self.version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    fn notify(&mut self, method: &str, params: Value) {
        let _ = self.connection.sender.send(Notification::new(method.to_owned(), params).into());
    }

    fn ask(&mut self, method: &str, params: Value) -> RequestId {
        self.asked += 1;
        let id = RequestId::from(self.asked);
        let _ = self.connection.sender.send(Request::new(id.clone(), method.to_owned(), params).into());
        id
    }

    fn answer(&mut self, id: &RequestId) -> bool {
        while let Ok(message) = self.connection.receiver.recv() {
            if let Message::Response(response) = message
                && response.id == *id
            {
                return response.response_result.is_ok();
            }
        }
        false
    }

    fn request(&mut self, method: &str, params: Value) {
        let id = self.ask(method, params);
        self.answer(&id);
    }

    /// How long something takes from what starts it to its answer.
    fn measure(&mut self, what: &str, count: usize, start: impl Fn(&mut Self, usize) -> RequestId) {
        let mut times = vec![];
        for number in 0..count {
            let began = Instant::now();
            let id = start(self, number);
            if !self.answer(&id) {
                return println!("{what:<28} is refused");
            }
            times.push(began.elapsed());
        }
        times.sort_unstable();
        let at = |percent: usize| times.get(times.len() * percent / 100).copied().unwrap_or_default();
        let most = times.last().copied().unwrap_or(Duration::ZERO);
        println!("{what:<28}{:>10.1?}{:>10.1?}{:>10.1?}{most:>10.1?}", at(50), at(90), at(99));
    }
}

/// The memory of the process in MiB, where the system tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    (pages.unwrap_or(0) * 4096) >> 20
}

/// The position of a byte, with columns in bytes.
fn position(text: &str, at: usize) -> Value {
    let before = text.get(..at).unwrap_or(text);
    let column = before.len() - before.rfind('\n').map_or(0, |newline| newline + 1);
    json!({ "line": before.matches('\n').count(), "character": column })
}
