import { expect, test } from '../fixtures';
import { password, user } from '../site/site';
import { image } from '../screenshots';
import { chart, heading, isColoured, logLines, phase } from '../pages';

test('a new user sets up, deploys, and follows a canary to its end', async ({ newSite, open }) => {
  const site = await newSite({ demo: true });
  const page = await open(site, { signedIn: false });

  await expect(heading(page, 'Make the first administrator')).toBeVisible();
  await page.getByLabel('Set-up token').fill(site.setUpToken());
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Make the administrator and sign in' }).click();
  await expect(heading(page, 'Dashboard')).toBeVisible();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  site.api.token = await site.api.login(user, password);
  await site.startTraffic();
  await site.begun();

  await page.getByRole('main').getByRole('link', { name: 'demo', exact: true }).first().click();
  await expect(heading(page, 'demo')).toBeVisible();
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Deploy to demo' });
  await dialog.getByLabel('Version').fill('1.1.0');
  await dialog.getByLabel('Weights in percent').fill('25, 50, 100');
  await dialog.getByLabel('Bake').fill('3s');
  await dialog.getByRole('button', { name: 'Show the plan' }).click();
  await expect(dialog.getByText('Nothing stands in its way.')).toBeVisible();
  await expect(dialog.getByText('send 25 % of the traffic to 1.1.0')).toBeVisible();
  await dialog.getByRole('button', { name: 'Deploy 1.1.0' }).click();

  await expect(page).toHaveURL(/\/deployments\/\w+/);
  await expect(page.getByRole('img', { name: '25 % to 1.1.0, 75 % to 1.0.0' })).toBeVisible();
  await expect(page.getByRole('img', { name: '50 % to 1.1.0, 50 % to 1.0.0' })).toBeVisible();
  await expect(chart(page, 'Error rate')).toHaveAccessibleName(/1\.1\.0: last .*1\.0\.0: last /);
  await expect(chart(page, 'Error rate')).toHaveAccessibleName(/([3-9]|\d\d) measurements/);
  expect(await isColoured(chart(page, 'Error rate'))).toBe(true);
  await page.setViewportSize({ width: 1280, height: 1100 });
  await image(page, 'web-canary');
  await expect(phase(page, 'Completed')).toBeVisible();
  await expect(page.getByRole('img', { name: '100 % to 1.1.0, 0 % to 1.0.0' })).toBeVisible();

  const id = page.url().split('/').at(-1)!;
  const written = (await site.api.logs(id)).length;
  await expect(page.getByText(`${written} lines`)).toBeVisible();
  await expect(logLines(page).last()).toHaveAttribute('aria-posinset', String(written));
  await page.getByRole('button', { name: 'Show as table' }).first().click();
  const columns = page.getByRole('region', { name: 'Error rate' }).getByRole('columnheader');
  await expect(columns).toContainText(['Time', '1.1.0', '1.0.0']);

  await page
    .getByRole('link', { name: /Dashboard/ })
    .first()
    .click();
  await expect(page.getByRole('main').getByText('1.1.0').first()).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 640 });
  await image(page, 'web-dashboard');
});
