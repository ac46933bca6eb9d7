import { absoluteTime, relativeTime } from '@pilothouse/core';
import { useNow, useZone } from '../hooks/useTime';

/** How long ago, or the moment itself; the other one on hover, and both for machines. */
export function Time({
  at,
  show = 'relative',
}: {
  at: string | number;
  show?: 'relative' | 'absolute' | 'both';
}) {
  const zone = useZone();
  const now = useNow();
  const ms = typeof at === 'number' ? at : Date.parse(at);
  const absolute = absoluteTime(ms, zone);
  const relative = relativeTime(ms, now, zone);
  return (
    <time
      dateTime={new Date(ms).toISOString()}
      title={show === 'absolute' ? relative : absolute}
      className="whitespace-nowrap"
    >
      {show === 'absolute' ? absolute : relative}
      {show === 'both' && <span className="text-muted"> · {absolute}</span>}
    </time>
  );
}
