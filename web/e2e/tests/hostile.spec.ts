import { expect, test } from '../fixtures';
import { heading, live, phase } from '../pages';
import { hostile, hostileVersion } from '../site/declaration';

test('text that looks like markup stays text', async ({ site, desk: page, guard }) => {
  guard.allow(/status of 4\d\d/);
  const name = '<img src=x onerror=alert(1)>\u202eevil';
  await expect(site.api.login(name, 'no such password')).rejects.toThrow();
  await expect(site.api.deploy(hostile)).rejects.toThrow();
  await page.goto('/audit');
  await expect(page.getByText('<img src=x onerror=alert(1)>').first()).toBeVisible();

  for (const path of [
    `/environments/${encodeURIComponent(name)}`,
    `/deployments/${encodeURIComponent(name)}`,
    `/deployments?version=${encodeURIComponent(name)}&environment=${encodeURIComponent(name)}`,
    `/${encodeURIComponent(`javascript:alert(1)//${name}`)}`,
  ]) {
    await page.goto(path);
    await live(page);
    await expect(page.getByRole('main')).not.toBeEmpty();
  }
  await page.keyboard.press('Control+k');
  await page.keyboard.insertText(hostile);
  await expect(page.getByText(/^Nothing fits/)).toBeVisible();
  expect(await page.locator('img, script:not([src])').count()).toBe(0);
});

test('what a program writes before it dies is shown as text', async ({ site, desk: page }) => {
  const { id } = await site.api.deploy(hostileVersion);
  await page.goto(`/deployments/${id}`);
  await page.getByLabel('Wrap lines').check();
  await expect(heading(page, new RegExp(hostileVersion))).toBeVisible();
  console.log(JSON.stringify(await site.ended(id)).slice(0, 1500), (await site.api.logs(id)).map((one) => one.text.slice(0, 200)));
  await expect(phase(page, 'Failed')).toBeVisible();
});
