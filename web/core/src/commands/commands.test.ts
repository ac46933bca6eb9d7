import { describe, expect, it } from 'vitest';
import { rank, score, type Command } from './commands';
import { createShortcuts } from './shortcuts';

const command = (label: string, words?: string): Command => ({
  id: label,
  label,
  group: '',
  words,
  run: () => undefined,
});

describe('rank', () => {
  it('puts beginnings first, then words, then parts, then letters', () => {
    const commands = ['Audit log', 'Deploy to demo', 'demo', 'Redeploy', 'Dense'].map((label) =>
      command(label),
    );
    expect(rank(commands, 'de').map((one) => one.label)).toEqual([
      'Deploy to demo',
      'demo',
      'Dense',
      'Redeploy',
    ]);
  });

  it('looks at other words too', () => {
    expect(rank([command('Theme: Dark', 'night')], 'night')).toHaveLength(1);
  });

  it('takes characters as they are', () => {
    expect(score('1.0', '1x0')).toBeNull();
    expect(score('(', 'a (b)')).not.toBeNull();
  });
});

describe('shortcuts', () => {
  function setUp() {
    const ran: string[] = [];
    let time = 0;
    const press = createShortcuts(
      () => ['mod+k', 'g d', 'b'].map((keys) => ({ keys, run: () => ran.push(keys) })),
      () => time,
    );
    const key = (name: string, some = {}) =>
      press({ key: name, ctrlKey: false, metaKey: false, altKey: false, typing: false, ...some });
    return { ran, key, wait: (ms: number) => (time += ms) };
  }

  it('take one key, keys held together, and two in a row', () => {
    const { ran, key } = setUp();
    key('b');
    key('k', { metaKey: true });
    key('g');
    key('d');
    expect(ran).toEqual(['b', 'mod+k', 'g d']);
  });

  it('forget the first of two after a while', () => {
    const { ran, key, wait } = setUp();
    key('g');
    wait(2_000);
    key('d');
    expect(ran).toEqual([]);
  });

  it('rest while somebody types, but for those with a modifier', () => {
    const { ran, key } = setUp();
    expect(key('b', { typing: true })).toBe(false);
    key('k', { ctrlKey: true, typing: true });
    expect(ran).toEqual(['mod+k']);
  });
});
