// A mock of the editor: what an extension asks of it is kept, so that a test can look at it, or answer what comes.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { URI, Utils } from "vscode-uri";

export const version = "1.91.0";
export const Uri = Object.assign(URI, { joinPath: Utils.joinPath });
export type Uri = URI;

export class Disposable {
  constructor(readonly dispose: () => void = () => {}) {}
  static from(...all: { dispose(): void }[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => unknown>();
  readonly event = (listener: (value: T) => unknown, self?: unknown): Disposable => {
    const bound = listener.bind(self);
    this.listeners.add(bound);
    return new Disposable(() => this.listeners.delete(bound));
  };
  fire(value: T): void {
    [...this.listeners].forEach((listener) => listener(value));
  }
  dispose(): void {
    this.listeners.clear();
  }
}

export class CancellationTokenSource {
  readonly cancelled = new EventEmitter<void>();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.cancelled.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    this.cancelled.fire();
  }
  dispose(): void {}
}

export class CancellationError extends Error {}

export class Position {
  constructor(readonly line: number, readonly character: number) {}
  isBeforeOrEqual(other: Position): boolean {
    return this.line < other.line || (this.line === other.line && this.character <= other.character);
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position | number, end: Position | number, line?: number, character?: number) {
    this.start = start instanceof Position ? start : new Position(start, end as number);
    this.end = end instanceof Position ? end : new Position(line!, character!);
  }
  contains(position: Position): boolean {
    return this.start.isBeforeOrEqual(position) && position.isBeforeOrEqual(this.end);
  }
}

export class Selection extends Range {
  get active(): Position {
    return this.end;
  }
}

export class Location {
  constructor(readonly uri: Uri, readonly range: Range) {}
}

export class Diagnostic {
  source: string | undefined;
  code: string | number | { value: string | number } | undefined;
  constructor(readonly range: Range, readonly message: string, readonly severity = 0) {}
}

export class RelativePattern {
  constructor(readonly baseUri: Uri, readonly pattern: string) {}
}

export class Task {
  group: unknown;
  isBackground = false;
  constructor(
    readonly definition: unknown,
    readonly scope: unknown,
    readonly name: string,
    readonly source: string,
    readonly execution: unknown,
    readonly problemMatchers: string | string[],
  ) {}
}

export class ProcessExecution {
  constructor(readonly process: string, readonly args: string[], readonly options: { cwd: string }) {}
}

export const TaskGroup = { Build: "build" };

/** Enumerations whose numbers matter nowhere here. */
const words = <Word extends string>(...all: Word[]): Record<Word, number> =>
  Object.fromEntries(all.map((word, index) => [word, index])) as Record<Word, number>;
export const ViewColumn = { Active: -1, Beside: -2, One: 1 };
export const DiagnosticSeverity = words("Error", "Warning", "Information", "Hint");
export const LanguageStatusSeverity = words("Information", "Warning", "Error");
export const DiagnosticTag = { Unnecessary: 1, Deprecated: 2 };
export const FileType = { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 };
export const TextDocumentSaveReason = { Manual: 1, AfterDelay: 2, FocusOut: 3 };
export const EndOfLine = { LF: 1, CRLF: 2 };
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 };
export const LogLevel = words("Off", "Trace", "Debug", "Info", "Warning", "Error");
export const CompletionItemKind = words("Text", "Method", "Function", "Property", "Value", "Enum", "Keyword", "Snippet");
export const SymbolKind = words("File", "Module", "Namespace", "Package", "Class", "Method", "Property");
export const InlayHintKind = { Type: 1, Parameter: 2 };

export class MarkdownString {
  isTrusted: unknown;
  supportHtml = false;
  baseUri: Uri | undefined;
  constructor(public value = "") {}
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendCodeblock(text: string, language = ""): this {
    return this.appendMarkdown(`\n\`\`\`${language}\n${text}\n\`\`\`\n`);
  }
}

export class Hover {
  constructor(readonly contents: unknown, readonly range?: Range) {}
}

/** A class that the client library extends; its fields are whatever it is given. */
const plain = (...fields: string[]) =>
  class {
    constructor(...values: unknown[]) {
      Object.assign(this, Object.fromEntries(fields.map((field, index) => [field, values[index]])));
    }
  };
export const CodeLens = plain("range", "command");
export const CodeAction = plain("title", "kind");
export const CompletionItem = plain("label", "kind");
export const CompletionList = plain("items", "isIncomplete");
export const DocumentLink = plain("range", "target");
export const SymbolInformation = plain("name", "kind", "containerName", "location");
export const DocumentSymbol = plain("name", "detail", "kind", "range", "selectionRange");
export const CallHierarchyItem = plain("kind", "name", "detail", "uri", "range", "selectionRange");
export const TypeHierarchyItem = plain("kind", "name", "detail", "uri", "range", "selectionRange");
export const InlayHint = plain("position", "label", "kind");
export const TextEdit = plain("range", "newText");
export const SnippetString = plain("value");
export const FileRenameEvent = plain();
export const ThemeColor = plain("id");
export const NotebookCellData = plain();

export class CodeActionKind {
  static readonly Empty = new CodeActionKind("");
  static readonly QuickFix = new CodeActionKind("quickfix");
  constructor(readonly value: string) {}
  append(part: string): CodeActionKind {
    return new CodeActionKind(this.value === "" ? part : `${this.value}.${part}`);
  }
}

/** A document that stands on the disk, and may be edited. */
export class Document {
  readonly languageId = "platformc";
  readonly isClosed = false;
  version = 1;
  constructor(readonly uri: Uri, private text: string) {}
  get fileName(): string {
    return this.uri.fsPath;
  }
  get lineCount(): number {
    return this.text.split("\n").length;
  }
  getText(): string {
    return this.text;
  }
  positionAt(offset: number): Position {
    const before = this.text.slice(0, offset).split("\n");
    return new Position(before.length - 1, before.at(-1)!.length);
  }
  replace(old: string, other: string): void {
    const offset = this.text.indexOf(old);
    const range = new Range(this.positionAt(offset), this.positionAt(offset + old.length));
    this.text = this.text.replace(old, other);
    this.version += 1;
    const contentChanges = [{ range, rangeOffset: offset, rangeLength: old.length, text: other }];
    events.onDidChangeTextDocument.fire({ document: this, contentChanges, reason: undefined });
  }
}

/** What the extension did, and what the user answers. */
export const state = {
  settings: {} as Record<string, unknown>,
  commands: new Map<string, (...values: unknown[]) => unknown>(),
  executed: [] as [string, ...unknown[]][],
  errors: [] as [string, ...string[]][],
  /** What the user chooses in the next message. */
  answer: undefined as string | undefined,
  tasks: [] as Task[],
  taskProviders: new Map<string, unknown>(),
  providers: new Map<string, Record<string, (...values: never[]) => unknown>[]>(),
  diagnostics: new Map<string, Map<string, Diagnostic[]>>(),
  panels: [] as { title: string; webview: { html: string } }[],
  shown: [] as Uri[],
};

const names = [
  "onDidChangeTextDocument", "onDidOpenTextDocument", "onDidCloseTextDocument", "onDidSaveTextDocument", "onWillSaveTextDocument",
  "onWillSaveTextDocumentWaitUntil", "onDidChangeConfiguration", "onDidChangeWorkspaceFolders", "onDidCreateFiles", "onDidRenameFiles",
  "onDidDeleteFiles", "onWillCreateFiles", "onWillRenameFiles", "onWillDeleteFiles", "onDidOpenNotebookDocument", "onDidCloseNotebookDocument",
  "onDidChangeNotebookDocument", "onDidSaveNotebookDocument", "onDidChangeActiveTextEditor", "onDidChangeVisibleTextEditors",
  "onDidChangeTabs", "onDidChangeTabGroups", "onDidChange",
] as const;
export const events = Object.fromEntries(names.map((name) => [name, new EventEmitter()])) as unknown as Record<
  (typeof names)[number],
  EventEmitter<unknown>
>;
const listeners = Object.fromEntries(names.map((name) => [name, events[name].event]));

const logChannel = () => ({
  name: "platformc", logLevel: 3, onDidChangeLogLevel: new EventEmitter().event,
  append() {}, appendLine() {}, clear() {}, show() {}, hide() {}, replace() {}, dispose() {},
  trace() {}, debug() {}, info() {}, warn() {}, error() {},
});

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** As much of a glob as the extension uses. */
function expression(glob: string): RegExp {
  const text = glob.replace(/\*\*\/|\*\*|[.{},*]/g, (part) => {
    const known: Record<string, string> = { "**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "{": "(?:", "}": ")", ",": "|" };
    return known[part] ?? `\\${part}`;
  });
  return new RegExp(`^${text}$`);
}

export const workspace = {
  ...listeners,
  workspaceFolders: [] as { uri: Uri; name: string; index: number }[],
  textDocuments: [] as Document[],
  notebookDocuments: [],
  isTrusted: true,
  getConfiguration: (section: string) => ({
    get: (key: string, otherwise?: unknown) => state.settings[`${section}.${key}`] ?? otherwise,
    inspect: () => undefined,
  }),
  getWorkspaceFolder(uri: Uri) {
    return workspace.workspaceFolders.find((folder) => uri.fsPath === folder.uri.fsPath || uri.fsPath.startsWith(`${folder.uri.fsPath}/`));
  },
  async findFiles(pattern: string | RelativePattern): Promise<Uri[]> {
    const bases = typeof pattern === "string" ? workspace.workspaceFolders.map((folder) => folder.uri) : [pattern.baseUri];
    const fits = expression(typeof pattern === "string" ? pattern : pattern.pattern);
    return bases.flatMap((base) =>
      existsSync(base.fsPath) ? files(base.fsPath).filter((file) => fits.test(relative(base.fsPath, file))).map((file) => Uri.file(file)) : [],
    );
  },
  saveAll: async () => true,
  registerTextDocumentContentProvider: () => new Disposable(),
  createFileSystemWatcher: () => ({
    onDidCreate: new EventEmitter().event, onDidChange: new EventEmitter().event, onDidDelete: new EventEmitter().event, dispose() {},
  }),
  fs: { stat: async () => ({ type: FileType.File }) },
  open(file: string): Document {
    const document = new Document(Uri.file(file), readFileSync(file, "utf8"));
    workspace.textDocuments.push(document);
    window.activeTextEditor = { document, selection: new Selection(0, 0, 0, 0) };
    window.visibleTextEditors = [window.activeTextEditor];
    events.onDidOpenTextDocument.fire(document);
    return document;
  },
};

async function message(text: string, ...choices: string[]): Promise<string | undefined> {
  state.errors.push([text, ...choices]);
  return state.answer;
}

export const window = {
  ...listeners,
  activeTextEditor: undefined as { document: Document; selection: Selection } | undefined,
  visibleTextEditors: [] as unknown[],
  tabGroups: { ...listeners, all: [], activeTabGroup: { activeTab: undefined } },
  createOutputChannel: logChannel,
  showErrorMessage: message,
  showInformationMessage: message,
  showWarningMessage: message,
  showQuickPick: async (items: unknown[]) => items[0],
  showInputBox: async () => state.answer,
  showTextDocument: async (uri: Uri) => void state.shown.push(uri),
  setStatusBarMessage: () => new Disposable(),
  withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown) =>
    work({ report() {} }, new CancellationTokenSource().token),
  createWebviewPanel(_type: string, title: string) {
    const webview = { html: "", asWebviewUri: (uri: Uri) => uri, onDidReceiveMessage: new EventEmitter().event };
    state.panels.push({ title, webview });
    return { title, webview };
  },
};

/** Collections of findings by their owner, and in these by URI. */
function collection(owner: string) {
  const found = new Map<string, Diagnostic[]>();
  state.diagnostics.set(owner, found);
  return {
    name: owner,
    set: (uri: Uri, all: Diagnostic[] | undefined) => void found.set(uri.toString(), all ?? []),
    delete: (uri: Uri) => found.delete(uri.toString()),
    has: (uri: Uri) => found.has(uri.toString()),
    get: (uri: Uri) => found.get(uri.toString()),
    clear: () => found.clear(),
    forEach: (call: (uri: Uri, all: Diagnostic[]) => void) => found.forEach((all, uri) => call(Uri.parse(uri), all)),
    dispose: () => state.diagnostics.delete(owner),
  };
}

/** Every `register…Provider` keeps the provider under its name. */
const registering = new Proxy({}, {
  get: (_target, name: string) => (_selector: unknown, provider: never) => {
    state.providers.set(name, [...(state.providers.get(name) ?? []), provider]);
    return new Disposable();
  },
}) as Record<string, (...values: unknown[]) => Disposable>;

const known = {
  createDiagnosticCollection: (owner: string) => collection(owner),
  getDiagnostics: (uri: Uri) => [...state.diagnostics.values()].flatMap((found) => found.get(uri.toString()) ?? []),
  createLanguageStatusItem: () => ({ dispose() {} }),
  match: (_selector: unknown, document: Document) => (document.languageId === "platformc" ? 10 : 0),
};
export const languages = new Proxy(known as typeof known & typeof registering, {
  get: (own, name: string) => own[name] ?? registering[name],
});

export const commands = {
  registerCommand(id: string, run: (...values: unknown[]) => unknown): Disposable {
    if (state.commands.has(id)) {
      throw new Error(`command '${id}' already exists`);
    }
    state.commands.set(id, run);
    return new Disposable(() => state.commands.delete(id));
  },
  async executeCommand(id: string, ...values: unknown[]): Promise<unknown> {
    state.executed.push([id, ...values]);
    return state.commands.get(id)?.(...values);
  },
};

export const tasks = {
  registerTaskProvider(type: string, provider: unknown): Disposable {
    state.taskProviders.set(type, provider);
    return new Disposable();
  },
  executeTask: async (task: Task) => void state.tasks.push(task),
};

export const env = {
  appName: "mock", language: "en", machineId: "mock", clipboard: { writeText: async () => {} },
  openExternal: async () => true, isTelemetryEnabled: false,
};
export const extensions = { all: [], getExtension: () => undefined, onDidChange: new EventEmitter().event };
export const debug = {};
export const notebooks = {};
export const l10n = { t: (text: string) => text };
