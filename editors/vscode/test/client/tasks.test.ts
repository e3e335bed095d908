import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { beforeEach, describe, it } from "node:test";
import * as vscode from "./vscode";

import { taskIn, Tasks } from "../../src/tasks";
import { example, folder, manifest, PLATFORMC } from "./support";

const contributed = manifest()["contributes"];
let root: string;

beforeEach(() => {
  root = folder();
  vscode.workspace.workspaceFolders = [{ uri: vscode.Uri.file(root), name: basename(root), index: 0 }];
  vscode.state.settings["platformc.path"] = PLATFORMC;
});

const provided = async () => (await new Tasks().provideTasks()) as unknown as vscode.Task[];
const execution = (task: unknown) => (task as vscode.Task).execution as vscode.ProcessExecution;

describe("the tasks", () => {
  it("are offered for the platform of the workspace folder", async () => {
    example("tutorial", root);
    const tasks = await provided();
    assert.deepEqual(tasks.map((task) => task.name), ["build", "build --check", "check", "watch", "fmt"]);
    assert.deepEqual(tasks.map((task) => execution(task).args), [["build"], ["build", "--check"], ["check"], ["watch"], ["fmt"]]);
    assert.ok(tasks.every((task) => execution(task).options.cwd === root && execution(task).process === PLATFORMC));
    assert.deepEqual(tasks.map((task) => task.problemMatchers), ["$platformc", "$platformc", "$platformc", "$platformc-watch", "$platformc"]);
    assert.deepEqual(tasks.map((task) => task.isBackground), [false, false, false, true, false]);
    assert.deepEqual(tasks.map((task) => task.group), [vscode.TaskGroup.Build, undefined, undefined, undefined, undefined]);
  });

  it("name the folder of a platform further below, and look for files there", async () => {
    example("tutorial", join(root, "infra/platform"));
    const check = (await provided()).find((task) => task.name === "check (infra/platform)")!;
    assert.equal(execution(check).options.cwd, join(root, "infra/platform"));
    assert.equal(check.problemMatchers, "$platformc-below");
    assert.deepEqual(check.definition, { type: "platformc", command: "check", folder: "infra/platform" });
  });

  it("of tasks.json run what it says", () => {
    const scope = vscode.workspace.workspaceFolders[0];
    const definition = { type: "platformc", command: "build", folder: "infra", args: ["--hub", "eu"] };
    const given = new vscode.Task(definition, scope, "mine", "Workspace", undefined, []);
    const task = new Tasks().resolveTask(given as never) as unknown as vscode.Task;
    assert.equal(task.definition, definition);
    assert.deepEqual(execution(task).args, ["build", "--hub", "eu"]);
    assert.equal(execution(task).options.cwd, join(root, "infra"));
  });

  it("are none where there is no platformc, no platform or no folder", async () => {
    assert.deepEqual(await provided(), []);
    example("tutorial", root);
    vscode.state.settings["platformc.path"] = "/nowhere/platformc";
    assert.deepEqual(await provided(), []);
    vscode.state.settings["platformc.path"] = PLATFORMC;
    assert.equal(taskIn(folder(), { type: "platformc", command: "check" }), undefined);
  });

  it("have matchers and definitions that the manifest contributes", async () => {
    example("tutorial", root);
    mkdirSync(join(root, "below"));
    example("hubs", join(root, "below"));
    const [definition] = contributed.taskDefinitions;
    const matchers = contributed.problemMatchers.map((matcher: any) => `$${matcher.name}`);
    const tasks = await provided();
    assert.equal(tasks.length, 10);
    for (const task of tasks) {
      const own = task.definition as Record<string, unknown>;
      assert.equal(own["type"], definition.type);
      assert.ok(definition.properties.command.enum.includes(own["command"]));
      assert.ok(Object.keys(own).every((key) => key === "type" || key in definition.properties));
      assert.ok(matchers.includes(task.problemMatchers));
    }
  });
});
