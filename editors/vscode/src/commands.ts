import * as vscode from "vscode";

import { commandOrAdvice } from "./binary";
import { openGenerated, outputFolder } from "./generated";
import { showGraph } from "./graph";
import { currentFolder, serviceAtCursor } from "./platform";
import { output } from "./run";
import type { Server } from "./server";
import { type Definition, taskIn, TYPE } from "./tasks";
import { show } from "./text";

/** Every command, by its id. */
export function commands(context: vscode.ExtensionContext, server: Server): Record<string, () => Promise<void>> {
  return {
    "platformc.build": () => task({ type: TYPE, command: "build" }),
    "platformc.buildCheck": () => task({ type: TYPE, command: "build", args: ["--check"] }),
    "platformc.check": () => task({ type: TYPE, command: "check" }),
    "platformc.watch": () => task({ type: TYPE, command: "watch" }),
    "platformc.formatAll": () => task({ type: TYPE, command: "fmt" }),
    "platformc.graph": () => graph(context, server),
    "platformc.graphOfService": () => graphOfService(context, server),
    "platformc.openGenerated": async () => {
      const at = serviceAtCursor();
      await (at && openGenerated(at.service, at.folder));
    },
    "platformc.openOutputFolder": openOutputFolder,
    "platformc.explainCode": () => explainCode(server),
    "platformc.restart": () => server.restart(),
    "platformc.log": async () => server.log.show(),
  };
}

/** What is open counts for the language server only: what runs here reads the disk. */
async function task(definition: Definition): Promise<void> {
  const folder = await currentFolder();
  if (folder === undefined || commandOrAdvice() === undefined) {
    return;
  }
  await vscode.workspace.saveAll(false);
  const made = taskIn(folder, definition);
  if (made === undefined) {
    void vscode.window.showErrorMessage(`${folder} is in no folder of the workspace, so no task can run there.`);
  } else {
    await vscode.tasks.executeTask(made);
  }
}

async function graph(context: vscode.ExtensionContext, server: Server): Promise<void> {
  const folder = await currentFolder();
  await (folder && drawn(context, server, folder));
}

async function graphOfService(context: vscode.ExtensionContext, server: Server): Promise<void> {
  const at = serviceAtCursor();
  await (at && drawn(context, server, at.folder, at.service));
}

async function drawn(context: vscode.ExtensionContext, server: Server, folder: string, service?: string): Promise<void> {
  await vscode.workspace.saveAll(false);
  const only = service === undefined ? [] : ["--service", service];
  const mermaid = await output(["graph", "--format", "mermaid", ...only], folder, server.log);
  if (mermaid !== undefined) {
    showGraph(context, service, mermaid);
  }
}

async function openOutputFolder(): Promise<void> {
  const folder = await currentFolder();
  const found = folder && (await outputFolder(folder));
  if (found) {
    await vscode.commands.executeCommand("revealInExplorer", vscode.Uri.file(found));
  }
}

async function explainCode(server: Server): Promise<void> {
  const code = codeAtCursor() ?? (await vscode.window.showInputBox({ prompt: "Which code?", placeHolder: "PF0203" }));
  const page = code && (await output(["explain", code.trim().toUpperCase()], undefined, server.log));
  if (code && page) {
    await show(`${code.trim().toUpperCase()}.md`, page);
  }
}

/** The code of a finding at the cursor. */
function codeAtCursor(): string | undefined {
  const editor = vscode.window.activeTextEditor;
  const found = editor && vscode.languages.getDiagnostics(editor.document.uri);
  const here = found?.find((finding) => finding.source === "platformc" && finding.range.contains(editor!.selection.active));
  const code = typeof here?.code === "object" ? here.code.value : here?.code;
  return code === undefined ? undefined : String(code);
}
