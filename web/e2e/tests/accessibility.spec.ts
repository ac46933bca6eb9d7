import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { heading, live, phase } from '../pages';
import { image } from '../screenshots';

async function check(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const told = violations.map(
    (one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`,
  );
  expect(told, what).toEqual([]);
}

/** What is painted behind the header. */
const isDark = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d')!;
    canvas.fillStyle = getComputedStyle(document.querySelector('header')!).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return red + green + blue < 3 * 128;
  });

for (const theme of ['light', 'dark'] as const) {
  test(`no page has a barrier, in ${theme} colours`, async ({ site, open, newSite }) => {
    const stranger = await open(site, { signedIn: false, theme });
    await expect(heading(stranger, 'Sign in')).toBeVisible();
    await check(stranger, 'signing in');
    const first = await open(await newSite(), { signedIn: false, theme });
    await expect(heading(first, 'Make the first administrator')).toBeVisible();
    await check(first, 'setting up');

    const page = await open(site, { theme });
    await live(page);
    expect(await isDark(page)).toBe(theme === 'dark');
    await expect(page.getByRole('heading', { name: 'Recent deployments' })).toBeVisible();
    await check(page, 'dashboard');

    await page.keyboard.press('Control+k');
    await expect(page.getByRole('combobox')).toBeFocused();
    await check(page, 'palette');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Settings and account/ }).click();
    await expect(page.getByRole('button', { name: 'Log out' })).toBeVisible();
    await check(page, 'settings');

    await page.goto('/environments/demo');
    await expect(page.getByRole('region', { name: 'Replicas' })).toBeVisible();
    await check(page, 'environment');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Show the plan' }).click();
    await expect(dialog.getByText('Say which version.')).toBeVisible();
    await check(page, 'deploy dialog');
    await dialog.getByLabel('Version').fill('1.1.0');
    await dialog.getByLabel('Gates in percent').fill('50');
    await dialog.getByRole('button', { name: 'Show the plan' }).click();
    await expect(dialog.getByText('Nothing stands in its way.')).toBeVisible();
    await check(page, 'plan');
    await dialog.getByRole('button', { name: 'Deploy 1.1.0' }).click();

    await expect(phase(page, 'Waits for approval')).toBeVisible();
    await expect(page.getByRole('figure', { name: /^Error rate/ })).toBeVisible();
    await check(page, 'deployment');
    if (theme === 'dark') await image(page, 'web-dark');
    await page.getByRole('button', { name: 'Show as table' }).first().click();
    await page.getByRole('button', { name: 'Abort' }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await check(page, 'question');
    for (const [path, title] of [
      ['/deployments', 'Deployments'],
      ['/audit', 'Audit log'],
    ] as const) {
      await page.goto(path);
      await expect(heading(page, title)).toBeVisible();
      await expect(page.getByRole('main').getByRole('table')).toBeVisible();
      await check(page, title);
    }
  });
}
