import type { ClusterEvent } from '../api/types';

/** Warnings before what is normal; each of the two in the order that they had. */
export function warningsFirst(events: ClusterEvent[]): ClusterEvent[] {
  const rank = (event: ClusterEvent) => (event.type === 'warning' ? 0 : 1);
  return events.toSorted((a, b) => rank(a) - rank(b));
}
