import type { Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { action, heading, phase } from '../pages';
import { password, user } from '../site/site';

const mostStops = 80;

/** Goes there as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  const there = () => target.evaluate((element) => element === document.activeElement);
  for (let stop = 0; stop < mostStops && !(await there()); stop += 1) await page.keyboard.press('Tab');
  await expect(target).toBeFocused();
  await expect(target).toBeInViewport();
}

test('signs in, deploys, promotes and looks around without a mouse', async ({ site, open }) => {
  const page = await open(site, { signedIn: false });
  const { keyboard } = page;
  await expect(page.getByLabel('User name')).toBeFocused();
  await keyboard.type(user);
  await keyboard.press('Tab');
  await keyboard.type(password);
  await keyboard.press('Enter');
  await expect(heading(page, 'Dashboard')).toBeVisible();
  await expect(page.getByRole('main').getByText('demo').first()).toBeVisible();

  await keyboard.press('Control+k');
  await keyboard.type('deploy demo');
  await expect(page.getByRole('option', { name: /Deploy to demo/ })).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Deploy to demo' });
  await expect(dialog.getByLabel('Version')).toBeFocused();
  await keyboard.type('1.1.0');
  await tabTo(page, dialog.getByLabel('Gates in percent'));
  await keyboard.type('25');
  await tabTo(page, dialog.getByLabel('Bake'));
  await keyboard.type('300ms');
  await keyboard.press('Enter');
  await expect(dialog.getByRole('button', { name: 'Deploy 1.1.0' })).toBeFocused();
  await keyboard.press('Enter');

  await expect(heading(page, /1\.1\.0/)).toBeVisible();
  await expect(phase(page, 'Waits for approval')).toBeVisible();
  await tabTo(page, action(page, 'Abort'));
  await keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Cancel' })).toBeFocused();
  await keyboard.press('Escape');
  await expect(action(page, 'Abort')).toBeFocused();
  await tabTo(page, action(page, 'Promote'));
  await keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Promote', exact: true })).toBeFocused();
  await keyboard.press('Enter');
  await expect(phase(page, 'Completed')).toBeVisible();

  const cursor = page.getByRole('slider', { name: 'Error rate: measurements' });
  await tabTo(page, cursor);
  await keyboard.press('Home');
  await expect(cursor).toHaveAttribute('aria-valuenow', '0');
  await keyboard.press('ArrowRight');
  await expect(cursor).toHaveAttribute('aria-valuenow', '1');
  await expect(cursor).toHaveAttribute('aria-valuetext', /^\d\d:\d\d:\d\d\. 1\.1\.0: .*1\.0\.0: /);
  await keyboard.press('g');
  await keyboard.press('d');
  await expect(heading(page, 'Deployments')).toBeVisible();
  await tabTo(page, page.getByRole('main').getByRole('link', { name: '1.1.0' }).first());
  await keyboard.press('Enter');
  await expect(heading(page, /1\.1\.0/)).toBeVisible();
  await page.goBack();
  await expect(heading(page, 'Deployments')).toBeVisible();
});
