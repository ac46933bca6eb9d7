// soak.mjs [--minutes 10] [--rate 200]: the page of a deployment under a stream of events: memory, nodes, and how soon an event is seen.
// It shows web/react/dist: build it first.
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { executable, flags, percentile, table } from './chromium.mjs';
import { id, startFeed } from './feed.mjs';
import { freePort } from './portal.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, rate: { type: 'string', default: '200' } },
});
const minutes = Number(values.minutes);
const rate = Number(values.rate);
const tickMs = 20;
const lookMs = 10_000;

/** In the page: of each line of the log that was painted, how long ago it was sent. */
function watch() {
  globalThis.delays = [];
  let newest = 0;
  const look = () => {
    for (const line of document.querySelectorAll('[role=log] li')) {
      const [, sent, number] = /sent (\d+) number (\d+)/.exec(line.textContent) ?? [];
      if (Number(number) <= newest || sent === undefined) continue;
      newest = Number(number);
      fresh.push(Number(sent));
    }
  };
  let fresh = [];
  new MutationObserver(() => {
    const before = fresh.length;
    look();
    if (before > 0 || fresh.length === 0) return;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        for (const sent of fresh) globalThis.delays.push(Date.now() - sent);
        fresh = [];
      };
      port2.postMessage(null); // after the frame was painted
    });
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}

const feed = await startFeed(await freePort());
const browser = await chromium.launch({ executablePath: executable, args: flags });
try {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1400 } });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${feed.origin}/deployments/${id}`);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.getByRole('log').or(page.getByText('No line was written yet.')).waitFor();
  await page.evaluate(watch);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Performance.enable');

  const rows = [];
  let all = [];
  async function lookAt(seconds) {
    await devtools.send('HeapProfiler.collectGarbage');
    const { metrics } = await devtools.send('Performance.getMetrics');
    const metric = (name) => metrics.find((one) => one.name === name).value;
    const delays = await page.evaluate(() => globalThis.delays.splice(0));
    all = all.concat(delays);
    rows.push({
      seconds,
      events: feed.sent(),
      heap_mb: (metric('JSHeapUsedSize') / 2 ** 20).toFixed(1),
      nodes: metric('Nodes'),
      listeners: metric('JSEventListeners'),
      script_s: metric('ScriptDuration').toFixed(1),
      task_s: metric('TaskDuration').toFixed(1),
      p50_ms: delays.length > 0 ? percentile(delays, 0.5) : '-',
      p95_ms: delays.length > 0 ? percentile(delays, 0.95) : '-',
    });
    console.error(JSON.stringify(rows.at(-1)));
  }

  const began = Date.now();
  const timer = setInterval(() => {
    const due = ((Date.now() - began) / 1000) * rate;
    while (feed.sent() < due) feed.send();
  }, tickMs);
  const end = began + minutes * 60_000;
  while (Date.now() < end) {
    await new Promise((go) => setTimeout(go, Math.min(lookMs, Math.max(1, end - Date.now()))));
    await lookAt(Math.round((Date.now() - began) / 1000));
  }
  clearInterval(timer);
  console.log(table(rows));
  const summary = {
    minutes,
    rate,
    events: feed.sent(),
    seen: all.length,
    p50_ms: percentile(all, 0.5),
    p95_ms: percentile(all, 0.95),
    p99_ms: percentile(all, 0.99),
    heap_mb_first: Number(rows[0].heap_mb),
    heap_mb_last: Number(rows.at(-1).heap_mb),
    nodes_first: rows[0].nodes,
    nodes_last: rows.at(-1).nodes,
    errors,
  };
  console.log(JSON.stringify(summary));
} finally {
  await browser.close();
  await feed.stop();
}
