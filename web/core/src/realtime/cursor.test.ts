import { describe, expect, it } from 'vitest';
import { judge } from './cursor';

describe('judge', () => {
  it('drops what is late or repeated', () => {
    expect(judge({ seq: 9, prev_seq: 8 }, 10)).toBe('drop');
    expect(judge({ seq: 10, prev_seq: 9 }, 10)).toBe('drop');
  });

  it('applies what comes next, however far the whole has moved on', () => {
    expect(judge({ seq: 57, prev_seq: 10 }, 10)).toBe('apply');
  });

  it('applies the first event of a topic', () => {
    expect(judge({ seq: 3, prev_seq: 0 }, 0)).toBe('apply');
  });

  it('sees a gap', () => {
    expect(judge({ seq: 57, prev_seq: 12 }, 10)).toBe('gap');
  });

  it('takes every tick', () => {
    expect(judge({ seq: 0, prev_seq: 0 }, 1000)).toBe('apply');
  });
});
