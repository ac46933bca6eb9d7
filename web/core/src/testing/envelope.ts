import type { Envelope } from '../realtime/cursor';

/** An event about `demo`, later than all examples. */
export function envelope<P>(payload: P, some: Partial<Envelope<P>> = {}): Envelope<P> {
  return {
    topic: '',
    seq: 200,
    prev_seq: 0,
    entity: 'demo',
    kind: 'patch',
    payload,
    actor: 'alice',
    time: '2026-11-24T12:00:00Z',
    ...some,
  };
}
