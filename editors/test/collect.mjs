// Lays every `.pf` file of the project, and every `pf` block of its Markdown that is no example of a syntax error, below
// one folder, and prints their paths.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const [root, out] = process.argv.slice(2);
const LEFT_OUT = new Set(['.git', 'node_modules', 'target', 'expected', 'infra', 'editors']);
const BLOCK = /^```pf([^\n]*)\n([^]*?)^```$/gm;
// The family of codes for what can't be read.
const BROKEN = /\[PF01\d\d\]/;

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

function* sources(path) {
  const name = relative(root, path).split(sep).join('+');
  if (path.endsWith('.pf')) yield [name, readFileSync(path, 'utf8')];
  if (!path.endsWith('.md')) return;
  let count = 0;
  for (const [, , block] of readFileSync(path, 'utf8').matchAll(BLOCK)) {
    count += 1;
    if (!BROKEN.test(block)) yield [`${name}+${count}.pf`, block];
  }
}

for (const path of files(root)) {
  for (const [name, text] of sources(path)) {
    const target = join(out, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    console.log(target);
  }
}
