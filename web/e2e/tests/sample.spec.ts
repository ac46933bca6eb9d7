import { expect, test } from '../fixtures';
import { heading, live } from '../pages';

test('sample data is labelled wherever it stands, and goes with one click', async ({ newSite, open }) => {
  const site = await newSite({ sampleData: true });
  await site.setUp();
  const page = await open(site);
  const colleague = await open(site, { path: '/environments/aws-east' });
  const main = page.getByRole('main');
  const label = (place: ReturnType<typeof main.locator>) => place.getByText('Sample data', { exact: true });
  const hint = page.getByRole('complementary', { name: 'Sample data' });
  await live(colleague);

  const totals = main.getByRole('region', { name: 'Totals' });
  await expect(label(totals).last()).toBeVisible();
  const environments = main.getByRole('region', { name: 'Environments' });
  await expect(label(environments)).toHaveCount(2);
  await expect(label(page.getByRole('navigation', { name: 'Pages' }))).toHaveCount(2);
  await expect(hint).toBeVisible();
  const alerts = await site.api.get<{ items: unknown[] }>('/api/alerts?status=firing');
  await expect(label(main.getByRole('region', { name: 'Active alerts' }))).toHaveCount(alerts.items.length);

  await page.goto('/environments/azure-west');
  await expect(heading(page, 'azure-west')).toBeVisible();
  await expect(label(main.getByRole('region', { name: 'Last 24 hours' }))).toBeVisible();
  await expect(main.getByRole('button', { name: 'Deploy', exact: true })).toHaveAccessibleDescription(
    /sample data: nothing can be deployed/,
  );
  await expect(main.getByRole('figure').first()).toBeVisible();

  await hint.getByRole('button', { name: 'Remove sample data' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove the sample data?' });
  await expect(dialog.getByText(/everything that was measured stay/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Remove sample data' }).click();
  await expect(hint).toBeHidden();
  await expect(main.getByText('No source of metrics is set up for this environment.')).toBeVisible();
  await expect(colleague.getByRole('complementary', { name: 'Sample data' })).toBeHidden();
  await page.goto('/');
  await expect(totals.getByText('No source of costs is set up.')).toBeVisible();
});
