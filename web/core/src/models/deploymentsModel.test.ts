import { describe, expect, it } from 'vitest';
import { applyToPage } from './deploymentsModel';
import { deployment } from '../testing/examples';
import { envelope } from '../testing/envelope';

describe('a page of deployments', () => {
  const page = { items: [deployment({ id: 'b' })], next: null, newer: [] };

  it('announces newer ones and leaves the rows in place', () => {
    const after = applyToPage(page, 'deployment-updated', envelope({ phase: 'queued' }, { entity: 'c' }));
    expect(after).toMatchObject({ newer: ['c'], items: [{ id: 'b' }] });
    expect(applyToPage(page, 'deployment-updated', envelope({ phase: 'queued' }, { entity: 'a' }))).toBe(
      page,
    );
  });

  it('changes its rows', () => {
    expect(
      applyToPage(page, 'deployment-updated', envelope({ phase: 'paused' }, { entity: 'b' })),
    ).toMatchObject({
      items: [{ phase: 'paused' }],
    });
  });
});
