import { describe, expect, it } from 'vitest';
import { deployment, rollout } from '../testing/examples';
import { actionsOf, rollbackTo, type ActionName } from './deploymentActions';

const all = ['deployment_control', 'deployment_start'];
const offer = (view: ReturnType<typeof deployment>, name: ActionName, permissions = all) =>
  actionsOf(view, permissions).find((one) => one.name === name);
const at = (some: Parameters<typeof rollout>[0], phase = some?.phase ?? 'progressing') =>
  deployment({ phase, components: [rollout(some)] });

describe('actionsOf', () => {
  it('offers what fits a rollout under way', () => {
    const possible = actionsOf(deployment(), all).filter((one) => one.refusal === null);
    expect(possible.map((one) => one.name)).toEqual(['pause', 'promote', 'promote_all', 'abort', 'rollback']);
  });

  it('offers to resume what is paused', () => {
    expect(offer(at({ phase: 'paused' }), 'resume')!.refusal).toBeNull();
    expect(offer(at({ phase: 'paused' }), 'pause')!.refusal).toBe('It is paused already.');
  });

  it('knows the point of no return', () => {
    const promoted = at({ phase: 'promoting', step: 6 });
    expect(offer(promoted, 'abort')!.refusal).toContain('only a roll-back');
    expect(offer(promoted, 'rollback')!.refusal).toBeNull();
    expect(offer(promoted, 'rollback')!.consequence).toContain('starts 1.0.0 beside what runs then');
  });

  it('refuses everything while it goes back', () => {
    for (const name of ['pause', 'promote', 'abort', 'rollback'] as const)
      expect(offer(at({ phase: 'aborting' }), name)!.refusal).toBe('It is going back already.');
  });

  it('offers only new deployments after the end', () => {
    expect(
      actionsOf(deployment({ phase: 'rolled_back', status: 'failed' }), all).map((one) => one.name),
    ).toEqual(['retry', 'rollback']);
  });

  it('goes back to a named version after a first deployment', () => {
    const first = deployment({
      phase: 'completed',
      status: 'completed',
      components: [rollout({ phase: 'completed', from_version: null })],
    });
    expect(offer(first, 'rollback')).toMatchObject({ refusal: null, names: { usual: null } });
    expect(offer(first, 'rollback')!.names!.hint).toContain('first version');
  });

  it('lets a version be named when a roll-back is a new deployment', () => {
    const ended = deployment({
      phase: 'completed',
      status: 'completed',
      components: [rollout({ phase: 'completed' })],
    });
    expect(offer(ended, 'rollback')!.names).toEqual({
      usual: '1.0.0',
      hint: 'Left empty: 1.0.0, the one before.',
    });
    expect(offer(deployment(), 'rollback')!.names).toBeNull();
    expect(rollbackTo('1.3.0')).toContain('starts 1.3.0 beside what runs then');
  });

  it('names the permission that is missing', () => {
    expect(offer(deployment(), 'pause', [])!.refusal).toContain('deployment_control');
  });

  it('names the consequence', () => {
    expect(offer(deployment(), 'abort')!.consequence).toBe(
      '1.0.0 gets all of the traffic again; 1.1.0 loses its 25 % and is stopped when its open requests have ended.',
    );
  });
});
