import { readFileSync } from 'node:fs';
import { expect, test } from '../fixtures';
import { heading } from '../pages';

test('addresses survive a reload', async ({ site, desk: page }) => {
  const { items } = await site.api.get<{ items: { id: string; version: string }[] }>(
    '/api/deployments?limit=1',
  );
  const { id, version } = items[0]!;
  const addresses: [string, RegExp][] = [
    ['/', /Dashboard/],
    ['/environments/demo', /demo/],
    [`/deployments/${id}?level=warning&q=traffic`, new RegExp(version)],
    ['/deployments?status=completed&sort=version&order=asc', /Deployments/],
    ['/audit', /Audit log/],
    ['/nothing/here', /There is no such page/],
  ];
  for (const [address, title] of addresses) {
    await page.goto(address);
    await expect(heading(page, title)).toBeVisible();
    await page.reload();
    await expect(heading(page, title)).toBeVisible();
    expect(page.url()).toBe(site.origin + address);
  }
  await page.goto(`/deployments/${id}?level=warning&q=traffic`);
  await expect(page.getByLabel('Level')).toHaveValue('warning');
  await expect(page.getByLabel('Search the log')).toHaveValue('traffic');
});

test('the filters of the deployments are in the address', async ({ desk: page }) => {
  await page.goto('/deployments');
  const filters = page.getByRole('search', { name: 'Filters' });
  await filters.getByLabel('Environment').selectOption('demo');
  await filters.getByLabel('Status').selectOption('completed');
  await filters.getByLabel('Version').fill('1.0.0');
  await filters.getByLabel('Version').press('Enter');
  await expect(page).toHaveURL('/deployments?environment=demo&status=completed&version=1.0.0');
  await page.getByRole('button', { name: 'Version' }).click();
  await expect(page).toHaveURL(/sort=version/);
  await page.reload();
  await expect(filters.getByLabel('Status')).toHaveValue('completed');
  await expect(page.getByRole('columnheader', { name: 'Version' })).toHaveAttribute('aria-sort', 'ascending');
  await expect(page.getByRole('main').getByRole('link', { name: '1.0.0' }).first()).toBeVisible();
  await filters.getByLabel('Status').selectOption('failed');
  await expect(page.getByText('No deployment fits')).toBeVisible();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(page).toHaveURL('/deployments');
});

test('the audit log is exported as CSV', async ({ desk: page }) => {
  await page.goto('/audit');
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as CSV' }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toMatch(/^audit-\d{4}-\d\d-\d\d\.csv$/);
  const lines = readFileSync(await download.path(), 'utf8')
    .split(/\r?\n/)
    .filter(Boolean);
  expect(lines[0]).toMatch(/time,.*actor/i);
  expect(lines.some((line) => line.includes('deployment'))).toBe(true);
});
