// The package, in a mock of the editor, with the real language server.
import assert from "node:assert/strict";
import Module from "node:module";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import * as vscode from "./vscode";

import { example, PACKAGED, PLATFORMC, until } from "./support";

const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const load = loader._load;
loader._load = (request, ...rest) => (request === "vscode" ? vscode : load.call(loader, request, ...rest));

const extension = Module.createRequire(__filename)(join(PACKAGED, "dist/extension.js"));
const token = new vscode.CancellationTokenSource().token;
let root: string;
let document: vscode.Document;

function place(text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  assert.ok(offset >= 0, text);
  return document.positionAt(offset);
}

/** The provider of a kind that the server has announced. */
const provider = (kind: string) => until(kind, () => vscode.state.providers.get(`register${kind}Provider`)?.at(-1));

const findings = () => [...vscode.state.diagnostics.values()].flatMap((found) => found.get(document.uri.toString()) ?? []);

before(async () => {
  root = example("tutorial");
  vscode.workspace.workspaceFolders = [{ uri: vscode.Uri.file(root), name: basename(root), index: 0 }];
  vscode.state.settings["platformc.path"] = PLATFORMC;
  await extension.activate({ subscriptions: [], extensionUri: vscode.Uri.file(PACKAGED) });
  document = vscode.workspace.open(join(root, "platform.pf"));
});
after(() => extension.deactivate());

describe("the extension with the language server", () => {
  it("shows findings as one types, and takes them back", async () => {
    document.replace("owner     = platform  #", "owner     = platfrm  #");
    const [finding] = await until("a finding", () => findings().length > 0 && findings());
    assert.match(finding!.message, /there is no team `platfrm`/);
    assert.equal(finding!.range.start.line, place("owner     = platfrm").line);
    document.replace("owner     = platfrm  #", "owner     = platform  #");
    await until("no finding", () => findings().length === 0);
  });

  it("says what a word means", async () => {
    const hover = (await (await provider("Hover"))["provideHover"]!(...([document, place("platform  # the team"), token] as never[]))) as vscode.Hover;
    assert.match(JSON.stringify(hover.contents), /Keeps the clusters running/);
  });

  it("leads to where a name is declared", async () => {
    const places = (await (await provider("Definition"))["provideDefinition"]!(...([document, place("platform  # the team"), token] as never[]))) as { targetUri: vscode.Uri }[];
    assert.deepEqual([places].flat().map((place) => basename(place.targetUri.fsPath)), ["teams.pf"]);
  });

  it("starts the server again", async () => {
    await vscode.commands.executeCommand("platformc.restart");
    document.replace("owner     = platform  #", "owner     = platfrm  #");
    await until("a finding", () => findings().length > 0);
    document.replace("owner     = platfrm  #", "owner     = platform  #");
    await until("no finding", () => findings().length === 0);
  });
});
