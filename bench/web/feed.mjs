// A server for the page of one deployment: the built pages, answers that never change, and events as fast as they are wanted.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, resolve } from 'node:path';
import { Server } from 'socket.io';

const dist = resolve(import.meta.dirname, '../../web/react/dist');
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const beganAt = Date.now();
export const id = '01kdv0000000000000000000aa';
const began = new Date(beganAt).toISOString();

const step = (number, kind, weight_percent, text) => ({
  component: 'web',
  number,
  kind,
  weight_percent,
  new_replicas: 3,
  old_replicas: 3,
  at_least_seconds: 30,
  text,
});
const rate = (version, requests) => ({
  version,
  requests,
  failures: 0,
  error_percent: 0,
  at_least_percent: 0,
  at_most_percent: 2,
});
const component = (requests, weight_percent) => ({
  name: 'web',
  from_version: '1.0.0',
  step: 3,
  steps: 6,
  weight_percent,
  verdict: 'not_enough_data',
  reason: `${requests} requests`,
  phase: 'progressing',
  since: began,
  canary: rate('1.1.0', requests),
  stable: rate('1.0.0', 3 * requests),
  judgement: '',
  judge: {
    enabled: true,
    risk: 0.01,
    margin_percent: 2,
    min_requests: 20,
    first_limit_percent: 5,
    on_no_data: 'hold',
    on_source_down: 'hold',
    max_wait: '1h',
  },
  plan: [
    step(1, 'prepare', 0, 'start 3 replicas'),
    step(2, 'shift', 25, 'send 25 %'),
    step(3, 'bake', 25, 'watch'),
    step(4, 'shift', 100, 'send 100 %'),
    step(5, 'promote', 100, 'promote'),
    step(6, 'retire', 100, 'retire'),
  ],
});
const deployment = (requests = 0) => ({
  id,
  environment: 'demo',
  version: '1.1.0',
  strategy: 'canary',
  status: 'deploying',
  phase: 'progressing',
  reason: `${requests} requests`,
  trigger: 'api',
  actor: 'alice',
  created_at: began,
  started_at: began,
  completed_at: null,
  observed_at: began,
  retry_of: null,
  rollback_of: null,
  components: [component(requests, 25)],
  seq: 1,
});
const side = () => ({
  requests: 50,
  failures: Math.random() < 0.1 ? 1 : 0,
  latency_ms: 20 + 5 * Math.random(),
  error_at_least_percent: 0,
  error_at_most_percent: 2,
});
const sampleFrom = (before, now) => ({
  time: new Date(now).toISOString(),
  component: 'web',
  step: 3,
  weight_percent: 25,
  seconds: (now - before) / 1000,
  canary: side(),
  stable: side(),
});
const session = () => ({
  setup_required: false,
  user: 'alice',
  role: 'admin',
  expires_at: null,
  version: '0.1.0',
  sample_data: false,
  time: new Date().toISOString(),
  permissions: [
    'environment_read',
    'deployment_read',
    'deployment_start',
    'deployment_control',
    'event_read',
    'audit_read',
  ],
});

const first = sampleFrom(beganAt - 1000, beganAt);

function answerOf(path) {
  if (path === '/api/admin/session') return session();
  if (path === '/api/realtime/ticket') return { ticket: 'any', expires_at: began };
  if (path === `/api/deployments/${id}`) return deployment();
  if (path === `/api/deployments/${id}/samples`) return { items: [first], next: null };
  return { items: [], next: null };
}

export async function startFeed(port) {
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://local');
    if (pathname.startsWith('/api/')) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      return response.end(JSON.stringify(answerOf(pathname)));
    }
    const wanted = join(dist, pathname);
    const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(dist, 'index.html');
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  const server = new Server(http, { transports: ['websocket', 'polling'] });
  const at = new Map();
  let seq = 1;
  let sent = 0;
  let measuredAt = beganAt;
  server.on('connection', (socket) => {
    socket.on('subscribe', ({ topics }, acknowledge) => {
      const accepted = topics.map(({ topic }) => {
        socket.join(topic);
        at.set(topic, seq);
        const snapshot = topic.startsWith('deployment/')
          ? deployment()
          : topic.startsWith('log/')
            ? { items: [], truncated: false }
            : null;
        return { topic, seq, reset: false, snapshot };
      });
      acknowledge({ accepted, refused: [] });
    });
    socket.on('unsubscribe', ({ topics }, acknowledge) => acknowledge({ left: topics }));
  });

  function emit(name, topic, kind, entity, payload, stored = true) {
    const event = {
      topic,
      seq: stored ? (seq += 1) : 0,
      prev_seq: stored ? (at.get(topic) ?? 0) : 0,
      entity,
      kind,
      payload,
      actor: 'pilothouse',
      time: new Date().toISOString(),
    };
    if (stored) at.set(topic, seq);
    server.to(topic).emit(name, event);
  }

  /** One event in its turn: lines of the log mostly, the deployment often, a measurement now and then. The text holds when it was sent. */
  function send() {
    sent += 1;
    if (sent % 50 === 0) {
      const now = Date.now();
      const sample = sampleFrom(measuredAt, now);
      measuredAt = now;
      emit(
        'monitoring-updated',
        'monitoring/demo',
        'full',
        'demo',
        {
          environment: 'demo',
          observed_at: sample.time,
          components: [
            {
              name: 'web',
              version: '1.0.0',
              health: 'deploying',
              reason: '',
              replicas: [],
              traffic: null,
              deployment: id,
              sample,
            },
          ],
        },
        false,
      );
    } else if (sent % 5 === 0) {
      const { components, ...rest } = deployment(sent);
      emit('deployment-updated', `deployment/${id}`, 'patch', id, { ...rest, components });
    } else
      emit('log-line', `log/${id}`, 'full', id, {
        level: 'info',
        component: 'web',
        step: '3',
        text: `sent ${Date.now()} number ${sent}`,
      });
  }

  await new Promise((go) => http.listen(port, '127.0.0.1', go));
  return { origin: `http://127.0.0.1:${port}`, send, sent: () => sent, stop: () => server.close() };
}
