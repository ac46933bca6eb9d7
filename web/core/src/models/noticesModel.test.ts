import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fakeClock';
import { createNoticesModel } from './noticesModel';

describe('notices', () => {
  it('are spoken together, and not all the time', async () => {
    const clock = new FakeClock();
    const model = createNoticesModel(clock);
    const spoken: string[] = [];
    model.subscribe(() => spoken.at(-1) !== model.snapshot().spoken && spoken.push(model.snapshot().spoken));
    model.say('one');
    model.say('two');
    await clock.advance(100);
    model.say('three');
    await clock.advance(1_000);
    expect(spoken.filter(Boolean)).toEqual(['one. two']);
    await clock.advance(3_000);
    expect(spoken.filter(Boolean)).toEqual(['one. two', 'three']);
  });

  it('go by themselves, but for failures', async () => {
    const clock = new FakeClock();
    const model = createNoticesModel(clock);
    model.show('good', 'done');
    model.show('bad', 'failed');
    await clock.advance(60_000);
    expect(model.snapshot().notices.map((one) => one.title)).toEqual(['failed']);
  });
});
