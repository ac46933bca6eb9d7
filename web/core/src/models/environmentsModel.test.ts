import { describe, expect, it } from 'vitest';
import { environment } from '../testing/examples';
import { applyToEnvironments, countByHealth, groupByProvider } from './environmentsModel';
import { envelope } from '../testing/envelope';

describe('environments', () => {
  it('change, come and go by events', () => {
    const have = [environment()];
    const changed = applyToEnvironments(
      have,
      'service-updated',
      envelope({ environment: 'demo', component: { name: 'web', health: 'failed' } }),
    );
    expect(changed).toMatchObject([{ health: 'failed' }]);
    expect(
      applyToEnvironments(
        have,
        'service-updated',
        envelope({ environment: 'demo', component: { name: 'web', health: 'failed' } }, { seq: 90 }),
      ),
    ).toBe(have);
    expect(applyToEnvironments(have, 'environment-updated', envelope(null, { kind: 'removed' }))).toEqual([]);
    expect(
      applyToEnvironments(have, 'environment-updated', envelope({ name: 'new' }, { entity: 'new' })),
    ).toBe('reread');
  });

  it('tell the reason of the deployment that is under way', () => {
    const [web] = environment().components;
    const have = [
      environment({ components: [{ ...web!, deployment: 'a', reason: 'before' }] }),
      environment({ name: 'other' }),
    ];
    const after = applyToEnvironments(
      have,
      'deployment-updated',
      envelope({ components: [{ name: 'web', reason: 'watching' }] }, { entity: 'a' }),
    );
    expect(after).toMatchObject([
      { components: [{ reason: 'watching' }] },
      { components: [{ reason: '3 of 3 replicas take traffic' }] },
    ]);
  });

  it('are grouped and counted', () => {
    const all = [environment(), environment({ name: 'b', provider: 'aws', health: 'failed' })];
    expect(groupByProvider(all).map((group) => group.provider)).toEqual(['aws', 'on-premises']);
    expect([...countByHealth(all)]).toEqual([
      ['healthy', 1],
      ['failed', 1],
    ]);
  });
});
