import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

const TITLE = "Graph of the platform";

/** Shows a graph in Mermaid's words. */
export function showGraph(context: vscode.ExtensionContext, name: string | undefined, mermaid: string): void {
  const title = name === undefined ? TITLE : `Graph of ${name}`;
  const folder = vscode.Uri.joinPath(context.extensionUri, "dist");
  const panel = vscode.window.createWebviewPanel("platformc.graph", title, vscode.ViewColumn.Beside, {
    enableScripts: true,
    localResourceRoots: [folder],
  });
  const script = panel.webview.asWebviewUri(vscode.Uri.joinPath(folder, "view.js")).toString();
  panel.webview.onDidReceiveMessage(() => copy(mermaid));
  panel.webview.html = page({ title, mermaid, script, nonce: randomBytes(16).toString("hex") });
}

/** The page: it loads one script, and nothing from elsewhere. */
export function page(of: { title: string; mermaid: string; script: string; nonce: string }): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'nonce-${of.nonce}'">
  <title>${escaped(of.title)}</title>
</head>
<body>
  <button id="copy">Copy as Mermaid</button>
  <div id="graph">${escaped(of.mermaid)}</div>
  <script nonce="${of.nonce}" src="${escaped(of.script)}"></script>
</body>
</html>`;
}

async function copy(mermaid: string): Promise<void> {
  await vscode.env.clipboard.writeText(mermaid);
  vscode.window.setStatusBarMessage("The graph is in the clipboard.", 3000);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
