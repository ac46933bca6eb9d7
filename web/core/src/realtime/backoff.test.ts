import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff';

describe('backoffMs', () => {
  it('doubles its ceiling up to the longest wait', () => {
    expect([1, 2, 3, 4, 5, 6, 7].map((attempt) => backoffMs(attempt, 0.999999))).toEqual([
      500, 1000, 2000, 4000, 8000, 15000, 15000,
    ]);
  });

  it('spreads over the whole range', () => {
    expect(backoffMs(5, 0.25)).toBe(2000);
  });

  it('never spins', () => {
    expect(backoffMs(9, 0)).toBe(100);
  });
});
