import { expect, test } from '../fixtures';
import { live, phase } from '../pages';
import { image } from '../screenshots';

test('a bad version goes back by itself, and the page says why', async ({ site, desk: page }) => {
  const { id } = await site.api.deploy('1.2.0', { strategy: { bake: '3s' } });
  await page.goto(`/deployments/${id}`);
  await live(page);
  await expect(phase(page, 'Rolled back')).toBeVisible();
  const reason = (await site.api.deployment(id)).reason;
  expect(reason).toMatch(/1\.2\.0/);
  await expect(page.getByRole('main').getByText(reason).first()).toBeVisible();
  await expect(page.getByText('Bad', { exact: true })).toBeVisible();
  await expect(page.getByRole('img', { name: '0 % to 1.2.0, 100 % to 1.0.0' })).toBeVisible();
  await expect(page.getByText('stopped here')).toBeVisible();
  await image(page, 'web-rollback');
});
