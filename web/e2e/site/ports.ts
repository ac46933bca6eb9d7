// A range of ports of 127.0.0.1 for one site: below those of the system, and no other run's.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

export interface Ports {
  first: number;
  count: number;
  release: () => void;
}

const folder = '/tmp/pilothouse-e2e-ports';
const begin = 14_000;
const count = 50;
const slots = 110;

export async function takePorts(): Promise<Ports> {
  mkdirSync(folder, { recursive: true });
  for (let slot = 0; slot < slots; slot += 1) {
    const file = `${folder}/${slot}`;
    if (!claim(file)) continue;
    const first = begin + slot * count;
    const free = await Promise.all([0, 1, 2, 3, 10, 11].map((offset) => isFree(first + offset)));
    if (free.every(Boolean)) return { first, count, release: () => rmSync(file, { force: true }) };
    rmSync(file, { force: true });
  }
  throw new Error('too many sites at once');
}

/** A file with the pid of whoever has the range; one whose process is gone is taken over. */
function claim(file: string): boolean {
  try {
    if (existsSync(file) && !existsSync(`/proc/${readFileSync(file, 'utf8')}`)) rmSync(file);
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
