import * as vscode from "vscode";
import { LanguageClient, State } from "vscode-languageclient/node";

import { commandOrAdvice } from "./binary";
import { KnownCommands } from "./references";
import { show } from "./text";

const SELECTOR = [{ scheme: "file", language: "platformc" }];

/** The language server: at most one runs. */
export class Server implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel("platformc", { log: true });
  private readonly status = vscode.languages.createLanguageStatusItem("platformc", SELECTOR);
  private client: LanguageClient | undefined;
  private turn: Promise<void> = Promise.resolve();

  /** Starts it, or starts it again. Whoever asks meanwhile has the next turn. */
  restart(): Promise<void> {
    return this.next(async () => {
      await this.end();
      await this.begin();
    });
  }

  /** Stops it. */
  stop(): Promise<void> {
    return this.next(() => this.end());
  }

  dispose(): void {
    this.status.dispose();
    this.log.dispose();
  }

  private next(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }

  private async begin(): Promise<void> {
    this.status.text = "platformc";
    const command = commandOrAdvice();
    if (command === undefined) {
      return;
    }
    this.log.info(`starting ${command} lsp`);
    const client = new LanguageClient("platformc", "platformc", { command, args: ["lsp"] }, {
      documentSelector: SELECTOR,
      outputChannel: this.log,
      traceOutputChannel: this.log,
      diagnosticCollectionName: "platformc",
      middleware: { executeCommand: async (command, values, next) => answered(await next(command, values)) },
    });
    client.registerFeature(new KnownCommands());
    client.onDidChangeState(({ newState }) => this.tell(newState, client));
    this.client = client;
    await client.start().catch((error: unknown) => this.log.error(String(error)));
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => this.log.error(String(error)));
  }

  private tell(state: State, client: LanguageClient): void {
    const info = client.initializeResult?.serverInfo;
    this.status.busy = state === State.Starting;
    this.status.text = state === State.Running && info ? `${info.name} ${info.version}` : "platformc";
    this.status.severity = state === State.Stopped ? vscode.LanguageStatusSeverity.Error : vscode.LanguageStatusSeverity.Information;
    this.status.detail = state === State.Stopped ? "the language server does not run" : "the language server";
    this.status.command = { command: "platformc.restart", title: "Restart" };
  }
}

/** What a command of the server answers as a text is shown, wherever it was called from. */
export async function answered(answer: unknown): Promise<unknown> {
  if (isText(answer)) {
    await (answer.show === undefined ? show(nameOf(answer), answer.text) : vscode.window.showTextDocument(vscode.Uri.parse(answer.show)));
  }
  return answer;
}

/** A text of the server's; `show` is where it stands on the disk, if it does. */
interface Text {
  title: string;
  language: string;
  text: string;
  show?: string;
}

function isText(answer: unknown): answer is Text {
  return typeof answer === "object" && answer !== null && "text" in answer && "title" in answer && "language" in answer;
}

function nameOf({ title, language }: Text): string {
  return `${title.replaceAll("/", "-")}.${{ markdown: "md", text: "txt" }[language] ?? language}`;
}
