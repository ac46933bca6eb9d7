import { expect, test } from '../fixtures';
import { live, logLines, phase } from '../pages';

const slow = { strategy: { weights_percent: [25, 50, 100], bake: '2s' } };

test('a server that dies during a canary costs the reader nothing', async ({
  site,
  desk: page,
  open,
  guard,
}) => {
  guard.allow(/Failed to load resource/, /WebSocket connection/);
  const form = await open(site, { path: '/environments/demo?deploy=open' });
  const dialog = form.getByRole('dialog', { name: 'Deploy to demo' });
  await dialog.getByLabel('Version').fill('1.3.0');
  await dialog.getByLabel('Gates in percent').fill('50');
  await live(form);

  const { id } = await site.api.deploy('1.1.0', slow);
  await page.goto(`/deployments/${id}`);
  await page.getByLabel('Wrap lines').check();
  await expect(page.getByRole('img', { name: '25 % to 1.1.0, 75 % to 1.0.0' })).toBeVisible();
  await site.kill();
  const banner = page.getByText(/^No live updates since \d\d:\d\d:\d\d \(/);
  await expect(banner).toBeVisible();
  await expect(page.getByText(/Reason: .*(attempt|Attempt)/)).toBeVisible();
  await expect(page.getByText(/stale, as of/).first()).toBeVisible();

  await site.startServer();
  await expect(banner).toBeHidden();
  await expect(page.getByRole('region', { name: 'Notices' }).getByText(/Live again after/)).toBeVisible();
  await expect(phase(page, 'Completed')).toBeVisible();
  const written = await site.api.logs(id);
  await expect(logLines(page)).toHaveCount(written.length);
  const shown = await logLines(page).locator('> span:last-child').allTextContents();
  expect(shown).toEqual(written.map((one) => one.text));

  await live(form);
  await expect(dialog.getByLabel('Version')).toHaveValue('1.3.0');
  await form.reload();
  await expect(dialog.getByLabel('Version')).toHaveValue('1.3.0');
  await expect(dialog.getByLabel('Gates in percent')).toHaveValue('50');
});
