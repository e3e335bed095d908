//! The thread that owns everything that changes.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use crossbeam_channel::{Receiver, Sender, select, unbounded};
use gen_lsp_types as lsp;
use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use salsa::Cancelled;
use serde_json::Value;

use super::capabilities::capabilities;
use super::client::Client;
use super::documents::{Document, Documents, opened};
use super::platform::{Findings, Platform, main_of};
use super::pool::Pool;
use super::requests::{self, Failure};
use super::{convert, publish};
use crate::project::{Question, Survey, Touched};

/// What other threads report.
enum Report {
    /// A request has its answer, or must be asked again.
    Answered(Request, Result<Value, Failure>),
    /// A platform has been checked.
    Checked(Utf8PathBuf, Checked),
}

/// How a check ends.
enum Checked {
    /// The platform has changed since.
    Stale,
    /// Something must be loaded first.
    Lacks(Survey),
    /// The findings, by path, and the number of what else is shown.
    Found(Findings, u64),
    /// The compiler broke off.
    Broken,
}

/// A client that is being served.
pub(super) struct Session {
    connection: Connection,
    client: Arc<Client>,
    documents: Documents,
    platforms: Vec<Platform>,
    pool: Pool,
    reports: Receiver<Report>,
    reporter: Sender<Report>,
    /// The requests that are being answered.
    pending: BTreeSet<RequestId>,
    /// Those of them that wait until a platform is loaded or checked.
    waiting: Vec<Request>,
    /// The number of the last request to the client.
    asked: i32,
    is_shut_down: bool,
}

impl Session {
    /// Greets a client; nothing if it leaves before it is greeted.
    pub(super) fn begin(connection: Connection) -> Option<Self> {
        let (id, params) = connection.initialize_start().ok()?;
        let params: lsp::InitializeParams = serde_json::from_value(params).unwrap_or_default();
        let client = Client::new(&params);
        let result = lsp::InitializeResult {
            capabilities: capabilities(&client),
            server_info: Some(lsp::ServerInfo {
                name: "platformc".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        connection.initialize_finish(id, serde_json::to_value(result).ok()?).ok()?;
        let (reporter, reports) = unbounded();
        let mut session = Self {
            connection,
            client: Arc::new(client),
            documents: Documents::new(),
            platforms: vec![],
            pool: Pool::new(),
            reports,
            reporter,
            pending: BTreeSet::new(),
            waiting: vec![],
            asked: 0,
            is_shut_down: false,
        };
        session.watch_files();
        roots(&params).iter().filter_map(convert::path).for_each(|folder| session.open_folder(&folder));
        Some(session)
    }

    /// Serves until the client leaves; says whether it did so as the protocol asks.
    pub(super) fn run(mut self) -> bool {
        loop {
            // What has come by now is one change.
            if self.connection.receiver.is_empty() {
                self.check_what_is_stale();
            }
            select! {
                recv(self.connection.receiver) -> message => match message {
                    Ok(Message::Request(request)) => self.request(request),
                    Ok(Message::Notification(notification)) if notification.method == "exit" => return self.is_shut_down,
                    Ok(Message::Notification(notification)) => self.notification(notification),
                    Ok(Message::Response(_)) => {}
                    Err(_) => return self.is_shut_down,
                },
                recv(self.reports) -> report => match report {
                    Ok(report) => self.reported(report),
                    Err(_) => return false,
                },
            }
        }
    }

    fn send(&self, message: impl Into<Message>) {
        // Where nobody listens any more, the loop ends by itself.
        let _ = self.connection.sender.send(message.into());
    }

    fn notify<N: lsp::Notification>(&self, params: N::Params) {
        self.send(Notification::new(String::from(N::METHOD), params));
    }

    fn ask<R: lsp::Request>(&mut self, params: R::Params) {
        self.asked += 1;
        self.send(Request::new(self.asked.into(), String::from(R::METHOD), params));
    }

    fn refuse(&self, id: RequestId, code: ErrorCode, reason: &str) {
        self.send(Response::new_err(id, code as i32, reason.to_owned()));
    }

    fn request(&mut self, request: Request) {
        if self.is_shut_down {
            return self.refuse(request.id, ErrorCode::InvalidRequest, "the server is shut down");
        }
        if request.method == "shutdown" {
            self.is_shut_down = true;
            return self.send(Response::new_ok(request.id, Value::Null));
        }
        if !requests::knows(&request.method) {
            return self.refuse(
                request.id,
                ErrorCode::MethodNotFound,
                &format!("there is no method `{}`", request.method),
            );
        }
        self.pending.insert(request.id.clone());
        self.start(request);
    }

    /// Has a request answered on another thread, from everything as it is now.
    fn start(&mut self, request: Request) {
        let platforms = self.platforms_of(&request);
        let wants_findings = requests::wants_findings(&request.method);
        if !platforms.iter().all(|platform| platform.is_checked() || platform.is_loaded && !wants_findings) {
            return self.waiting.push(request);
        }
        let opened = Arc::new(opened(&self.documents));
        let snapshots: Vec<_> =
            platforms.into_iter().map(|platform| platform.snapshot(&self.client, &opened)).collect();
        let reporter = self.reporter.clone();
        self.pool.run(move || {
            let answer = requests::answer(&request.method, &snapshots, request.params.clone());
            // Who changes the database waits until nobody else has it.
            drop(snapshots);
            let _ = reporter.send(Report::Answered(request, answer));
        });
    }

    /// The platforms that a request is about: that of its document, or all.
    fn platforms_of(&self, request: &Request) -> Vec<&Platform> {
        let document = requests::document(&request.params);
        let main = document.as_ref().and_then(|uri| self.platform_of(uri));
        let concerned = |platform: &&Platform| document.is_none() || main.as_ref() == Some(&platform.main);
        self.platforms.iter().filter(concerned).collect()
    }

    fn reported(&mut self, report: Report) {
        match report {
            Report::Answered(request, answer) => self.answered(request, answer),
            Report::Checked(main, checked) => self.checked(&main, checked),
        }
    }

    fn answered(&mut self, request: Request, answer: Result<Value, Failure>) {
        match answer {
            Err(Failure::Stale) => return self.restart(request),
            // It was cancelled, and has its answer.
            _ if !self.pending.contains(&request.id) => return,
            Ok(result) => {
                self.show(&request.method, &result);
                self.send(Response::new_ok(request.id.clone(), result));
            }
            Err(Failure::Refused(code, reason)) => self.refuse(request.id.clone(), code, &reason),
        }
        self.pending.remove(&request.id);
    }

    /// Has the client show the file that a command leads to.
    fn show(&mut self, method: &str, result: &Value) {
        if let Some(uri) = requests::to_show(method, result).filter(|_| self.client.shows()) {
            let (external, take_focus, selection) = (None, Some(true), None);
            self.ask::<lsp::ShowDocumentRequest>(lsp::ShowDocumentParams { uri, external, take_focus, selection });
        }
    }

    fn restart(&mut self, request: Request) {
        if self.pending.contains(&request.id) {
            self.start(request);
        }
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        // What can't be read is passed over: a notification has no answer.
        match method.as_str() {
            "textDocument/didOpen" => with(params, |params| self.opened(params)),
            "textDocument/didChange" => with(params, |params| self.changed(params)),
            "textDocument/didClose" => with(params, |params: lsp::DidCloseTextDocumentParams| {
                self.closed(&params.text_document.uri);
            }),
            "textDocument/didSave" => with(params, |params: lsp::DidSaveTextDocumentParams| {
                self.saved(&params.text_document.uri);
            }),
            "workspace/didChangeWatchedFiles" => with(params, |params| self.files_changed(params)),
            "workspace/didChangeWorkspaceFolders" => with(params, |params| self.folders_changed(params)),
            "$/cancelRequest" => with(params, |params| self.cancelled(params)),
            _ => {}
        }
    }

    fn opened(&mut self, params: lsp::DidOpenTextDocumentParams) {
        let lsp::TextDocumentItem { uri, text, version, .. } = params.text_document;
        self.documents.insert(uri.0.clone(), Document { text: text.into(), version });
        if let Some(main) = convert::path(&uri).filter(is_source).and_then(|path| main_of(&path)) {
            self.open_platform(main);
        }
        self.edited(&uri);
    }

    fn changed(&mut self, params: lsp::DidChangeTextDocumentParams) {
        let uri = params.text_document.text_document_identifier.uri;
        let Some(document) = self.documents.get_mut(&uri.0) else { return };
        document.change(params.content_changes, params.text_document.version, self.client.encoding);
        self.edited(&uri);
    }

    /// Hands the text of an open document on.
    fn edited(&mut self, uri: &lsp::Uri) {
        let Some(text) = self.documents.get(&uri.0).map(|document| Arc::clone(&document.text)) else { return };
        self.with_file(uri, |platform, path| {
            let text = text.strip_prefix('\u{feff}').map_or(Arc::clone(&text), Arc::from);
            platform.project.edit(path, text);
        });
    }

    fn closed(&mut self, uri: &lsp::Uri) {
        self.documents.remove(&uri.0);
        self.with_file(uri, |platform, path| {
            platform.colours.forget(uri.as_ref());
            platform.project.close(path);
        });
    }

    /// Who is not told of files that change looks when one was saved: something else may have written others.
    fn saved(&mut self, uri: &lsp::Uri) {
        if !self.client.watches() {
            self.with_file(uri, |platform, _| {
                platform.project.refresh(&Touched { everything: true, ..Touched::default() });
            });
        }
    }

    fn files_changed(&mut self, params: lsp::DidChangeWatchedFilesParams) {
        for path in params.changes.iter().filter_map(|change| convert::path(&change.uri)) {
            for platform in &mut self.platforms {
                let Some(inside) = platform.path_of(&path) else { continue };
                let touched = Touched { paths: [inside].into(), everything: false };
                platform.is_stale |= platform.project.refresh(&touched).anything;
            }
        }
    }

    fn folders_changed(&mut self, params: lsp::DidChangeWorkspaceFoldersParams) {
        for folder in params.event.removed.iter().filter_map(|folder| convert::path(&folder.uri)) {
            self.close_folder(&folder);
        }
        for folder in params.event.added.iter().filter_map(|folder| convert::path(&folder.uri)) {
            self.open_folder(&folder);
        }
    }

    fn cancelled(&mut self, params: lsp::CancelParams) {
        let id = match params.id {
            lsp::Id::Int(id) => RequestId::from(id),
            lsp::Id::String(id) => RequestId::from(id),
        };
        if self.pending.remove(&id) {
            self.refuse(id, ErrorCode::RequestCanceled, "cancelled by the client");
        }
    }

    /// Does something with the platform and the path that a URI names.
    fn with_file(&mut self, uri: &lsp::Uri, change: impl FnOnce(&mut Platform, &str)) {
        let Some(main) = self.platform_of(uri) else { return };
        let Some(platform) = self.platforms.iter_mut().find(|platform| platform.main == main) else { return };
        if let Some(path) = convert::path(uri).and_then(|path| platform.path_of(&path)) {
            change(platform, &path);
            platform.is_stale = true;
        }
    }

    /// The open platform that a URI belongs to: the one whose folder is nearest above it.
    fn platform_of(&self, uri: &lsp::Uri) -> Option<Utf8PathBuf> {
        let path = convert::path(uri)?;
        let own = |platform: &&Platform| platform.main == path || is_main(&platform.main);
        let around = self.platforms.iter().filter(|platform| path.starts_with(&platform.project.folder)).filter(own);
        let nearest = around.max_by_key(|platform| {
            let is_own = platform.main == path && !is_main(&path);
            (platform.project.folder.as_str().len(), !is_own)
        });
        Some(nearest?.main.clone())
    }

    fn open_folder(&mut self, folder: &Utf8Path) {
        if let Some(main) = main_of(folder) {
            self.open_platform(main);
        }
    }

    fn open_platform(&mut self, main: Utf8PathBuf) {
        if self.platforms.iter().any(|platform| platform.main == main) {
            return;
        }
        self.platforms.push(Platform::new(main));
        let open: Vec<_> = self.documents.keys().map(|uri| lsp::Uri(uri.clone())).collect();
        open.iter().for_each(|uri| self.edited(uri));
    }

    /// Lets go of the platforms below a folder, but for those of open documents.
    fn close_folder(&mut self, folder: &Utf8Path) {
        let needed: BTreeSet<_> =
            self.documents.keys().filter_map(|uri| self.platform_of(&lsp::Uri(uri.clone()))).collect();
        let (gone, kept) = std::mem::take(&mut self.platforms)
            .into_iter()
            .partition(|platform| platform.main.starts_with(folder) && !needed.contains(&platform.main));
        self.platforms = kept;
        for mut platform in gone as Vec<Platform> {
            self.tell(&mut platform, Findings::new());
        }
    }

    fn check_what_is_stale(&mut self) {
        let opened = Arc::new(opened(&self.documents));
        for platform in &mut self.platforms {
            if platform.is_stale && !platform.is_checking {
                platform.is_stale = false;
                platform.is_checking = true;
                let (main, reporter) = (platform.main.clone(), self.reporter.clone());
                let (question, snapshot) = (platform.project.question(), platform.snapshot(&self.client, &opened));
                self.pool.run(move || {
                    let checked = check(question, &snapshot);
                    drop(snapshot);
                    let _ = reporter.send(Report::Checked(main, checked));
                });
            }
        }
    }

    fn checked(&mut self, main: &Utf8Path, checked: Checked) {
        let Some(place) = self.platforms.iter().position(|platform| platform.main == main) else { return };
        let mut platform = self.platforms.swap_remove(place);
        platform.is_checking = false;
        match checked {
            Checked::Stale => platform.is_stale = true,
            Checked::Lacks(survey) => platform.is_stale |= platform.project.provide(&survey),
            Checked::Found(found, shown) => {
                self.show_again(&mut platform, shown);
                platform.is_loaded = true;
                self.tell(&mut platform, found);
            }
            Checked::Broken => {
                platform.is_loaded = true;
                let message = format!("{main}: the compiler broke off; the next change tries again");
                self.notify::<lsp::LogMessageNotification>(lsp::LogMessageParams {
                    kind: lsp::MessageType::Error,
                    message,
                });
            }
        }
        self.platforms.push(platform);
        self.platforms.sort_by(|left, right| left.main.cmp(&right.main));
        std::mem::take(&mut self.waiting).into_iter().for_each(|request| self.restart(request));
    }

    /// Has the client ask again for what it shows, where that is no longer so.
    fn show_again(&mut self, platform: &mut Platform, shown: u64) {
        let before = std::mem::replace(&mut platform.shown, shown);
        // What was asked before the platform was loaded has no answer yet.
        if before == shown || !platform.is_loaded {
            return;
        }
        let [hints, lenses, colours] = self.client.refreshes();
        if hints {
            self.ask::<lsp::InlayHintRefreshRequest>(());
        }
        if lenses {
            self.ask::<lsp::CodeLensRefreshRequest>(());
        }
        if colours {
            self.ask::<lsp::SemanticTokensRefreshRequest>(());
        }
    }

    /// Tells the client what has changed since it was last told.
    fn tell(&mut self, platform: &mut Platform, found: Findings) {
        let paths: BTreeSet<&String> = found.keys().chain(platform.found.keys()).collect();
        let changed: Vec<&String> =
            paths.into_iter().filter(|path| found.get(*path) != platform.found.get(*path)).collect();
        if changed.is_empty() {
            return;
        }
        if self.client.pulls() {
            self.ask::<lsp::DiagnosticRefreshRequest>(());
        } else {
            for path in changed {
                let Some(uri) = self.uri_of(platform, path) else { continue };
                let version = self.documents.get(&uri.0).map(|document| document.version);
                let found = found.get(path).into_iter().flatten();
                let diagnostics = found.map(|found| found.diagnostic.clone()).collect();
                self.notify::<lsp::PublishDiagnosticsNotification>(lsp::PublishDiagnosticsParams {
                    uri,
                    version,
                    diagnostics,
                });
            }
        }
        platform.found = Arc::new(found);
    }

    /// The URI of a path, as the client spells it where it has the document open.
    fn uri_of(&self, platform: &Platform, path: &str) -> Option<lsp::Uri> {
        let file = platform.project.folder.join(path);
        let open = self.documents.keys().map(|uri| lsp::Uri(uri.clone()));
        let open = open.into_iter().find(|uri| convert::path(uri).as_ref() == Some(&file));
        open.or_else(|| convert::uri(&file))
    }

    /// Asks to be told of every file that changes: a platform may read any.
    fn watch_files(&mut self) {
        if !self.client.watches() {
            return;
        }
        let options = serde_json::json!({ "watchers": [{ "globPattern": "**/*" }] });
        self.ask::<lsp::RegistrationRequest>(lsp::RegistrationParams {
            registrations: vec![lsp::Registration {
                id: "files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: Some(options),
            }],
        });
    }
}

/// Checks a platform, or says what it lacks.
fn check(question: Question, snapshot: &super::snapshot::Snapshot) -> Checked {
    let work = || {
        let survey = question.ask();
        if survey.is_empty() {
            Checked::Found(publish::all(snapshot), crate::ide::shown(&snapshot.db))
        } else {
            Checked::Lacks(survey)
        }
    };
    let checked = catch_unwind(AssertUnwindSafe(|| Cancelled::catch(AssertUnwindSafe(work))));
    match checked {
        Ok(Ok(checked)) => checked,
        Ok(Err(Cancelled::PendingWrite | Cancelled::Local)) => Checked::Stale,
        Ok(Err(_)) | Err(_) => Checked::Broken,
    }
}

/// The folders that the client begins with.
fn roots(params: &lsp::InitializeParams) -> Vec<lsp::Uri> {
    let folders = match &params.workspace_folders_initialize_params.workspace_folders {
        Some(lsp::WorkspaceFolders::WorkspaceFolderList(folders)) => {
            folders.iter().map(|folder| folder.uri.clone()).collect()
        }
        _ => vec![],
    };
    // Clients from before workspace folders name one root.
    #[expect(deprecated)]
    let root = params.root_uri.iter().cloned();
    if folders.is_empty() { root.collect() } else { folders }
}

/// Whether a main file is one of a platform, and not a single file that belongs to none.
fn is_main(main: &Utf8Path) -> bool {
    main.file_name() == Some("platform.pf")
}

fn is_source(path: &Utf8PathBuf) -> bool {
    path.extension() == Some("pf")
}

/// Reads a notification's parameters, and goes on if they can be read.
fn with<P: serde::de::DeserializeOwned>(params: Value, then: impl FnOnce(P)) {
    if let Ok(params) = serde_json::from_value(params) {
        then(params);
    }
}
