// Where things are on the pages, by the names that people and screen readers know.
import { expect, type Locator, type Page } from '@playwright/test';

export const heading = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('heading', { level: 1, name });

/** The phase of the deployment that the page shows. */
export const phase = (page: Page, name: string): Locator =>
  page.getByRole('main').locator('header').first().getByText(name, { exact: true });

export const chart = (page: Page, title: string): Locator =>
  page.getByRole('figure', { name: new RegExp(`^${title}`) }).getByRole('img');

/** Are the lines drawn in their colours, rather than all in grey? */
export const isColoured = (chart: Locator): Promise<boolean> =>
  chart.locator('canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3]! > 200 && Math.abs(data[at]! - data[at + 2]!) > 80) return true;
    return false;
  });

export const logLines = (page: Page): Locator => page.getByRole('log').getByRole('listitem');

export const action = (page: Page, name: string): Locator =>
  page.getByRole('group', { name: 'Actions' }).getByRole('button', { name, exact: true });

/** Asks for an action, reads what it will do, and says yes. */
export async function act(page: Page, name: string, consequence: RegExp): Promise<void> {
  await action(page, name).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText(consequence)).toBeVisible();
  await dialog.getByRole('button', { name, exact: true }).click();
}

export const live = (page: Page): Promise<void> =>
  expect(page.getByRole('banner').getByText('Live', { exact: true })).toBeVisible();
