import { execFile } from "node:child_process";
import * as vscode from "vscode";

import { commandOrAdvice } from "./binary";

/** What a run of platformc printed. */
export interface Printed {
  out: string;
  error: string;
  code: number;
}

/** Runs platformc in a folder; nothing if there is none. */
export async function run(args: string[], folder: string | undefined): Promise<Printed | undefined> {
  const command = commandOrAdvice();
  if (command === undefined) {
    return undefined;
  }
  const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: "1" } };
  return new Promise((resolve) => {
    execFile(command, args, options, (failure, out, error) => {
      resolve({ out, error: error || (failure && typeof failure.code !== "number" ? failure.message : ""), code: codeOf(failure) });
    });
  });
}

/** What a run printed if it succeeded; otherwise the user is told why not. */
export async function output(args: string[], folder: string | undefined, log: vscode.LogOutputChannel): Promise<string | undefined> {
  const printed = await run(args, folder);
  if (printed === undefined || printed.code === 0) {
    return printed?.out;
  }
  log.error(`platformc ${args.join(" ")}\n${printed.error}`);
  const show = "Show Why";
  void vscode.window.showErrorMessage(`platformc ${args[0]}: ${lastLine(printed.error)}`, show).then((chosen) => chosen && log.show());
  return undefined;
}

function codeOf(failure: { code?: unknown } | null): number {
  if (failure === null) {
    return 0;
  }
  return typeof failure.code === "number" ? failure.code : 1;
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
