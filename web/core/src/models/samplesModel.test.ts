import { describe, expect, it } from 'vitest';
import { sample } from '../testing/examples';
import { follows, mergeSamples } from './samplesModel';

describe('samples', () => {
  it('follow when one begins where the last ended', () => {
    expect(follows(sample(2, null, null), sample(4, null, null))).toBe(true);
    expect(follows(sample(2, null, null), sample(6, null, null))).toBe(false);
    expect(follows(undefined, sample(2, null, null))).toBe(false);
  });

  it('are taken once', () => {
    const have = [sample(2, null, null)];
    expect(mergeSamples(have, [sample(2, null, null)])).toBe(have);
    expect(mergeSamples(have, [sample(2, null, null), sample(4, null, null)])).toHaveLength(2);
  });
});
