import { describe, expect, it } from 'vitest';
import { createAskedModel } from './askedModel';

function model(...answers: (string | Error)[]) {
  let asked = 0;
  const read = () => {
    const answer = answers[asked++]!;
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { ...createAskedModel(read), asked: () => asked };
}

describe('what is read when somebody asks for it', () => {
  it('is not read by itself', () => {
    const { snapshot, asked } = model('healthy');

    expect(snapshot()).toEqual({ asking: false, found: null, error: null });
    expect(asked()).toBe(0);
  });

  it('is read once at a time', async () => {
    const { snapshot, ask, asked } = model('healthy', 'failed');
    const first = ask();
    expect(snapshot().asking).toBe(true);
    await ask();
    await first;

    expect(snapshot()).toEqual({ asking: false, found: 'healthy', error: null });
    expect(asked()).toBe(1);
  });

  it('is kept when it cannot be read again', async () => {
    const { snapshot, ask } = model('healthy', new Error('gone'));
    await ask();
    await ask();

    expect(snapshot().found).toBe('healthy');
    expect(snapshot().error).not.toBeNull();
  });
});
