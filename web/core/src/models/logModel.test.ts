import { describe, expect, it } from 'vitest';
import { logEntry } from '../testing/examples';
import { addEntries, entryOf, filterLog, newest, type Log } from './logModel';
import { envelope } from '../testing/envelope';

describe('the log', () => {
  const entries = [
    logEntry(1, 'step 1 of 7: start'),
    logEntry(2, 'L7STS 503', { level: 'warning' }),
    logEntry(5, 'gone', { level: 'error' }),
  ];

  const log = addEntries({ entries: [], truncated: false, steps: new Map() }, entries);
  const seqs = ({ entries: lines }: Log) => lines.map((one) => one.seq);

  it('has each line once, in order', () => {
    expect(seqs(addEntries(log, [logEntry(3, 'late'), logEntry(5, 'gone')]))).toEqual([1, 2, 3, 5]);
    expect(seqs(addEntries(log, [logEntry(6, 'next')]))).toEqual([1, 2, 5, 6]);
    expect(addEntries(log, [])).toBe(log);
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

  it('keeps the newest lines, cut in blocks, and says so', () => {
    expect(newest(log, 2, 1)).toBe(log);
    const cut = newest(log, 2, 0);
    expect(seqs(cut)).toEqual([2, 5]);
    expect(cut.truncated).toBe(true);
  });

  it('knows when a step began, also when its line is cut', () => {
    const began = Date.parse(entries[0]!.time);
    expect([...(newest(log, 1, 0).steps.get('web') ?? [])]).toEqual([[1, began]]);
    expect(log.steps.size).toBe(1);
    expect(addEntries(log, [logEntry(6, 'no step')]).steps).toBe(log.steps);
  });
});
