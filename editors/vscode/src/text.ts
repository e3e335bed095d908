import * as vscode from "vscode";

const SCHEME = "platformc";
const MEMORY = 50;

/** Texts that stand on no disk, such as the page of a code, by the path that they are shown under. The oldest are forgotten. */
export class Texts implements vscode.TextDocumentContentProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly texts = new Map<string, string>();
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  /** Lays a text ready. */
  put(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.texts.delete(uri.path);
    this.texts.set(uri.path, text);
    for (const oldest of [...this.texts.keys()].slice(0, -MEMORY)) {
      this.texts.delete(oldest);
    }
    this.changed.fire(uri);
    return uri;
  }

  /** Has the editor ask here. */
  register(): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
  }
}

export const texts = new Texts();

/** Shows a text beside what is being edited; a page of Markdown as it is to be read. */
export async function show(name: string, text: string): Promise<void> {
  const uri = texts.put(name, text);
  if (name.endsWith(".md")) {
    await vscode.commands.executeCommand("markdown.showPreviewToSide", uri);
  } else {
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }
}
