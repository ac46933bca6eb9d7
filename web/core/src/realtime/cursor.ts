// The rule for a follower of a topic that holds everything up to `seq` (docs/events.md).
export interface Envelope<P = unknown> {
  topic: string;
  seq: number;
  prev_seq: number;
  entity: string;
  kind: 'full' | 'patch' | 'removed';
  payload: P;
  actor: string;
  time: string;
}

export type Judgement = 'drop' | 'apply' | 'gap';

export function judge(event: Pick<Envelope, 'seq' | 'prev_seq'>, seq: number): Judgement {
  if (event.seq === 0) return 'apply'; // a tick: not stored, the newest wins
  if (event.seq <= seq) return 'drop';
  return event.prev_seq <= seq ? 'apply' : 'gap';
}
