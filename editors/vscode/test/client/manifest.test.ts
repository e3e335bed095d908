import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

import { commands } from "../../src/commands";
import { EXTENSION, manifest, ROOT } from "./support";

const found = manifest();
const contributes = found["contributes"];

describe("the manifest", () => {
  it("contributes the commands that are registered", () => {
    const registered = Object.keys(commands({} as never, {} as never)).sort();
    assert.deepEqual(contributes.commands.map((command: any) => command.command).sort(), registered);
  });

  it("puts only its own commands into menus", () => {
    const own = contributes.commands.map((command: any) => command.command);
    for (const item of Object.values(contributes.menus).flat() as any[]) {
      assert.ok(own.includes(item.command), item.command);
    }
  });

  it("has the settings that the code asks for", () => {
    const code = readdirSync(join(EXTENSION, "src")).map((file) => readFileSync(join(EXTENSION, "src", file), "utf8")).join("\n");
    assert.match(code, /getConfiguration\("platformc"\)\.get<string>\("path"/);
    // `trace.server` is read by the client library, under the client's id.
    assert.match(code, /new LanguageClient\("platformc"/);
    assert.deepEqual(Object.keys(contributes.configuration.properties).sort(), ["platformc.path", "platformc.trace.server"]);
    assert.deepEqual(found["capabilities"].untrustedWorkspaces.restrictedConfigurations, ["platformc.path"]);
  });

  it("is activated by its language, and by a platform in the workspace", () => {
    // The editor itself adds an event for each language, command and type of task that is contributed.
    assert.deepEqual(found["activationEvents"], ["workspaceContains:platform.pf"]);
    assert.deepEqual(contributes.languages.map((language: any) => language.id), ["platformc"]);
    assert.deepEqual(contributes.taskDefinitions.map((definition: any) => definition.type), ["platformc"]);
  });

  it("names files that are there", () => {
    const paths = [found["main"], ...contributes.grammars.map((grammar: any) => grammar.path), ...contributes.languages.map((language: any) => language.configuration)];
    for (const path of paths) {
      assert.ok(existsSync(join(EXTENSION, path)), path);
    }
  });

  it("has the version of the compiler", () => {
    const version = /^version = "(.+)"$/m.exec(readFileSync(join(ROOT, "Cargo.toml"), "utf8"))?.[1];
    assert.equal(found["version"], version);
  });
});
