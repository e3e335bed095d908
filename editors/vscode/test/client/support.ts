import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** The extension's folder, which tests run in. */
export const EXTENSION = process.cwd();
/** What the package holds, taken out of it. */
export const PACKAGED = join(EXTENSION, "out/package/extension");
export const ROOT = resolve(EXTENSION, "../..");
export const PLATFORMC = process.env["PLATFORMC"] ?? join(ROOT, "target/debug/platformc");

/** A folder of its own, which goes with the process. */
export function folder(): string {
  const made = realpathSync(mkdtempSync(join(tmpdir(), "platformc-vscode-")));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** A copy of an example. */
export function example(name: string, into = folder()): string {
  cpSync(join(ROOT, "examples", name), into, { recursive: true });
  return into;
}

export function edit(file: string, old: string, other: string): void {
  const text = readFileSync(file, "utf8");
  if (!text.includes(old)) {
    throw new Error(`${file} has no ${old}`);
  }
  writeFileSync(file, text.replace(old, other));
}

/** What a command prints on standard error, whatever it thinks of the platform. */
export function printed(args: string[], cwd: string): string {
  return spawnSync(PLATFORMC, args, { cwd, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } }).stderr;
}

/** The same on a terminal, in colour. */
export function printedOnTerminal(args: string[], cwd: string): string {
  const line = [PLATFORMC, ...args].map((word) => `'${word}'`).join(" ");
  const env = { ...process.env, TERM: "xterm-256color", NO_COLOR: "" };
  return spawnSync("script", ["-qec", line, "/dev/null"], { cwd, encoding: "utf8", env }).stdout;
}

/** As the editor does before it looks for problems. */
export function withoutColour(text: string): string {
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r\n", "\n");
}

export function manifest(): Record<string, any> {
  return JSON.parse(readFileSync(join(EXTENSION, "package.json"), "utf8"));
}

export async function until<T>(what: string, look: () => T | undefined | false, patience = 30_000): Promise<T> {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const found = look();
    if (found) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain for ${what}`);
}
