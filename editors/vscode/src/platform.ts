import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as vscode from "vscode";

const MAIN = "platform.pf";

/** The folder of the platform that a file belongs to: the nearest with a platform.pf, as the compiler looks for it. */
export function folderOf(file: string): string | undefined {
  let folder = dirname(file);
  while (!existsSync(join(folder, MAIN))) {
    const above = dirname(folder);
    if (above === folder) {
      return undefined;
    }
    folder = above;
  }
  return folder;
}

/** The folders of all platforms in the workspace. */
export async function folders(): Promise<string[]> {
  const found = await vscode.workspace.findFiles(`**/${MAIN}`, "**/node_modules/**", 100);
  return found.map((uri) => dirname(uri.fsPath)).sort();
}

/** The platform of the file in the editor; without one that of the workspace, or the one that the user chooses. */
export async function currentFolder(): Promise<string | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  const own = document?.uri.scheme === "file" ? folderOf(document.uri.fsPath) : undefined;
  if (own !== undefined) {
    return own;
  }
  const all = await folders();
  if (all.length === 0) {
    void vscode.window.showErrorMessage("There is no platform.pf in this workspace.");
  }
  return all.length > 1 ? vscode.window.showQuickPick(all, { placeHolder: "Which platform?" }) : all[0];
}

/** The service in whose declaration a line stands. A declaration begins at the margin, and nothing else does. */
export function serviceAt(lines: string[], line: number): string | undefined {
  const head = lines.slice(0, line + 1).findLast((text) => /^[a-z]/.test(text));
  return head?.match(/^service\s+"?([\w-]+)"?\s*\{/)?.[1];
}

/** The service at the cursor, and its platform; where there is none, the user is told. */
export function serviceAtCursor(): { service: string; folder: string } | undefined {
  const editor = vscode.window.activeTextEditor;
  const service = editor && serviceAt(editor.document.getText().split(/\r?\n/), editor.selection.active.line);
  const folder = editor && folderOf(editor.document.uri.fsPath);
  if (service === undefined || folder === undefined) {
    void vscode.window.showInformationMessage("The cursor is in no service of a platform.");
    return undefined;
  }
  return { service, folder };
}
