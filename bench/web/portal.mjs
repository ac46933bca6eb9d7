// A server in a folder of its own, with sample data so that its pages have something to show; and pages in front of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

const environments = `environments:
  - {name: azure-west, provider: azure, type: cloud, region: westeurope, target: sample, components: [{name: rpc, service: besu}]}
  - {name: aws-east, provider: aws, type: cloud, region: us-east-1, target: sample, components: [{name: gateway, service: firefly}]}
`;

export async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export async function until(what, ask) {
  const end = Date.now() + 30_000;
  for (;;) {
    const value = await ask();
    if (value) return value;
    if (Date.now() > end) throw new Error(`not within 30 s: ${what}`);
    await new Promise((go) => setTimeout(go, 50));
  }
}

/** { origin, token, stop }. `pages`: a folder of built pages, instead of those in the program. */
export async function startPortal({ pages } = {}) {
  const program = process.env.PILOTHOUSE_PROGRAM;
  if (!program) throw new Error('PILOTHOUSE_PROGRAM must name the program');
  const folder = mkdtempSync('/tmp/ph-bench-web-');
  const children = [];
  const run = (command, words, log, env) => {
    const out = openSync(join(folder, log), 'a');
    children.push(
      spawn(command, words, { cwd: folder, stdio: ['ignore', out, out], env: { ...process.env, ...env } }),
    );
  };
  const stop = async () => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    writeFileSync(join(folder, 'environments.yaml'), environments);
    const server = `http://127.0.0.1:${await freePort()}`;
    run(resolve(program), ['serve'], 'server.log', {
      PILOTHOUSE_LISTEN: new URL(server).host,
      PILOTHOUSE_DATA_FOLDER: join(folder, 'data'),
      PILOTHOUSE_RUNTIME_FOLDER: join(folder, 'run'),
      PILOTHOUSE_ENVIRONMENTS_FILE: join(folder, 'environments.yaml'),
      PILOTHOUSE_SAMPLE_DATA: 'true',
    });
    const answers = (address) => () =>
      fetch(address).then(
        (answer) => answer.ok,
        () => false,
      );
    await until('the server is ready', answers(`${server}/readyz`));
    const setUp = /set-up token: (\S+)/.exec(readFileSync(join(folder, 'server.log'), 'utf8'))[1];
    const answer = await fetch(`${server}/api/admin/setup`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ token: setUp, username: 'alice', password: 'a long enough password' }),
    });
    const { token } = await answer.json();
    let origin = server;
    if (pages) {
      const port = await freePort();
      origin = `http://127.0.0.1:${port}`;
      const script = resolve(import.meta.dirname, '../../web/scripts/serve.mjs');
      run(process.execPath, [script], 'pages.log', { PILOTHOUSE_SERVER: server, PORT: String(port) });
      await until('the pages are served', answers(origin));
    }
    return { origin, token, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
