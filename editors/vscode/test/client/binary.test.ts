import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import { state } from "./vscode";

import { commandOrAdvice, find } from "../../src/binary";
import { folder, until } from "./support";

function command(path: string, mode = 0o755): string {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "#!/bin/sh\n");
  chmodSync(path, mode);
  return path;
}

const nowhere = { setting: "", folder: undefined, path: undefined, home: "/nowhere", endings: [""] };

describe("the command", () => {
  it("is what the setting says, whatever is on the PATH", () => {
    const [own, other] = [folder(), folder()];
    const said = command(join(own, "mine"));
    command(join(other, "platformc"));
    assert.deepEqual(find({ ...nowhere, setting: said, path: other }), { command: said });
  });

  it("may be said as seen from the workspace, or from home", () => {
    const base = folder();
    const said = command(join(base, "tools/platformc"));
    assert.deepEqual(find({ ...nowhere, setting: "tools/platformc", folder: base }), { command: said });
    assert.deepEqual(find({ ...nowhere, setting: "~/tools/platformc", home: base }), { command: said });
  });

  it("is else the first on the PATH that can be run", () => {
    const [first, second, third] = [folder(), folder(), folder()];
    command(join(first, "platformc"), 0o644);
    mkdirSync(join(second, "platformc"));
    const found = command(join(third, "platformc"));
    assert.deepEqual(find({ ...nowhere, path: ["relative", first, second, third].join(delimiter) }), { command: found });
  });

  it("has the endings of the system", () => {
    const base = folder();
    const found = command(join(base, "platformc.exe"));
    assert.deepEqual(find({ ...nowhere, path: base, endings: [".exe", ".cmd"] }), { command: found });
  });

  it("is not looked for elsewhere where the setting is wrong", () => {
    const base = folder();
    command(join(base, "platformc"));
    const found = find({ ...nowhere, setting: "/nowhere/platformc", path: base });
    assert.match("problem" in found ? found.problem : "", /says \/nowhere\/platformc, which is no file that can be run/);
  });

  it("is missed in words", () => {
    assert.deepEqual(find({ ...nowhere, path: folder() }), { problem: "There is no platformc on the PATH." });
  });
});

describe("without a command", () => {
  beforeEach(() => {
    state.settings["platformc.path"] = "/nowhere/platformc";
    state.errors.length = state.executed.length = 0;
  });

  it("a button leads to the setting", async () => {
    state.answer = "Open the Setting";
    assert.equal(commandOrAdvice(), undefined);
    const opened = await until("the setting", () => state.executed[0]);
    assert.deepEqual(opened, ["workbench.action.openSettings", "platformc.path"]);
    assert.match(state.errors[0]![0], /Install platformc, or say in the setting where it is/);
  });

  it("nothing is opened unasked", async () => {
    state.answer = undefined;
    commandOrAdvice();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(state.executed, []);
    assert.equal(state.errors.length, 1);
  });
});
