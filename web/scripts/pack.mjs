// pack.mjs <folder> <file>: puts a built web interface into one file, each part also compressed, for the server to hold
// in memory (src/pages). First a line of JSON that lists the files, then their bytes.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const types = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const [folder, target] = process.argv.slice(2);
const parts = [];
let size = 0;

function place(bytes) {
  const entry = {
    offset: size,
    size: bytes.length,
    tag: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
  };
  parts.push(bytes);
  size += bytes.length;
  return entry;
}

function packed(name) {
  const type = types[extname(name)];
  if (!type) throw new Error(`${name}: no media type is known for this ending; add it to pack.mjs`);
  const bytes = readFileSync(join(folder, name));
  const path = '/' + name.split(sep).join('/');
  const file = { path, type, immutable: path.startsWith('/assets/'), identity: place(bytes) };
  const smaller = {
    gzip: gzipSync(bytes, { level: 9 }),
    br: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  };
  for (const [coding, compressed] of Object.entries(smaller))
    if (compressed.length < bytes.length * 0.95) file[coding] = place(compressed);
  return file;
}

const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  .sort();
const list = names.map(packed);
if (!list.some((file) => file.path === '/index.html')) throw new Error(`${folder} has no index.html`);
writeFileSync(target, Buffer.concat([Buffer.from(JSON.stringify(list) + '\n'), ...parts]));
