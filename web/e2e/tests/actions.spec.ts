import { expect, test } from '../fixtures';
import { act, action, live, phase } from '../pages';

const gated = { strategy: { weights_percent: [25, 50, 100], gates_percent: [25, 50], bake: '300ms' } };
const waits = 'Waits for approval';

test('pause, resume, promote and abort say what they do, and a colleague sees it', async ({
  site,
  desk: page,
  open,
}) => {
  const { id } = await site.api.deploy('1.1.0', gated);
  await page.goto(`/deployments/${id}`);
  const colleague = await open(site, { path: `/deployments/${id}`, theme: 'dark' });
  const both = async (name: string) => {
    await expect(phase(page, name)).toBeVisible();
    await expect(phase(colleague, name)).toBeVisible({ timeout: 2_000 });
  };
  await live(colleague);
  await both(waits);

  await expect(action(page, 'Resume')).toHaveAttribute('aria-disabled', 'true');
  await expect(action(page, 'Resume')).toHaveAccessibleDescription('It is not paused.');
  await act(page, 'Pause', /1\.1\.0 keeps 25 % of the traffic until somebody resumes/);
  await both('Paused');
  await act(colleague, 'Resume', /goes on from 25 % of the traffic for 1\.1\.0/);
  await both(waits);
  await act(page, 'Promote', /goes on without waiting for this step's time, gate or verdict/);
  await expect(page.getByRole('img', { name: '50 % to 1.1.0, 50 % to 1.0.0' })).toBeVisible();
  await both(waits);
  await act(page, 'Abort', /1\.0\.0 gets all of the traffic again; 1\.1\.0 loses its 50 %/);
  await both('Cancelled');
  await expect(page.getByRole('img', { name: '0 % to 1.1.0, 100 % to 1.0.0' })).toBeVisible();
});

test('an action that comes too late says why, and what to do', async ({ site, desk: page, guard }) => {
  guard.allow(/status of 409/);
  const { id } = await site.api.deploy('1.1.0', gated);
  await page.goto(`/deployments/${id}`);
  await expect(phase(page, waits)).toBeVisible();
  await page.route(`**/api/deployments/${id}/pause`, async (route) => {
    await site.api.act(id, 'abort');
    await site.ended(id);
    await route.continue();
  });
  await action(page, 'Pause').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Pause', exact: true }).click();
  const alert = dialog.getByRole('alert');
  await expect(alert.getByText('Not paused')).toBeVisible();
  await expect(alert.getByText(/Look at the state that is named, then decide again/)).toBeVisible();
  await expect(
    dialog.getByRole('paragraph').filter({ hasText: 'It has ended meanwhile: Cancelled.' }),
  ).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Pause', exact: true })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(action(page, 'Retry')).toBeVisible();
});

test('rolls back to a version that is named', async ({ site, desk: page }) => {
  const { id } = await site.api.deploy('1.1.0', { strategy: { weights_percent: [100], bake: '200ms' } });
  await site.ended(id);
  await page.goto(`/deployments/${id}`);
  await action(page, 'Roll back').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('To version').fill('1.3.0');
  await expect(dialog.getByText(/A new deployment starts 1\.3\.0/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
  await expect(page).not.toHaveURL(new RegExp(id));
  await expect(page.getByRole('heading', { level: 1, name: /1\.3\.0/ })).toBeVisible();
  await expect(phase(page, 'Completed')).toBeVisible();
});
