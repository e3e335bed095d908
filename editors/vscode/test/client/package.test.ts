// What test.sh took out of the package: all that the manifest names, and nothing that is only for us.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { describe, it } from "node:test";

import { PACKAGED } from "./support";

const { main, contributes } = JSON.parse(readFileSync(join(PACKAGED, "package.json"), "utf8"));
const files = readdirSync(PACKAGED, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(PACKAGED, join(entry.parentPath ?? entry.path, entry.name)));

describe("the package", () => {
  it("has what its manifest names, and the graph's script", () => {
    const named = [main, ...contributes.grammars.map((it: any) => it.path), ...contributes.languages.map((it: any) => it.configuration)];
    for (const path of [...named, "dist/view.js", "LICENSE.txt", "readme.md"]) {
      assert.ok(existsSync(join(PACKAGED, path)), path);
    }
  });

  it("has nothing else", () => {
    const known = /^(dist\/(extension\.js|view\.js)(\.LEGAL\.txt)?|syntaxes\/[\w.]+|package\.json|language-configuration\.json|LICENSE\.txt|readme\.md)$/;
    assert.deepEqual(files.filter((file) => !known.test(file)), []);
  });

  it("has the client library within it", () => {
    const required = readFileSync(join(PACKAGED, main), "utf8").match(/require\("[^"]+"\)/g) ?? [];
    const modules = [...new Set(required)].map((call) => call.slice(9, -2));
    assert.deepEqual(modules.filter((name) => !isBuiltin(name)), ["vscode"]);
  });
});
