// What may be imported where: the core knows no framework, charts are loaded only when there is one to draw.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const frameworks = /^(react|react-dom|vue|@vue|preact|svelte|solid-js|@angular)(\/|$)/;

const rules = [
  { folder: 'core/src', refused: (name) => frameworks.test(name), why: 'the core imports no framework' },
  {
    folder: 'core/src',
    refused: (name) => /\.css$/.test(name),
    why: 'style sheets are imported by the views',
  },
  {
    folder: 'react/src',
    refused: (name, file) =>
      (name === 'uplot' || name === '@pilothouse/core/charts') && !file.startsWith('react/src/charts/'),
    why: 'charts live in react/src/charts, in a chunk of their own',
  },
  {
    folder: 'react/src',
    refused: (name) => /^@pilothouse\/core\/(?!charts$|styles\/|testing$)/.test(name),
    why: 'the views use what the core exports',
  },
  {
    folder: 'react/src',
    refused: (name, file) => name === '@pilothouse/core/testing' && !/\.test\.tsx?$/.test(file),
    why: 'fakes are for tests',
  },
];

const root = join(import.meta.dirname, '..');

function filesOf(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const problems = rules.flatMap(({ folder, refused, why }) =>
  filesOf(folder).flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)]
      .filter(([, name]) => refused(name, file))
      .map(([, name]) => `${file} imports ${name}: ${why}`),
  ),
);

for (const problem of problems) console.error(problem);
process.exit(problems.length > 0 ? 1 : 0);
