// For looking at a build before a server serves it: `npm run build && npm run serve`. It serves react/dist under the
// content security policy of production, and forwards /api and /socket.io, upgrades too, to PILOTHOUSE_SERVER.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';

const server = new URL(process.env.PILOTHOUSE_SERVER ?? 'http://127.0.0.1:7410');
const port = Number(process.env.PORT ?? 7400);
const dist = join(import.meta.dirname, '..', 'react', 'dist');

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** The server takes changes from its own origin only. */
function forwarded(incoming) {
  const headers = { ...incoming.headers, host: server.host };
  if (headers.origin) headers.origin = server.origin;
  return {
    hostname: server.hostname,
    port: server.port,
    method: incoming.method,
    path: incoming.url,
    headers,
  };
}

function forward(incoming, outgoing) {
  const asked = request(forwarded(incoming), (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  asked.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(asked);
}

function serveFile(incoming, outgoing) {
  const path = normalize(decodeURIComponent(new URL(incoming.url, 'http://local').pathname));
  const wanted = join(dist, path);
  const file =
    wanted.startsWith(dist) && existsSync(wanted) && statSync(wanted).isFile()
      ? wanted
      : join(dist, 'index.html');
  outgoing.writeHead(200, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Security-Policy': policy,
  });
  createReadStream(file).pipe(outgoing);
}

const isForwarded = (url) => /^\/(api|socket\.io|healthz|readyz|metrics)(\/|\?|$)/.test(url);

createServer((incoming, outgoing) => (isForwarded(incoming.url) ? forward : serveFile)(incoming, outgoing))
  .on('upgrade', (incoming, socket, head) => {
    const asked = request(forwarded(incoming));
    asked.on('upgrade', (answer, upstream, first) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      if (first.length > 0) socket.write(first);
      if (head.length > 0) upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    asked.on('response', () => socket.destroy());
    asked.on('error', () => socket.destroy());
    asked.end();
  })
  .listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port} shows ${server.origin}`));
