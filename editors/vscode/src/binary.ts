import { accessSync, constants, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import * as vscode from "vscode";

/** Where the command is looked for. */
export interface Surroundings {
  /** The setting `platformc.path`. */
  setting: string;
  /** The first folder of the workspace, from which a relative setting is seen. */
  folder: string | undefined;
  path: string | undefined;
  home: string;
  /** What the names of executables end in. */
  endings: string[];
}

/** The command, or why there is none. */
export type Found = { command: string } | { problem: string };

/** Finds the command: what the setting says, or else the first on the PATH. */
export function find(around: Surroundings): Found {
  const setting = around.setting.trim();
  if (setting !== "") {
    const command = named(setting, around);
    return isExecutable(command) ? { command } : { problem: `The setting platformc.path says ${command}, which is no file that can be run.` };
  }
  const folders = (around.path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const candidates = folders.flatMap((folder) => around.endings.map((ending) => join(folder, `platformc${ending}`)));
  const command = candidates.find(isExecutable);
  return command === undefined ? { problem: "There is no platformc on the PATH." } : { command };
}

/** What the editor says about its surroundings. */
export function surroundings(): Surroundings {
  return {
    setting: vscode.workspace.getConfiguration("platformc").get<string>("path", ""),
    folder: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
    path: process.env["PATH"],
    home: homedir(),
    endings: process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""],
  };
}

/** The command; where there is none, the user is told so, and nobody waits for what follows from that. */
export function commandOrAdvice(): string | undefined {
  const found = find(surroundings());
  if ("command" in found) {
    return found.command;
  }
  void advise(found.problem);
  return undefined;
}

async function advise(problem: string): Promise<void> {
  const open = "Open the Setting";
  const advice = `${problem} Install platformc, or say in the setting where it is.`;
  if ((await vscode.window.showErrorMessage(advice, open)) === open) {
    await vscode.commands.executeCommand("workbench.action.openSettings", "platformc.path");
  }
}

function named(setting: string, around: Surroundings): string {
  const path = /^~(?=[/\\]|$)/.test(setting) ? join(around.home, setting.slice(1)) : setting;
  return around.folder === undefined ? resolve(path) : resolve(around.folder, path);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
