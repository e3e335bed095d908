// The script of the graph's page: it draws the text that the page brings.
import mermaid from "mermaid";

declare function acquireVsCodeApi(): { postMessage(message: string): void };

async function draw(): Promise<void> {
  const graph = document.getElementById("graph")!;
  const isDark = /vscode-(dark|high-contrast)(?!-light)/.test(document.body.className);
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    theme: isDark ? "dark" : "default",
    maxTextSize: 5_000_000,
    maxEdges: 20_000,
  });
  const { svg } = await mermaid.render("drawn", graph.textContent ?? "");
  graph.innerHTML = svg;
}

const api = acquireVsCodeApi();
document.getElementById("copy")!.addEventListener("click", () => api.postMessage("copy"));
void draw().catch((error: unknown) => {
  document.getElementById("graph")!.textContent = `This graph can't be drawn: ${String(error)}`;
});
