import { once } from 'node:events';
import { io } from 'socket.io-client';
import { expect, test } from '../fixtures';
import { heading, live, phase } from '../pages';
import { Api } from '../site/api';
import { password, quick, user } from '../site/site';

test('a session that was ended elsewhere leads to signing in, which says why', async ({
  site,
  open,
  guard,
}) => {
  guard.allow(/status of 401/);
  const token = await site.api.login(user, password);
  const page = await open(site, { token, path: '/deployments?status=failed' });
  await live(page);
  const elsewhere = new Api(site.address);
  elsewhere.token = token;
  await elsewhere.post('/api/admin/logout');
  await expect(heading(page, 'Sign in')).toBeVisible({ timeout: 2_000 });
  await expect(page.getByRole('status')).toContainText(/session|log/i);
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(heading(page, 'Deployments')).toBeVisible();
  await expect(page).toHaveURL(/status=failed/);
  await live(page);
});

test('a ticket that was used already is replaced by itself', async ({ site, open }) => {
  const page = await open(site, { signedIn: true, path: '/audit' });
  await live(page);
  let spoilt = 0;
  await page.route('**/api/realtime/ticket', async (route) => {
    const answer = await route.fetch();
    if (spoilt < 1) {
      spoilt += 1;
      const { ticket } = (await answer.json()) as { ticket: string };
      const thief = io(site.address, { auth: { ticket }, transports: ['websocket'], forceNew: true });
      await once(thief as never, 'connect');
      thief.disconnect();
    }
    await route.fulfill({ response: answer });
  });
  await page.reload();
  await live(page);
  expect(spoilt).toBe(1);
});

test('wrong passwords are refused with a reason', async ({ site, open, guard }) => {
  guard.allow(/status of 401/);
  const page = await open(site, { signedIn: false });
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill('not the password at all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toContainText('Not signed in');
  await expect(page.getByRole('alert')).toContainText('Check both, then try again');
});

test('a browser without WebSocket is live as well', async ({ site, open }) => {
  const page = await open(site, { path: '/audit' });
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'WebSocket'));
  await page.reload();
  await live(page);
  const { id } = await site.api.deploy('1.1.0', quick);
  await page.goto(`/deployments/${id}`);
  await live(page);
  await expect(phase(page, 'Completed')).toBeVisible();
});
