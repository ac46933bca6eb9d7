import { describe, expect, it } from 'vitest';
import { logEntry } from '../testing/examples';
import { entryOf, filterLog, mergeEntries, stepTimes } from './logModel';
import { envelope } from '../testing/envelope';

describe('the log', () => {
  const entries = [
    logEntry(1, 'step 1 of 7: start'),
    logEntry(2, 'L7STS 503', { level: 'warning' }),
    logEntry(5, 'gone', { level: 'error' }),
  ];

  it('has each line once, in order', () => {
    expect(mergeEntries(entries, [logEntry(3, 'late'), logEntry(5, 'gone')]).map((one) => one.seq)).toEqual([
      1, 2, 3, 5,
    ]);
    expect(mergeEntries(entries, [])).toBe(entries);
  });

  it('is searched without regard to case, and from a level on', () => {
    expect(filterLog(entries, { text: 'l7sts', level: 'info' }).map((one) => one.seq)).toEqual([2]);
    expect(filterLog(entries, { text: '', level: 'warning' }).map((one) => one.seq)).toEqual([2, 5]);
  });

  it('takes number and time of a line from its event', () => {
    expect(entryOf(envelope({ text: 'x', level: 'warning' as const }))).toEqual({
      seq: 200,
      time: '2026-11-24T12:00:00Z',
      level: 'warning',
      component: '',
      step: '',
      text: 'x',
    });
  });

  it('knows when a step began', () => {
    expect([...stepTimes(entries, 'web').keys()]).toEqual([1]);
    expect(stepTimes(entries, 'other').size).toBe(0);
  });
});
