import { describe, expect, it } from 'vitest';
import type { Api } from '../api/api';
import type { HealthView } from '../api/types';
import { createHealthModel } from './healthModel';

const healthy: HealthView = {
  environment: 'demo',
  health: 'healthy',
  observed_at: '2026-11-24T12:00:00Z',
  checks: [],
};

function model(...answers: (HealthView | Error)[]) {
  let asked = 0;
  const health = () => {
    const answer = answers[asked++];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { ...createHealthModel({ health } as unknown as Api, 'demo'), asked: () => asked };
}

describe('the health check', () => {
  it('asks for nothing by itself', () => {
    const { snapshot, asked } = model(healthy);

    expect(snapshot()).toEqual({ asking: false, found: null, error: null });
    expect(asked()).toBe(0);
  });

  it('asks once at a time', async () => {
    const { snapshot, check, asked } = model(healthy, healthy);
    const first = check();
    expect(snapshot().asking).toBe(true);
    await check();
    await first;

    expect(snapshot()).toEqual({ asking: false, found: healthy, error: null });
    expect(asked()).toBe(1);
  });

  it('keeps what it has found when the next one fails', async () => {
    const { snapshot, check } = model(healthy, new Error('gone'));
    await check();
    await check();

    expect(snapshot().found).toBe(healthy);
    expect(snapshot().error).not.toBeNull();
  });
});
