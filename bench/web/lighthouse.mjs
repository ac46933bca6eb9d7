// lighthouse.mjs [--runs 5] [--pages dist]: what Lighthouse says of the first pages, desktop, median; and the size of the first script.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import lighthouse, { desktopConfig } from 'lighthouse';
import { executable, flags, percentile, table } from './chromium.mjs';
import { freePort, startPortal, until } from './portal.mjs';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, pages: { type: 'string' } },
});
const runs = Number(values.runs);
const categories = ['performance', 'accessibility', 'best-practices'];

async function openBrowser() {
  const profile = mkdtempSync('/tmp/ph-lighthouse-');
  const port = await freePort();
  const words = [
    ...flags,
    '--headless=new',
    `--remote-debugging-port=${port}`,
    `--user-data-dir=${profile}`,
    'about:blank',
  ];
  const child = spawn(executable, words, { stdio: 'ignore', detached: true });
  await until('the browser listens', () =>
    fetch(`http://127.0.0.1:${port}/json/version`).then(
      () => true,
      () => false,
    ),
  );
  const stop = async () => {
    const ended = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL'); // its group: the browser and what it started
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { port, stop };
}

async function measure(name, url, port, headers) {
  const found = [];
  for (let run = 0; run < runs; run += 1) {
    const result = await lighthouse(
      url,
      { port, output: 'json', logLevel: 'error', onlyCategories: categories, extraHeaders: headers },
      desktopConfig,
    );
    const { categories: scores, audits } = result.lhr;
    found.push({
      ...Object.fromEntries(categories.map((one) => [one, Math.round(100 * scores[one].score)])),
      lcp_ms: Math.round(audits['largest-contentful-paint'].numericValue),
      tbt_ms: Math.round(audits['total-blocking-time'].numericValue),
      cls: Number(audits['cumulative-layout-shift'].numericValue.toFixed(3)),
    });
    const failed = Object.values(result.lhr.audits).filter(
      (one) => one.score !== null && one.score < 0.9 && one.scoreDisplayMode === 'binary',
    );
    if (run === 0) for (const one of failed) console.error(`${name}: ${one.id}: ${one.title}`);
  }
  const keys = Object.keys(found[0]);
  return {
    page: name,
    ...Object.fromEntries(
      keys.map((key) => [
        key,
        percentile(
          found.map((one) => one[key]),
          0.5,
        ),
      ]),
    ),
  };
}

/** What index.html makes the browser load before anything is shown. */
async function firstScripts(origin) {
  const html = await (await fetch(origin, { headers: { Accept: 'text/html' } })).text();
  let bytes = 0;
  for (const [, path] of html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)) {
    const script = Buffer.from(await (await fetch(origin + path)).arrayBuffer());
    bytes += gzipSync(script, { level: 9 }).length;
  }
  return bytes;
}

const portal = await startPortal({ pages: values.pages });
try {
  const browser = await openBrowser();
  try {
    const rows = [
      await measure('sign-in', `${portal.origin}/`, browser.port),
      await measure('dashboard', `${portal.origin}/`, browser.port, { Cookie: `pilothouse=${portal.token}` }),
    ];
    const first_script_gzip_bytes = await firstScripts(portal.origin);
    console.log(table(rows));
    console.log(`first load: ${(first_script_gzip_bytes / 1024).toFixed(1)} KiB of script, gzip`);
    console.log(JSON.stringify({ runs, pages: rows, first_script_gzip_bytes }));
  } finally {
    await browser.stop();
  }
} finally {
  await portal.stop();
}
