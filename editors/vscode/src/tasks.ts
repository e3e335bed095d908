import { join, relative } from "node:path";
import * as vscode from "vscode";

import { find, surroundings } from "./binary";
import { folders } from "./platform";

export const TYPE = "platformc";

/** What a task says in tasks.json. */
export interface Definition extends vscode.TaskDefinition {
  command: "build" | "check" | "watch" | "fmt";
  /** The folder of platform.pf, seen from the workspace folder. */
  folder?: string;
  args?: string[];
}

/** The tasks that are offered for each platform. */
const OFFERED: Definition[] = [
  { type: TYPE, command: "build" },
  { type: TYPE, command: "build", args: ["--check"] },
  { type: TYPE, command: "check" },
  { type: TYPE, command: "watch" },
  { type: TYPE, command: "fmt" },
];

/** Offers tasks, and completes those of tasks.json. */
export class Tasks implements vscode.TaskProvider {
  async provideTasks(): Promise<vscode.Task[]> {
    const tasks = (await folders()).flatMap((folder) => OFFERED.map((definition) => taskIn(folder, definition)));
    return tasks.filter((task) => task !== undefined);
  }

  resolveTask(given: vscode.Task): vscode.Task | undefined {
    const scope = given.scope;
    const workspace = typeof scope === "object" ? scope : vscode.workspace.workspaceFolders?.[0];
    return workspace && made(given.definition as Definition, workspace);
  }
}

/** A task for the platform in a folder; nothing if that is in no workspace folder, or there is no platformc. */
export function taskIn(folder: string, definition: Definition): vscode.Task | undefined {
  const workspace = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder));
  const inside = workspace && relative(workspace.uri.fsPath, folder).replaceAll("\\", "/");
  return workspace && made(inside === "" ? definition : { ...definition, folder: inside }, workspace);
}

function made(definition: Definition, workspace: vscode.WorkspaceFolder): vscode.Task | undefined {
  const found = find(surroundings());
  if (!("command" in found)) {
    return undefined;
  }
  const args = [definition.command, ...(definition.args ?? [])];
  const execution = new vscode.ProcessExecution(found.command, args, { cwd: join(workspace.uri.fsPath, definition.folder ?? "") });
  const name = definition.folder === undefined ? args.join(" ") : `${args.join(" ")} (${definition.folder})`;
  const task = new vscode.Task(definition, workspace, name, "platformc", execution, matcher(definition));
  task.isBackground = definition.command === "watch";
  if (definition.command === "build" && definition.args === undefined) {
    task.group = vscode.TaskGroup.Build;
  }
  return task;
}

/** Findings name files as seen from the platform's folder, and a matcher can be told of no other than the workspace folder. */
function matcher({ command, folder }: Definition): string {
  const below = folder === undefined || folder === "" || folder === "." ? "" : "-below";
  return command === "watch" ? `$platformc-watch${below}` : `$platformc${below}`;
}
