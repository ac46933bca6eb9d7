import { describe, expect, it } from 'vitest';
import { deployment, environment, rollout } from '../testing/examples';
import type { Envelope } from './cursor';
import { healthOf, mergeDeployment, mergeEnvironment, mergeService } from './merge';

const patch = <P>(payload: P, seq = 101): Envelope<P> => ({
  topic: '',
  seq,
  prev_seq: 100,
  entity: '',
  kind: 'patch',
  payload,
  actor: 'alice',
  time: '',
});

describe('mergeDeployment', () => {
  it('replaces fields, and of the components only those that changed', () => {
    const before = deployment({ components: [rollout(), rollout({ name: 'worker' })] });
    const after = mergeDeployment(
      before,
      patch({ phase: 'paused' as const, components: [{ name: 'web', step: 4 }] }),
    );
    expect(after.phase).toBe('paused');
    expect(after.components.map((one) => one.step)).toEqual([4, 3]);
    expect(after.components[0]!.plan).toBe(before.components[0]!.plan);
    expect(after.components[1]).toBe(before.components[1]);
    expect(after.seq).toBe(101);
  });

  it('leaves what it had untouched', () => {
    const before = deployment();
    mergeDeployment(before, patch({ phase: 'paused' as const }));
    expect(before.phase).toBe('progressing');
  });

  it('takes a full one as it is', () => {
    expect(
      mergeDeployment(deployment(), { ...patch(deployment({ version: '2.0.0' })), kind: 'full' }).version,
    ).toBe('2.0.0');
  });
});

describe('mergeService', () => {
  it('changes the component and what it means for the environment', () => {
    const after = mergeService(
      environment(),
      patch({ environment: 'demo', component: { name: 'web', health: 'degraded' as const } }),
    );
    expect(after.components[0]!.health).toBe('degraded');
    expect(after.health).toBe('degraded');
    expect(after.components[0]!.version).toBe('1.0.0');
  });
});

describe('mergeEnvironment', () => {
  it('switches off', () => {
    expect(mergeEnvironment(environment(), patch({ enabled: false })).health).toBe('disabled');
  });

  it('takes in a new component', () => {
    const after = mergeEnvironment(
      environment(),
      patch({ components: [{ name: 'worker', enabled: true, health: 'empty' as const }] }),
    );
    expect(after.components.map((one) => one.name)).toEqual(['web', 'worker']);
  });
});

describe('healthOf', () => {
  it('is that of the worst component that is switched on', () => {
    const [web] = environment().components;
    const with_ = (...healths: ('healthy' | 'failed' | 'unknown')[]) =>
      healths.map((health) => ({ ...web!, health }));
    expect(healthOf({ enabled: true, components: with_('healthy', 'failed', 'unknown') })).toBe('failed');
    expect(
      healthOf({
        enabled: true,
        components: with_('healthy', 'failed').map((one) => ({ ...one, enabled: one.health !== 'failed' })),
      }),
    ).toBe('healthy');
  });
});
