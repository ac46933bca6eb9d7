// The server's interface as a program uses it.
import type { components } from '../../core/src/api/schema';

export type Deployment = components['schemas']['DeploymentView'];
export type Log = components['schemas']['LogList'];
export type Session = components['schemas']['SessionView'];

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: { detail?: string; code?: string },
  ) {
    super(`${status} ${problem.detail ?? ''}`);
  }
}

export class Api {
  token: string | null = null;
  constructor(readonly address: string) {}

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.address + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const content: unknown = text ? JSON.parse(text) : null;
    if (!answer.ok) throw new Refused(answer.status, (content ?? {}) as Refused['problem']);
    return content as T;
  }

  get = <T>(path: string) => this.ask<T>('GET', path);
  post = <T>(path: string, body: unknown = {}) => this.ask<T>('POST', path, body);

  isReady = () =>
    fetch(`${this.address}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );

  login = async (username: string, password: string) =>
    (await this.post<{ token: string }>('/api/admin/login', { username, password })).token;

  deploy = (version: string, options: object = {}, environment = 'demo') =>
    this.post<Deployment>(`/api/environments/${environment}/deploy`, { version, options });
  deployment = (id: string) => this.get<Deployment>(`/api/deployments/${id}`);
  act = (id: string, action: string, body: object = {}) =>
    this.post<Deployment>(`/api/deployments/${id}/${action}`, body);
  logs = async (id: string) => (await this.get<Log>(`/api/deployments/${id}/logs?limit=1000`)).items;
}
