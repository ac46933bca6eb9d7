// What runs for a site. Replicas and HAProxy outlive the server, so they are found by the site's folder.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { until } from './until';

/** Processes whose command line or working folder lies below the folder. */
export function processesBelow(folder: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      return line.includes(folder) || readlinkSync(`/proc/${name}/cwd`).startsWith(folder)
        ? [Number(name)]
        : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

export async function endBelow(folder: string): Promise<void> {
  await until(`everything below ${folder} has ended`, () => {
    const left = processesBelow(folder);
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended meanwhile
      }
    }
    return left.length === 0;
  });
}
