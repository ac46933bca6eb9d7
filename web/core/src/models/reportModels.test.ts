import { describe, expect, it } from 'vitest';
import { takeAlert } from './reportModels';
import type { Alert } from '../api/types';
import { envelope } from '../testing/envelope';

describe('alerts', () => {
  it('come, change and go', () => {
    const alert = { id: 'a', status: 'firing', title: 'x' } as Alert;
    const one = takeAlert([], envelope(alert));
    expect(one).toEqual([alert]);
    expect(takeAlert(one, envelope({ ...alert, status: 'resolved' as const }))).toEqual([]);
  });
});
