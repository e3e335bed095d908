import { basename, relative } from "node:path";
import * as vscode from "vscode";

import { run } from "./run";

/** The folder that a platform is compiled into: a comparison names it, and writes nothing. */
export async function outputFolder(folder: string): Promise<string | undefined> {
  const printed = await run(["build", "--check"], folder);
  const found = printed && folderIn(printed.error);
  if (printed && found === undefined) {
    void vscode.window.showErrorMessage("The platform has errors, so nothing says where its output is. Run platformc: Check.");
  }
  return found;
}

/** The folder in the last line of a comparison. */
export function folderIn(printed: string): string | undefined {
  return printed.match(/^(.+): would be \d+ created, .*$/m)?.[1];
}

/** The generated files of a service. */
export async function generatedFor(service: string, output: string): Promise<vscode.Uri[]> {
  const own = new vscode.RelativePattern(vscode.Uri.file(output), `**/{${service}.yaml,${service}/**}`);
  const found = await vscode.workspace.findFiles(own, null, 2000);
  return found.sort((left, right) => left.path.localeCompare(right.path));
}

/** Lets the user choose a generated file of a service, and opens it. */
export async function openGenerated(service: string, folder: string): Promise<void> {
  const output = await outputFolder(folder);
  if (output === undefined) {
    return;
  }
  const files = await generatedFor(service, output);
  if (files.length === 0) {
    void vscode.window.showInformationMessage(`Nothing has been generated for ${service} yet. Run platformc: Build.`);
    return;
  }
  const items = files.map((uri) => ({ label: basename(uri.path), description: relative(output, uri.fsPath), uri }));
  const chosen = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { matchOnDescription: true });
  if (chosen !== undefined) {
    await vscode.window.showTextDocument(chosen.uri);
  }
}
