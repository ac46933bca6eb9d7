import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { heading, live } from '../pages';
import { image } from '../screenshots';
import { longestVersion } from '../site/declaration';
import { quick } from '../site/site';

const width = 360;

/** What stands beyond the edge, other than in a part that says that it scrolls by itself. */
function beyondTheEdge(page: Page): Promise<string[]> {
  return page.evaluate((most) => {
    const widest = (of: Element) =>
      [...of.querySelectorAll('*')]
        .filter((one) => !one.closest('.scroll-x') && one.getBoundingClientRect().right > most + 1)
        .slice(0, 3)
        .map((one) => `${one.tagName}.${one.className}`)
        .join(', ');
    const wide = [document.documentElement, ...document.querySelectorAll('main, dialog')]
      .filter((one) => one.scrollWidth > one.clientWidth + 1)
      .map((one) => `${one.tagName} scrolls sideways, for ${widest(one)}`);
    const lost = [...document.querySelectorAll('a, button, input, select, textarea, summary')]
      .filter((one) => one.checkVisibility() && !one.closest('.scroll-x, .sr-only'))
      .filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return width > 1 && (right > most + 1 || left < -1);
      })
      .map((one) => `${one.tagName} ${one.textContent} is beyond the edge`);
    return [...wide, ...lost];
  }, width);
}

test('everything can be reached on a narrow phone', async ({ site, open }) => {
  const long = await site.api.deploy(longestVersion, quick);
  await site.ended(long.id);
  await site.settle();
  const { id } = await site.api.deploy('1.1.0', { strategy: { gates_percent: [25], bake: '300ms' } });
  const page = await open(site, { width, height: 740 });
  await live(page);
  const fits = async (what: string) => expect(await beyondTheEdge(page), what).toEqual([]);

  await expect(page.getByRole('heading', { name: 'Recent deployments' })).toBeVisible();
  await fits('dashboard');
  for (const [name, title] of [
    ['Deployments', 'Deployments'],
    ['Audit log', 'Audit log'],
    [/^demo/, 'demo'],
  ] as const) {
    await page.getByRole('button', { name: 'Open the navigation' }).click();
    await fits('navigation');
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name }).click();
    await expect(heading(page, title)).toBeVisible();
    await expect(page.getByRole('main').getByText('1.1.0').or(page.getByRole('table')).first()).toBeVisible();
    await fits(title);
  }
  await page.goto('/environments/demo?deploy=open');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Version').fill('1.3.0');
  await fits('deploy dialog');
  await dialog.getByRole('button', { name: 'Show the plan' }).click();
  await expect(dialog.getByRole('button', { name: 'Deploy 1.3.0' })).toBeVisible();
  await fits('plan');
  for (const deployment of [long.id, id]) {
    await page.goto(`/deployments/${deployment}`);
    await expect(page.getByRole('heading', { name: 'Log' })).toBeVisible();
    await expect(page.getByRole('figure', { name: /^Error rate/ })).toBeVisible();
    await fits(`deployment ${deployment}`);
  }
  await image(page, 'web-phone');
  await page.getByRole('button', { name: /^Settings and account/ }).click();
  await fits('settings');
  await page.getByRole('button', { name: 'Search or run a command' }).click();
  await fits('palette');
});
