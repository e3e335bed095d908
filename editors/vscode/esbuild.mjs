// Bundles the extension and the page of its graph into dist/, with `--test` also the tests into out/, where `vscode` is a mock.
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const shared = { bundle: true, logLevel: "warning", legalComments: "linked" };
const node = { ...shared, platform: "node", format: "cjs", target: "node20" };

rmSync("dist", { recursive: true, force: true });
await build({ ...node, entryPoints: ["src/extension.ts"], outdir: "dist", external: ["vscode"], minify: true });
await build({ ...shared, entryPoints: ["src/view.ts"], outdir: "dist", platform: "browser", format: "iife", minify: true });

if (process.argv.includes("--test")) {
  const tests = readdirSync("test/client").filter((file) => file.endsWith(".test.ts"));
  await build({
    ...node,
    entryPoints: tests.map((file) => join("test/client", file)),
    outdir: "out",
    alias: { vscode: "./test/client/vscode.ts" },
    legalComments: "none",
    sourcemap: "inline",
  });
}
