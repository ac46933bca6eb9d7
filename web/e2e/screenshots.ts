// Pictures for the documentation, made where a test has the page anyway; only when they are asked for.
import type { Page } from '@playwright/test';
import { resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../../docs/images');

export async function image(page: Page, name: string): Promise<void> {
  if (process.env.UPDATE_SCREENSHOTS !== '1') return;
  for (const button of await page.getByRole('region', { name: 'Notices' }).getByRole('button').all())
    await button.click();
  await page.screenshot({ path: `${folder}/${name}.png`, animations: 'disabled' });
}
