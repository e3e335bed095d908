// Colours every file that it is given. Nothing in a valid file may be `invalid`, and no text but blanks without a scope.
// Which words have which scope in the examples is compared with `examples.snap`; `UPDATE=1` writes that anew.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const SNAPSHOT = here('examples.snap');
const ROOT = 'source.pf';
// Free text would make the snapshot as long as the examples.
const FREE = /^(comment|string|constant\.numeric)/;

async function grammar() {
  const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
  await oniguruma.loadWASM(readFileSync(wasm).buffer);
  const path = here('../syntaxes/platform.tmLanguage.json');
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(path, 'utf8'), path),
  });
  return registry.loadGrammar(ROOT);
}

function* tokens(grammar, text) {
  let stack = textmate.INITIAL;
  for (const [number, line] of text.split(/\r?\n/).entries()) {
    const found = grammar.tokenizeLine(line, stack);
    stack = found.ruleStack;
    for (const { startIndex, endIndex, scopes } of found.tokens) {
      yield { line: number + 1, text: line.slice(startIndex, endIndex).trim(), scopes };
    }
  }
  if (stack.depth > 1) yield { line: 'end', text: 'something that is still open', scopes: [ROOT, 'invalid.open'] };
}

const complaint = ({ text, scopes }) => {
  if (text === '') return undefined;
  const invalid = scopes.find((scope) => scope.startsWith('invalid.'));
  return invalid ?? (scopes.at(-1) === ROOT ? 'no scope' : undefined);
};

const files = readFileSync(0, 'utf8').split('\n').filter(Boolean);
const found = new Map();
let complaints = 0;
const language = await grammar();
for (const file of files) {
  for (const token of tokens(language, readFileSync(file, 'utf8'))) {
    const wrong = complaint(token);
    if (wrong) {
      complaints += 1;
      console.error(`${basename(file)}:${token.line}: ${wrong}: ${token.text}`);
    }
    const scope = token.scopes.at(-1);
    if (!basename(file).startsWith('examples+') || token.text === '' || FREE.test(scope)) continue;
    found.set(scope, (found.get(scope) ?? new Set()).add(token.text));
  }
}

const wrapped = (words) =>
  words.reduce((lines, word) => {
    const line = lines.at(-1);
    if (line && line.length + word.length < 120) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
    return lines;
  }, []);
const snapshot = [...found.keys()]
  .sort()
  .map((scope) => [scope, ...wrapped([...found.get(scope)].sort())].join('\n'))
  .join('\n\n')
  .concat('\n');
if (process.env.UPDATE) writeFileSync(SNAPSHOT, snapshot);
const isCurrent = readFileSync(SNAPSHOT, 'utf8') === snapshot;
if (!isCurrent) console.error('examples.snap differs: run `UPDATE=1 editors/test.sh` and read the diff');
console.log(`${files.length} files, ${complaints} complaints`);
process.exitCode = complaints === 0 && isCurrent && files.length > 0 ? 0 : 1;
