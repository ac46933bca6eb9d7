import { describe, expect, it } from 'vitest';
import { clusterEvent } from '../testing/examples';
import { warningsFirst } from './clusterEvents';

describe('the events of a cluster', () => {
  it('stand with the warnings first, and the newest of each first', () => {
    const events = [
      clusterEvent({ type: 'normal', reason: 'Pulled' }),
      clusterEvent({ type: 'warning', reason: 'Unhealthy' }),
      clusterEvent({ type: 'normal', reason: 'Created' }),
      clusterEvent({ type: 'warning', reason: 'Failed' }),
    ];

    expect(warningsFirst(events).map((one) => one.reason)).toEqual([
      'Unhealthy',
      'Failed',
      'Pulled',
      'Created',
    ]);
  });
});
