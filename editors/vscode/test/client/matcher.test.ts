import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { edit, example, manifest, PLATFORMC, printed, printedOnTerminal, until, withoutColour } from "./support";

interface Problem {
  code: string;
  severity: string;
  message: string;
  file: string;
  line: number;
  column: number;
}

const { problemPatterns, problemMatchers } = manifest()["contributes"];
const patterns: Record<string, any>[] = problemPatterns[0].patterns;

/** What the editor finds: patterns of several lines fit lines that follow each other. */
function problems(text: string): Problem[] {
  const lines = text.split("\n");
  return lines.flatMap((_, start) => {
    const found: Record<string, string> = {};
    const fits = patterns.every((pattern, index) => {
      const match = new RegExp(pattern["regexp"]).exec(lines[start + index] ?? "");
      for (const [key, group] of Object.entries(pattern).filter(([, group]) => typeof group === "number")) {
        found[key] = match?.[group as number] ?? "";
      }
      return match !== null;
    });
    return fits ? [{ ...found, line: Number(found["line"]), column: Number(found["column"]) } as unknown as Problem] : [];
  });
}

/** A platform with an error in each of two files, and a warning. */
function wrong(): string {
  const folder = example("tutorial");
  edit(join(folder, "platform.pf"), "owner     = platform  #", "owner     = platfrm  #");
  edit(join(folder, "teams.pf"), 'contact = "#platform"', 'contct = "#platform"');
  return folder;
}

/** The same findings as programs read them. */
function expected(folder: string): Problem[] {
  const { stdout } = spawnSync(PLATFORMC, ["check", "--format", "json"], { cwd: folder, encoding: "utf8" });
  return JSON.parse(stdout).map((finding: any) => ({
    code: finding.code,
    severity: finding.severity === "error" ? "Error" : "Warning",
    message: finding.message,
    file: finding.file,
    line: finding.start.line,
    column: finding.start.column,
  }));
}

const sorted = (all: Problem[]) => all.map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();

describe("the matcher", () => {
  it("finds every finding of a check, and nothing else", () => {
    const folder = wrong();
    const found = problems(printed(["check"], folder));
    assert.ok(found.length >= 2);
    assert.deepEqual(sorted(found), sorted(expected(folder)));
  });

  it("finds them on a terminal, in colour and between lines of boxes", () => {
    const folder = wrong();
    const text = printedOnTerminal(["build"], folder);
    assert.match(text, /\x1b\[/);
    assert.match(text, /╭/);
    assert.deepEqual(sorted(problems(withoutColour(text))), sorted(expected(folder)));
  });

  it("tells warnings from errors", () => {
    const folder = example("tutorial");
    edit(join(folder, "platform.pf"), 'import "teams.pf"', 'import "nothing/*.pf"\nimport "teams.pf"');
    const all = expected(folder);
    assert.deepEqual(all.map((finding) => finding.severity), ["Warning"]);
    assert.deepEqual(sorted(problems(printed(["check"], folder))), sorted(all));
  });

  it("finds nothing where nothing is wrong", () => {
    assert.deepEqual(problems(printed(["build"], example("tutorial"))), []);
  });

  it("says the same of every kind of matcher", () => {
    for (const matcher of problemMatchers) {
      assert.equal(matcher.pattern, `$${problemPatterns[0].name}`);
      // The language server's findings of the same files stand under the same owner, and replace these.
      assert.equal(matcher.owner, "platformc");
      assert.equal(matcher.applyTo, "closedDocuments");
    }
  });
});

describe("the matcher of watch", () => {
  const { background } = problemMatchers.find((matcher: any) => matcher.name === "platformc-watch");
  const [begins, ends] = [background.beginsPattern, background.endsPattern].map((pattern: string) => new RegExp(pattern));

  it("sees each build begin and end, whatever comes of it", async () => {
    const folder = example("tutorial");
    const main = join(folder, "platform.pf");
    const child = spawn("script", ["-qefc", `'${PLATFORMC}' watch`, "/dev/null"], { cwd: folder, env: { ...process.env, TERM: "xterm" } });
    after(() => child.kill());
    let text = "";
    child.stdout.on("data", (data) => (text += data));
    const ended = () => withoutColour(text).split("\n").filter((line) => ends!.test(line));
    const began = () => withoutColour(text).split("\n").filter((line) => begins!.test(line));
    await until("the first build", () => ended().some((line) => line.includes("created")));
    assert.ok(began().length >= 1);

    const sound = readFileSync(main, "utf8");
    let before = ended().length;
    const begun = began().length;
    writeFileSync(main, sound.replace("owner     = platform  #", "owner     = platfrm  #"));
    await until("a build with an error", () => ended().length > before);
    assert.ok(began().length > begun, "the findings of the last build are forgotten");
    assert.deepEqual(problems(withoutColour(text)).map((found) => found.code), ["PF0203"]);

    before = ended().length;
    writeFileSync(main, sound);
    await until("a build that succeeds", () => ended().length > before);
    child.kill();
  });
});
