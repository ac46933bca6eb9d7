import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { heading, live, logLines } from '../pages';
import { quick } from '../site/site';

const name = '<img src=x onerror=alert(1)>\u202e\u200f"evil';
const hostile = `${name}'</script><script>alert(2)</script>${'y'.repeat(10_000)}`;

/** Nothing of it became part of the page. */
async function expectText(page: Page): Promise<void> {
  expect(await page.locator('img, iframe, object, script:not([src])').count()).toBe(0);
}

test('text that looks like markup stays text', async ({ site, desk: page, guard }) => {
  guard.allow(/status of 4\d\d/);
  await expect(site.api.deploy(hostile)).rejects.toThrow(/400|422/);
  await expect(site.api.login(name, 'no such password')).rejects.toThrow(/401/);
  for (const path of [
    `/environments/${encodeURIComponent(name)}`,
    `/deployments/${encodeURIComponent(name)}`,
    `/deployments?version=${encodeURIComponent(name)}&environment=${encodeURIComponent(name)}`,
    `/${encodeURIComponent(`javascript:alert(1)${name}`)}`,
  ]) {
    await page.goto(path);
    await live(page);
    await expect(page.getByRole('main')).not.toBeEmpty();
    await expectText(page);
  }
  await page.keyboard.press('Control+k');
  await page.keyboard.insertText(hostile);
  await expect(page.getByText(/^Nothing fits/)).toBeVisible();
  await page.keyboard.press('Escape');

  await page.goto('/environments/demo?deploy=open');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Version').fill(name);
  await dialog.getByRole('button', { name: 'Show the plan' }).click();
  await expect(dialog.getByText(/^Letters, digits/)).toBeVisible();
  await expectText(page);
});

test('whatever a server says is shown as text', async ({ site, desk: page }) => {
  const { id } = await site.api.deploy('1.1.0', quick);
  await site.ended(id);
  const spoil = (text: string) =>
    text.replace(
      /"(text|reason|judgement|region|actor)":"[^"]*"/g,
      (_, key) => `"${key}":${JSON.stringify(hostile)}`,
    );
  await page.route('**/api/**', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: spoil(await response.text()) });
  });
  await page.routeWebSocket(/socket\.io/, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => socket.send(typeof message === 'string' ? spoil(message) : message));
  });
  for (const [path, title] of [
    [`/deployments/${id}`, /1\.1\.0/],
    ['/', 'Dashboard'],
    ['/environments/demo', 'demo'],
    ['/deployments', 'Deployments'],
    ['/audit', 'Audit log'],
  ] as const) {
    await page.goto(path);
    await live(page);
    await expect(heading(page, title)).toBeVisible();
    await expect(page.getByRole('main').getByText(name).filter({ visible: true }).first()).toBeVisible();
    await expectText(page);
    const main = page.getByRole('main');
    const wider = await main.evaluate((one) => one.scrollWidth - one.clientWidth);
    expect(wider, `${path} scrolls sideways`).toBeLessThanOrEqual(1);
    if (path.includes(id)) await expect(logLines(page).last()).toContainText(name);
  }
});
