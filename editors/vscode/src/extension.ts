import * as vscode from "vscode";

import { commands } from "./commands";
import { registerShowReferences } from "./references";
import { Server } from "./server";
import { Tasks, TYPE } from "./tasks";
import { texts } from "./text";

let server: Server | undefined;

/** Called by the editor when a platform is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = (server = new Server());
  const registered = Object.entries(commands(context, started)).map(([id, run]) => vscode.commands.registerCommand(id, run));
  context.subscriptions.push(
    started,
    texts.register(),
    registerShowReferences(),
    vscode.tasks.registerTaskProvider(TYPE, new Tasks()),
    vscode.workspace.onDidChangeConfiguration((event) => event.affectsConfiguration("platformc.path") && started.restart()),
    ...registered,
  );
  await started.restart();
}

/** Called by the editor when it closes. */
export async function deactivate(): Promise<void> {
  await server?.stop();
}
