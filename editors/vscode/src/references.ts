import * as vscode from "vscode";
import type { ClientCapabilities, FeatureState, Position, StaticFeature } from "vscode-languageclient/node";

const SHOW_REFERENCES = "platformc.showReferences";

/** Tells the server which commands of the editor a lens may lead to. */
export class KnownCommands implements StaticFeature {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...capabilities.experimental, commands: { commands: [SHOW_REFERENCES] } };
  }
  getState(): FeatureState {
    return { kind: "static" };
  }
  initialize(): void {}
  clear(): void {}
}

/** The command of a lens: it shows where a name is used. */
export function registerShowReferences(): vscode.Disposable {
  return vscode.commands.registerCommand(SHOW_REFERENCES, async (uri: string, position: Position) => {
    const file = vscode.Uri.parse(uri);
    const at = new vscode.Position(position.line, position.character);
    const places = await vscode.commands.executeCommand<vscode.Location[]>("vscode.executeReferenceProvider", file, at);
    await vscode.commands.executeCommand("editor.action.showReferences", file, at, places ?? []);
  });
}
