import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { basename, join, relative } from "node:path";
import { beforeEach, describe, it } from "node:test";
import * as vscode from "./vscode";

import { commands } from "../../src/commands";
import { folderIn } from "../../src/generated";
import { page } from "../../src/graph";
import { folderOf, serviceAt } from "../../src/platform";
import { registerShowReferences } from "../../src/references";
import { answered } from "../../src/server";
import { texts } from "../../src/text";
import { edit, example, folder, PLATFORMC } from "./support";

const log = { error() {}, show() {} };
const context = { extensionUri: vscode.Uri.file("/extension") };
const all = commands(context as never, { log, restart: async () => {} } as never);
let root: string;

async function run(id: string): Promise<void> {
  await all[`platformc.${id}`]!();
}

function cursor(file: string, text: string): void {
  const document = vscode.workspace.open(join(root, file));
  const at = document.positionAt(document.getText().indexOf(text));
  vscode.window.activeTextEditor!.selection = new vscode.Selection(at, at);
}

beforeEach(() => {
  root = example("tutorial");
  vscode.workspace.workspaceFolders = [{ uri: vscode.Uri.file(root), name: basename(root), index: 0 }];
  vscode.window.activeTextEditor = undefined;
  const { state } = vscode;
  state.settings["platformc.path"] = PLATFORMC;
  state.errors.length = state.executed.length = state.tasks.length = state.panels.length = state.shown.length = 0;
  state.diagnostics.clear();
  state.answer = undefined;
});

describe("commands that run a task", () => {
  for (const [id, args] of Object.entries({ build: ["build"], buildCheck: ["build", "--check"], check: ["check"], watch: ["watch"], formatAll: ["fmt"] })) {
    it(`${id} runs platformc ${args.join(" ")}`, async () => {
      await run(id);
      assert.deepEqual(vscode.state.tasks.map((task) => (task.execution as vscode.ProcessExecution).args), [args]);
    });
  }

  it("say so where there is no platform", async () => {
    vscode.workspace.workspaceFolders = [{ uri: vscode.Uri.file(folder()), name: "empty", index: 0 }];
    await run("build");
    assert.deepEqual(vscode.state.errors, [["There is no platform.pf in this workspace."]]);
    assert.deepEqual(vscode.state.tasks, []);
  });
});

describe("the graph", () => {
  it("is that of the platform", async () => {
    await run("graph");
    assert.match(vscode.state.panels[0]!.webview.html, /graph LR[^]*issuers --&gt; greeter/);
  });

  it("is that of the service at the cursor", async () => {
    cursor("platform.pf", "selfSigned");
    await run("graphOfService");
    const [{ title, webview }] = vscode.state.panels as [{ title: string; webview: { html: string } }];
    assert.equal(title, "Graph of issuers");
    assert.match(webview.html, /cert-manager --&gt; issuers/);
    assert.doesNotMatch(webview.html, /handbook/);
  });

  it("can't be drawn of a platform with errors, and that is said", async () => {
    edit(join(root, "platform.pf"), "owner     = platform  #", "owner     = platfrm  #");
    await run("graph");
    assert.deepEqual(vscode.state.panels, []);
    assert.match(vscode.state.errors[0]![0], /^platformc graph: 1 error/);
  });

  it("stands in a page that runs one script, and takes nothing as markup", () => {
    const html = page({ title: "<b>", mermaid: "a --> b</div><script>", script: "view.js", nonce: "once" });
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.match(html, /default-src 'none'/);
    assert.match(html, /script-src 'nonce-once'/);
    assert.doesNotMatch(html, /<b>/);
  });
});

describe("what is generated", () => {
  it("is shown for the service at the cursor", async () => {
    execFileSync(PLATFORMC, ["build"], { cwd: root, stdio: "ignore" });
    cursor("platform.pf", "Queue\" orders");
    const choices: string[] = [];
    vscode.window.showQuickPick = async (items: any[]) => {
      choices.push(...items.map((item) => item.description));
      return items.find((item) => item.description === "application-sets/shop.yaml");
    };
    await run("openGenerated");
    assert.ok(choices.includes("services/shop/README.md"), choices.join("\n"));
    assert.ok(choices.every((path) => /(^|\/)shop(\.yaml$|\/)/.test(path)), choices.join("\n"));
    assert.deepEqual(vscode.state.shown.map((uri) => relative(root, uri.fsPath)), ["infra/application-sets/shop.yaml"]);
  });

  it("is said to be missing before the first build", async () => {
    cursor("platform.pf", "Queue\" orders");
    await run("openGenerated");
    assert.match(vscode.state.errors[0]![0], /Nothing has been generated for shop yet/);
  });

  it("belongs to a service only", async () => {
    cursor("platform.pf", "protected = true");
    await run("openGenerated");
    assert.deepEqual(vscode.state.errors, [["The cursor is in no service of a platform."]]);
  });

  it("is in the folder that the platform names", async () => {
    edit(join(root, "platform.pf"), '"infra"', '"deploy/tree"');
    await run("openOutputFolder");
    const [[command, uri]] = vscode.state.executed as [[string, vscode.Uri]];
    assert.equal(command, "revealInExplorer");
    assert.equal(uri.fsPath, join(root, "deploy/tree"));
  });

  it("is nowhere while the platform has errors", async () => {
    edit(join(root, "platform.pf"), "owner     = platform  #", "owner     = platfrm  #");
    await run("openOutputFolder");
    assert.deepEqual(vscode.state.executed, []);
    assert.match(vscode.state.errors[0]![0], /has errors/);
    assert.equal(folderIn("/a/b: 1 created"), undefined);
  });
});

describe("a code", () => {
  it("at the cursor is explained", async () => {
    cursor("platform.pf", "protected = true");
    const { document, selection } = vscode.window.activeTextEditor!;
    const finding = new vscode.Diagnostic(new vscode.Range(selection.active, selection.active), "wrong");
    Object.assign(finding, { source: "platformc", code: "PF0203" });
    vscode.languages.createDiagnosticCollection("platformc").set(document.uri, [finding]);
    await run("explainCode");
    const [command, uri] = vscode.state.executed[0] as [string, vscode.Uri];
    assert.equal(command, "markdown.showPreviewToSide");
    assert.match(texts.provideTextDocumentContent(uri as never), /^# PF0203: a name that nothing declares/);
  });

  it("is asked for where there is none", async () => {
    vscode.state.answer = " pf0203 ";
    await run("explainCode");
    assert.equal((vscode.state.executed[0]![1] as vscode.Uri).path, "/PF0203.md");
  });

  it("that does not exist is refused", async () => {
    vscode.state.answer = "PF9999";
    await run("explainCode");
    assert.deepEqual(vscode.state.executed, []);
    assert.match(vscode.state.errors[0]![0], /PF9999/);
  });
});

describe("what a file and a line belong to", () => {
  it("is the nearest platform above", () => {
    assert.equal(folderOf(join(root, "apps/shop/base/kustomization.yaml")), root);
    assert.equal(folderOf("/nowhere/at/all.pf"), undefined);
  });

  it("is the declaration that begins last before it", () => {
    const lines = ["service a {", "  helm {}", "}", "", 'service "b" {', "}", "team c {", "  x"];
    assert.deepEqual([0, 1, 3, 5, 7].map((line) => serviceAt(lines, line)), ["a", "a", "a", "b", undefined]);
    assert.equal(serviceAt(["# none"], 0), undefined);
  });
});

describe("texts that stand on no disk", () => {
  it("are forgotten when there are many", () => {
    const [first] = Array.from({ length: 51 }, (_, index) => texts.put(`${index}.md`, String(index)));
    assert.equal(texts.provideTextDocumentContent(first!), "");
    assert.equal(texts.provideTextDocumentContent(texts.put("50.md", "new")), "new");
  });
});

describe("what the server's commands answer", () => {
  it("is shown as it is to be read", async () => {
    await answered({ title: "PF0203: a name", language: "markdown", text: "# PF0203" });
    const [command, uri] = vscode.state.executed[0] as [string, vscode.Uri];
    assert.equal(command, "markdown.showPreviewToSide");
    assert.equal(texts.provideTextDocumentContent(uri as never), "# PF0203");
    await answered({ title: "shop@dev", language: "yaml", text: "kind: Application" });
    assert.deepEqual(vscode.state.shown.map((uri) => uri.path), ["/shop@dev.yaml"]);
  });

  it("is opened where it stands on the disk", async () => {
    await answered({ title: "shop@dev", language: "yaml", text: "kind: Application", show: "file:///infra/shop.yaml" });
    assert.deepEqual(vscode.state.shown.map((uri) => uri.path), ["/infra/shop.yaml"]);
  });

  it("is passed on where it is no text", async () => {
    assert.equal(await answered(null), null);
    assert.deepEqual([vscode.state.shown, vscode.state.executed], [[], []]);
  });
});

describe("a lens", () => {
  it("leads to where a name is used", async () => {
    const { dispose } = registerShowReferences();
    const place = new vscode.Location(vscode.Uri.file("/platform.pf"), new vscode.Range(1, 2, 1, 3));
    vscode.state.commands.set("vscode.executeReferenceProvider", () => [place]);
    await vscode.commands.executeCommand("platformc.showReferences", "file:///platform.pf", { line: 4, character: 5 });
    const [command, uri, position, places] = vscode.state.executed.at(-1) as [string, vscode.Uri, vscode.Position, vscode.Location[]];
    assert.deepEqual([command, uri.path, position.line, position.character], ["editor.action.showReferences", "/platform.pf", 4, 5]);
    assert.deepEqual(places, [place]);
    dispose();
  });
});
