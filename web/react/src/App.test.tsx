// Given this server, the user sees that.
import { createApp, type App as AppModel } from '@pilothouse/core';
import {
  clusterEvent,
  deployment,
  environment,
  FakeClock,
  FakeServer,
  FakeStorage,
  logEntry,
  problem,
  rollout,
} from '@pilothouse/core/testing';
import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { App } from './App';
import { AppContext } from './hooks/useApp';

const permissions = [
  'environment_read',
  'environment_toggle',
  'deployment_read',
  'deployment_start',
  'deployment_control',
  'audit_read',
];
const session = {
  setup_required: false,
  user: 'alice' as string | null,
  role: 'admin',
  expires_at: null,
  permissions,
  version: '0.1.0',
  sample_data: false,
  time: '2026-11-24T12:00:00Z',
};
const id = deployment().id;

let server: FakeServer;
let clock: FakeClock;
let app: AppModel;

// Pages come when they are needed; a test does not wait for that.
beforeAll(async () => {
  await Promise.all([
    import('./pages/AuditPage'),
    import('./pages/DeploymentPage'),
    import('./pages/DeploymentsPage'),
    import('./pages/EnvironmentPage'),
  ]);
});

beforeEach(() => {
  server = new FakeServer();
  clock = new FakeClock();
  server.on('GET', '/api/admin/session', () => ({ body: session }));
  server.on('GET', '/api/environments', () => ({ body: { items: [environment()], next: null } }));
  server.on('GET', '/api/environments/demo', () => ({ body: environment() }));
  server.on('GET', '/api/environments/demo/status', () => ({ body: { ...environment(), components: [] } }));
  server.on('GET', '/api/deployments', () => ({ body: { items: [deployment()], next: null } }));
  server.on('GET', `/api/deployments/${id}`, () => ({ body: deployment() }));
  server.on('GET', `/api/deployments/${id}/logs`, () => ({
    body: {
      items: [logEntry(1, 'step 1 of 6: prepare'), logEntry(2, 'L7STS 503', { level: 'warning' })],
      next: null,
    },
  }));
});

afterEach(cleanup);

async function open(path: string) {
  const [pathname = '/', search = ''] = path.split(/(?=\?)/);
  app = createApp({
    fetch: server.fetch,
    openSocket: server.openSocket,
    history: {
      location: { pathname, search },
      push: () => undefined,
      replace: () => undefined,
      onPop: () => undefined,
    },
    local: new FakeStorage(),
    perTab: new FakeStorage(),
    clock,
    schedule: (run) => run(),
    newKey: () => 'key',
    onWake: () => undefined,
  });
  app.start();
  render(
    <AppContext value={app}>
      <App />
    </AppContext>,
  );
  await pass(500);
}

/** Time goes by, and pages that are loaded when needed arrive. */
async function pass(ms: number) {
  await act(async () => {
    await clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await clock.advance(0);
  });
}

async function press(name: string | RegExp, within_: { getByRole: typeof screen.getByRole } = screen) {
  fireEvent.click(within_.getByRole('button', { name }));
  await pass(100);
}

const main = () => within(screen.getByRole('main'));

describe('the entrance', () => {
  it('lets somebody in, and says why not', async () => {
    server.on('GET', '/api/admin/session', () => ({ body: { ...session, user: null } }));
    server.on('POST', '/api/admin/login', () =>
      problem(401, 'unauthenticated', 'wrong user name or password'),
    );
    await open('/');
    fireEvent.change(screen.getByLabelText('User name'), { target: { value: 'alice' } });
    fireEvent.change(screen.getByLabelText('Password'), { target: { value: 'secret' } });
    await press('Sign in');
    expect(screen.getByRole('alert').textContent).toContain('wrong user name or password');

    server.on('POST', '/api/admin/login', () => ({ body: {} }));
    server.on('GET', '/api/admin/session', () => ({ body: session }));
    await press('Sign in');
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Dashboard');
  });

  it('explains the set-up token', async () => {
    server.on('GET', '/api/admin/session', () => ({
      body: { ...session, user: null, setup_required: true },
    }));
    await open('/');
    expect(screen.getByLabelText('Set-up token').getAttribute('aria-describedby')).toBe('token-hint');
    expect(document.getElementById('token-hint')!.textContent).toContain(
      'Printed when the server was started',
    );
  });

  it('says what to do about a set-up token that is not taken', async () => {
    server.on('GET', '/api/admin/session', () => ({
      body: { ...session, user: null, setup_required: true },
    }));
    server.on('POST', '/api/admin/setup', () => problem(401, 'unauthenticated', 'the set-up token is wrong'));
    await open('/');
    fireEvent.submit(screen.getByLabelText('Set-up token').closest('form')!);
    await pass(0);
    expect(screen.getByRole('alert').textContent).toContain('restart the server, then try again');
  });
});

describe('the dashboard', () => {
  it('shows environments and deployments as they change', async () => {
    await open('/');
    expect(main().getAllByText('Healthy').length).toBeGreaterThan(0);
    act(
      () =>
        void server.emit('environment/demo', 'service-updated', {
          environment: 'demo',
          component: { name: 'web', health: 'failed', reason: 'no replica takes traffic' },
        }),
    );
    expect(main().getByText('no replica takes traffic')).toBeTruthy();
    act(
      () =>
        void server.emit(`deployment/${id}`, 'deployment-updated', {
          phase: 'paused',
          reason: 'paused at 25 %',
        }),
    );
    expect(main().getAllByText('paused at 25 %').length).toBeGreaterThan(0);
  });

  it('says honestly which sources there are none of', async () => {
    await open('/');
    expect(main().getByText('No source of costs is set up.')).toBeTruthy();
    expect(main().getAllByText('No source of alerts is set up').length).toBeGreaterThan(0);
  });

  it('labels sample data', async () => {
    server.on('GET', '/api/costs/summary', () => ({
      body: {
        currency: 'EUR',
        total: '12.30',
        as_of: session.time,
        sample_data: true,
        by_provider: [],
        by_environment: [],
        days: [],
      },
    }));
    await open('/');
    expect(main().getByText('EUR 12.30').parentElement!.textContent).toContain('Sample data');
  });

  it('says that there is sample data, and removes it', async () => {
    let sample_data = true;
    const allowed = [...permissions, 'sample_data_remove'];
    server.on('GET', '/api/admin/session', () => ({
      body: { ...session, permissions: allowed, sample_data },
    }));
    server.on('DELETE', '/api/admin/sample-data', () => {
      sample_data = false;
      return { status: 204 };
    });
    await open('/deployments');
    await press('Remove sample data');
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByText(/Environments, deployments and everything that was measured stay/)).toBeTruthy();
    await press('Remove sample data', dialog);
    expect(screen.queryByRole('complementary', { name: 'Sample data' })).toBeNull();
  });

  it('closes the hint on sample data, and offers no removal to who may not', async () => {
    server.on('GET', '/api/admin/session', () => ({ body: { ...session, sample_data: true } }));
    await open('/');
    const hint = within(screen.getByRole('complementary', { name: 'Sample data' }));
    expect(hint.queryByRole('button', { name: 'Remove sample data' })).toBeNull();
    expect(hint.getByText(/sample_data_remove/)).toBeTruthy();
    await press('Close the hint; the labels stay');
    expect(screen.queryByRole('complementary', { name: 'Sample data' })).toBeNull();
  });

  it('says since when it is not live, and what it missed', async () => {
    await open('/');
    server.reachable = false;
    act(() => server.dropConnections());
    await pass(5_000);
    expect(screen.getByText(/No live updates since .* What you see may have changed/)).toBeTruthy();
    expect(main().getAllByText(/stale, as of/).length).toBeGreaterThan(0);
    const ended = deployment({ phase: 'completed', status: 'completed', reason: 'serves all', seq: 200 });
    server.on('GET', '/api/deployments', () => ({ body: { items: [ended], next: null } }));
    server.emit(`deployment/${id}`, 'deployment-updated', ended);
    server.reachable = true;
    await press('Try now');
    await pass(2_000);
    expect(screen.queryByText(/What you see may have changed/)).toBeNull();
    expect(app.notices.snapshot().notices).toMatchObject([
      { title: expect.stringMatching(/^Live again after \d s$/), lines: ['demo: 1.1.0, serves all'] },
    ]);
    expect(main().getAllByText('serves all').length).toBeGreaterThan(0);
  });

  it.each([
    { lasts: 500, told: false },
    { lasts: 2_600, told: true },
  ])('tells of an outage of $lasts ms and of its end: $told', async ({ lasts, told }) => {
    await open('/');
    server.reachable = false;
    act(() => server.dropConnections());
    await pass(lasts);
    expect(screen.queryByText(/What you see may have changed/) !== null).toBe(told);
    server.reachable = true;
    app.connection.retryNow();
    await pass(2_000);
    expect(app.notices.snapshot().notices.map((one) => one.title)).toEqual(
      told ? [expect.stringMatching(/^Live again after \d s$/)] : [],
    );
  });
});

describe('the page of a deployment', () => {
  it('has the events of its cluster', async () => {
    server.on('GET', '/api/environments', () => ({
      body: { items: [environment({ target: 'kubernetes' })], next: null },
    }));
    await open(`/deployments/${id}`);
    expect(screen.getByRole('region', { name: 'Events' })).toBeTruthy();
  });

  const action = (name: string) =>
    within(screen.getByRole('group', { name: 'Actions' })).getByRole('button', { name });

  it('tells where it stands and why it waits', async () => {
    await open(`/deployments/${id}`);
    expect(main().getByText('watching 1.1.0 at 25 %')).toBeTruthy();
    expect(main().getByText('Step 3 of 6')).toBeTruthy();
    expect(main().getByRole('img', { name: '25 % to 1.1.0, 75 % to 1.0.0' })).toBeTruthy();
  });

  it('names the consequence before an action, and the reason when it fails', async () => {
    server.on('POST', `/api/deployments/${id}/abort`, () =>
      problem(409, 'conflict', 'cannot abort 1.1.0: it is completed'),
    );
    await open(`/deployments/${id}`);
    fireEvent.click(action('Abort'));
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByText(/1.0.0 gets all of the traffic again/)).toBeTruthy();
    await press('Abort', dialog);
    expect(dialog.getByRole('alert').textContent).toContain('cannot abort 1.1.0: it is completed');
  });

  it('refuses with the reason, and does nothing', async () => {
    await open(`/deployments/${id}`);
    const resume = action('Resume');
    expect(resume.getAttribute('aria-disabled')).toBe('true');
    expect(document.getElementById(resume.getAttribute('aria-describedby')!)!.textContent).toBe(
      'It is not paused.',
    );
    fireEvent.click(resume);
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('filters the log', async () => {
    await open(`/deployments/${id}`);
    fireEvent.change(screen.getByLabelText('Level'), { target: { value: 'warning' } });
    await pass(0);
    expect(main().getByText('1 of 2 lines')).toBeTruthy();
  });

  it('says when there is none', async () => {
    server.on('GET', `/api/deployments/${id}`, () =>
      problem(404, 'not_found', 'there is no such deployment'),
    );
    server.refused.set(`deployment/${id}`, 'there is no such deployment');
    await open(`/deployments/${id}`);
    expect(main().getByRole('alert').textContent).toContain('there is no such deployment');
  });

  it('lets a component be chosen', async () => {
    server.on('GET', `/api/deployments/${id}`, () => ({
      body: deployment({ components: [rollout(), rollout({ name: 'worker', weight_percent: 50 })] }),
    }));
    await open(`/deployments/${id}?component=worker`);
    expect(main().getByRole('img', { name: '50 % to 1.1.0, 50 % to 1.0.0' })).toBeTruthy();
  });
});

describe('the page of an environment', () => {
  it('deploys after showing the plan', async () => {
    server.on('POST', '/api/environments/demo/plan', () => ({
      body: {
        environment: 'demo',
        version: '1.1.0',
        strategy: 'canary',
        steps: rollout().plan,
        at_least_seconds: 50,
        blockers: ['another deployment is under way'],
        changes: [
          {
            component: 'web',
            step: 1,
            object: 'Deployment web-green',
            text: 'scale web-green to 2',
            patch: [{ op: 'replace', path: '/spec/replicas', value: 2 }],
            fields: [{ path: '/spec/replicas', before: '0', after: '2' }],
          },
        ],
        checks: [
          { component: 'web', name: 'quota', result: 'passed', text: 'there is room' },
          { component: 'web', name: 'readiness', result: 'warning', text: 'no readinessProbe' },
        ],
      },
    }));
    server.on('POST', '/api/environments/demo/deploy', () => ({ status: 202, body: deployment() }));
    await open('/environments/demo?deploy=open');
    const dialog = within(screen.getByRole('dialog'));
    await press('Show the plan', dialog);
    expect(dialog.getByText('Say which version.')).toBeTruthy();
    fireEvent.change(dialog.getByLabelText('Version'), { target: { value: '1.1.0' } });
    await press('Show the plan', dialog);
    expect(dialog.getByText('another deployment is under way')).toBeTruthy();
    expect(dialog.getByText('Warning: readiness').parentElement?.textContent).toContain('no readinessProbe');
    expect(dialog.getByText('1 of 2 checks of the cluster passed')).toBeTruthy();
    expect(dialog.getByText('What is written into the cluster: 1 write')).toBeTruthy();
    const write = within(dialog.getByText('scale web-green to 2').closest('li')!);
    expect(write.getByText('/spec/replicas').closest('li')!.textContent).toBe('/spec/replicas 0 2');
    expect(write.getByText(/"op": "replace"/)).toBeTruthy();
    await press('Deploy 1.1.0', dialog);
    expect(app.navigation.snapshot()).toMatchObject({ page: 'deployment', id });
  });

  it('shows who hands out the requests, and what somebody else has changed', async () => {
    const [web] = environment().components;
    const drift = "VirtualService web's weights were changed from 75 % to 40 % for web-blue by kubectl-edit";
    const route = {
      name: 'VirtualService web',
      shares: [
        { version: '1.0.0', percent: 40 },
        { version: '1.1.0', percent: 60 },
      ],
      problem: '',
      counted_by: 'Prometheus',
      not_counted: 'Prometheus does not answer',
    };
    server.on('GET', '/api/environments/demo/status', () => ({
      body: {
        ...environment(),
        components: [{ ...web, replicas: [], traffic: null, route, drift: [drift], deployment: null }],
      },
    }));
    await open('/environments/demo');
    expect(main().getByText('Changed by somebody else')).toBeTruthy();
    expect(main().getByText(drift)).toBeTruthy();
    expect(main().getByText(/40 % to 1.0.0, 60 % to 1.1.0/)).toBeTruthy();
    expect(main().getByText('Not counted: Prometheus does not answer')).toBeTruthy();
  });

  it('checks the health when somebody asks for it', async () => {
    const replicas = {
      component: 'web',
      color: 'blue',
      name: 'replicas',
      result: 'warning',
      text: '1 of 2 replicas of 1.0.0 are ready: web-r1-1 is starting',
      observed_at: '2026-11-24T12:00:00Z',
    };
    server.on('GET', '/api/environments/demo/health', () => ({
      body: {
        environment: 'demo',
        health: 'degraded',
        observed_at: replicas.observed_at,
        checks: [replicas],
      },
    }));
    await open('/environments/demo');
    expect(screen.queryByRole('region', { name: 'What was checked' })).toBeNull();

    await press('Check now');
    const table = within(screen.getByRole('region', { name: 'What was checked' }));
    expect(table.getAllByRole('row')[1]!.textContent).toContain(
      'webblueReplicaswarning1 of 2 replicas of 1.0.0',
    );

    server.on('GET', '/api/environments/demo/health', () => problem(503, 'unavailable', 'the disk is full'));
    await press('Check now');
    expect(screen.getByRole('alert').textContent).toContain('the disk is full');
    expect(screen.queryByRole('region', { name: 'What was checked' })).not.toBeNull();
  });

  it('shows the events of a cluster when somebody asks for them, warnings first', async () => {
    const events = (some: object) => ({
      body: { environment: 'demo', observed_at: '2026-11-24T12:00:00Z', problem: '', items: [], ...some },
    });
    const failed = clusterEvent({ type: 'warning', reason: 'Failed', text: 'no such image', count: 4 });
    server.on('GET', '/api/environments', () => ({
      body: { items: [environment({ target: 'kubernetes' })], next: null },
    }));
    server.on('GET', '/api/environments/demo/events', () => events({ items: [clusterEvent(), failed] }));
    await open('/environments/demo');
    const panel = within(screen.getByRole('region', { name: 'Events' }));
    expect(panel.queryByRole('table')).toBeNull();

    await press('Show', panel);
    const rows = panel.getAllByRole('row').map((row) => row.textContent);
    expect(rows[1]).toContain('warningPod web-green-6bd9f7c5d-x2x4zFailedno such image460 s ago');
    expect(rows[2]).toContain('normalPod web-green-6bd9f7c5d-x2x4zPulled');

    server.on('GET', '/api/environments/demo/events', () => events({ problem: 'the cluster is gone' }));
    await press('Read again', panel);
    expect(panel.getByRole('alert').textContent).toBe('The events could not be read: the cluster is gone');
    expect(panel.queryByText(/tells of nothing/)).toBeNull();

    server.on('GET', '/api/environments/demo/events', () => events({}));
    await press('Read again', panel);
    expect(panel.getByText(/The cluster tells of nothing now/)).toBeTruthy();
  });

  it('has no events where there is no cluster', async () => {
    await open('/environments/demo');
    expect(screen.queryByRole('region', { name: 'Events' })).toBeNull();
  });

  it('says what switching off means', async () => {
    await open('/environments/demo');
    await press('Switch off', main());
    expect(within(screen.getByRole('dialog')).getByText(/What runs there goes on running/)).toBeTruthy();
  });

  it('refuses what a role may not', async () => {
    server.on('GET', '/api/admin/session', () => ({
      body: { ...session, permissions: ['environment_read', 'deployment_read'] },
    }));
    await open('/environments/demo');
    expect(main().getByRole('button', { name: 'Deploy' }).getAttribute('aria-disabled')).toBe('true');
  });
});

describe('the keyboard', () => {
  it('opens the palette, and goes from there', async () => {
    await open('/');
    fireEvent.keyDown(document.body, { key: 'k', ctrlKey: true });
    const field = screen.getByRole('combobox', { name: /Type a command/ });
    fireEvent.change(field, { target: { value: 'audit' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await pass(100);
    expect(app.navigation.snapshot().page).toBe('audit');
  });

  it('moves splitters', async () => {
    await open('/');
    app.preferences.change({ bottom: 'open' });
    await pass(0);
    const splitter = screen.getByRole('separator', { name: 'Height of the panel' });
    fireEvent.keyDown(splitter, { key: 'ArrowUp' });
    expect(splitter.getAttribute('aria-valuenow')).toBe('236');
  });
});
