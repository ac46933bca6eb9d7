// Prints the sizes of a build, compressed as they are sent, and fails when the first page has to load too much script.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const budgets = { firstScript: 190, firstStyle: 15, chunk: 110 };

const dist = process.argv[2];
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const files = readdirSync(join(dist, 'assets'))
  .filter((name) => /\.(js|css)$/.test(name))
  .map((name) => {
    const content = readFileSync(join(dist, 'assets', name));
    return {
      name,
      first: html.includes(name),
      raw: content.length / 1024,
      gzip: gzipSync(content, { level: 9 }).length / 1024,
    };
  })
  .sort((a, b) => Number(b.first) - Number(a.first) || b.gzip - a.gzip);

for (const { name, first, raw, gzip } of files)
  console.log(
    `${first ? 'first' : 'later'}  ${name.padEnd(40)} ${raw.toFixed(1).padStart(8)} KiB ${gzip.toFixed(1).padStart(8)} KiB gzip`,
  );

const total = (test) => files.filter(test).reduce((sum, file) => sum + file.gzip, 0);
const firstScript = total((file) => file.first && file.name.endsWith('.js'));
const firstStyle = total((file) => file.first && file.name.endsWith('.css'));
console.log(
  `first load: ${firstScript.toFixed(1)} KiB of script (budget ${budgets.firstScript}), ${firstStyle.toFixed(1)} KiB of style (budget ${budgets.firstStyle})`,
);

const tooLarge = files.filter((file) => !file.first && file.gzip > budgets.chunk).map((file) => file.name);
if (firstScript > budgets.firstScript || firstStyle > budgets.firstStyle || tooLarge.length > 0) {
  console.error(`over the budget${tooLarge.length > 0 ? `: ${tooLarge.join(', ')}` : ''}`);
  process.exit(1);
}
