// A real server with its HAProxy, replicas and traffic, in a folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Api, type Deployment } from './api';
import { demoEnvironment, sampleEnvironments, writeVersions } from './declaration';
import { takePorts, type Ports } from './ports';
import { endBelow } from './processes';
import { until } from './until';

export const user = 'alice';
export const password = 'a long enough password';

export interface SiteSettings {
  /** An environment that versions can be deployed to, and its first version. */
  demo?: boolean;
  sampleData?: boolean;
}

const final = new Set(['completed', 'failed']);

export class Site {
  readonly folder = mkdtempSync('/tmp/ph-e2e-');
  readonly program: string;
  /** Of the server. */
  readonly address: string;
  /** Where browsers go: the server, or what serves other pages in front of it. */
  readonly origin: string;
  readonly listen: string;
  readonly api: Api;
  private server: ChildProcess | null = null;
  private others: ChildProcess[] = [];
  private lives = 0;

  private constructor(
    private ports: Ports,
    private settings: SiteSettings,
  ) {
    this.program = resolve(process.env.PILOTHOUSE_PROGRAM!);
    this.address = `http://127.0.0.1:${ports.first}`;
    this.listen = `127.0.0.1:${ports.first + 1}`;
    this.origin = inFront ? `http://127.0.0.1:${ports.first + 2}` : this.address;
    this.api = new Api(this.address);
    writeVersions(this.folder, this.program);
    const environments =
      (settings.demo ? demoEnvironment(this.listen) : '') + (settings.sampleData ? sampleEnvironments : '');
    writeFileSync(join(this.folder, 'environments.yaml'), `environments:${environments || ' []\n'}`);
  }

  static async start(settings: SiteSettings = {}): Promise<Site> {
    const site = new Site(await takePorts(), settings);
    try {
      if (inFront) site.serveBuiltPages();
      await site.startServer();
      await until('the pages are served', () =>
        fetch(site.origin, { headers: { Accept: 'text/html' } }).then(
          (answer) => answer.ok,
          () => false,
        ),
      );
      return site;
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  async startServer(): Promise<void> {
    this.lives += 1;
    const { first, count } = this.ports;
    const firstVersion = this.settings.demo ? ['--first-version', 'demo=1.0.0'] : [];
    this.server = this.run(['serve', ...firstVersion], this.logFile, {
      PILOTHOUSE_LISTEN: `127.0.0.1:${first}`,
      PILOTHOUSE_DATA_FOLDER: join(this.folder, 'data'),
      PILOTHOUSE_RUNTIME_FOLDER: join(this.folder, 'run'),
      PILOTHOUSE_ENVIRONMENTS_FILE: join(this.folder, 'environments.yaml'),
      PILOTHOUSE_PORT_FIRST: String(first + 10),
      PILOTHOUSE_PORT_LAST: String(first + count - 1),
      PILOTHOUSE_SAMPLE_DATA: String(Boolean(this.settings.sampleData)),
    });
    await until('the server is ready', () => {
      if (hasEnded(this.server!)) throw new Error(`the server ended at once: ${this.log()}`);
      return this.api.isReady();
    });
  }

  /** As a machine fails: without a word. */
  async kill(): Promise<void> {
    const ended = once(this.server!, 'exit');
    this.server!.kill('SIGKILL');
    await ended;
  }

  private get logFile(): string {
    return join(this.folder, `server-${this.lives}.log`);
  }

  log = () => readFileSync(this.logFile, 'utf8').slice(-3000);

  /** What the first start printed for whoever makes the first administrator. */
  setUpToken(): string {
    const found = /set-up token: (\S+)/.exec(this.log());
    if (!found) throw new Error(`no set-up token was printed: ${this.log()}`);
    return found[1]!;
  }

  async setUp(): Promise<void> {
    const body = { token: this.setUpToken(), username: user, password };
    this.api.token = (await this.api.post<{ token: string }>('/api/admin/setup', body)).token;
  }

  async startTraffic(): Promise<void> {
    const status = join(this.folder, 'traffic.json');
    const words = ['demo-traffic', '--to', this.listen, '--rate', '100', '--status', status];
    this.others.push(this.run(words, join(this.folder, 'traffic.log')));
    await until('traffic flows', () => statSync(status, { throwIfNoEntry: false })?.size);
  }

  /** The first version is there. */
  async begun(): Promise<void> {
    const first = await until('the first version is asked for', async () => {
      const { items } = await this.api.get<{ items: Deployment[] }>('/api/deployments?limit=1');
      return items[0];
    });
    await this.ended(first.id);
  }

  /** Nothing is under way, and 1.0.0 has the traffic. */
  async settle(): Promise<void> {
    const { items } = await this.api.get<{ items: Deployment[] }>('/api/deployments?limit=20');
    for (const one of items.filter((each) => !final.has(each.status))) {
      await this.api.act(one.id, 'abort').catch(() => undefined); // it may have ended by itself
      await this.ended(one.id);
    }
    const environment = await this.api.get<{ components: { version: string | null }[] }>(
      '/api/environments/demo',
    );
    if (environment.components[0]!.version === '1.0.0') return;
    const back = await this.api.deploy('1.0.0', quick);
    await this.ended(back.id);
  }

  ended = (id: string) => this.reaches(id, 'its end', (one) => final.has(one.status));

  reaches = (id: string, what: string, test: (deployment: Deployment) => boolean) =>
    until(`${id}: ${what}`, async () => {
      const now = await this.api.deployment(id);
      return test(now) && now;
    });

  private serveBuiltPages(): void {
    const script = resolve(import.meta.dirname, '../../scripts/serve.mjs');
    const log = openSync(join(this.folder, 'pages.log'), 'a');
    this.others.push(
      spawn(process.execPath, [script], {
        stdio: ['ignore', log, log],
        cwd: this.folder,
        env: { ...process.env, PILOTHOUSE_SERVER: this.address, PORT: new URL(this.origin).port },
      }),
    );
    closeSync(log);
  }

  private run(words: string[], logFile: string, variables: Record<string, string> = {}): ChildProcess {
    const log = openSync(logFile, 'a');
    const { PILOTHOUSE_PROGRAM: _, PILOTHOUSE_E2E_PAGES: __, ...environment } = process.env;
    const child = spawn(this.program, words, {
      stdio: ['ignore', log, log],
      cwd: this.folder,
      env: { ...environment, ...variables },
    });
    closeSync(log);
    return child;
  }

  async stop(): Promise<void> {
    for (const one of [...this.others, this.server]) if (one && !hasEnded(one)) one.kill('SIGKILL');
    await endBelow(this.folder);
    this.ports.release();
    if (!process.env.PILOTHOUSE_KEEP) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Pages that were built but are not in the program yet. */
const inFront = process.env.PILOTHOUSE_E2E_PAGES === 'dist';

/** For getting somewhere rather than watching it. */
export const quick = {
  strategy: { default: 'canary', weights_percent: [100], bake: '200ms', settle: '100ms', watch: '100ms' },
};

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;
