import { relativeTime, t, type Loadable } from '@pilothouse/core';
import { useApp } from '../hooks/useApp';
import { useNow, useZone } from '../hooks/useTime';
import { Badge } from './Badge';

/** How old what stands beside it is, and from whom: the target's last observation, and whether changes arrive by themselves. */
export function Freshness({ of, observedAt }: { of: Loadable<unknown>; observedAt?: string | null }) {
  const now = useNow();
  const zone = useZone();
  const { session } = useApp();
  if (of.status !== 'ready' || of.data === null) return null;
  const ago = relativeTime(of.asOf + session.clockOffsetMs(), now, zone);
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5 text-small text-muted">
      {observedAt !== undefined && (
        <span>
          {observedAt ? t.fresh.observed(relativeTime(Date.parse(observedAt), now, zone)) : t.fresh.never}
        </span>
      )}
      {of.freshness !== 'stale' ? (
        <span>
          {observedAt !== undefined && '· '}
          {of.freshness === 'current' ? t.fresh.live : t.fresh.read(ago)}
        </span>
      ) : (
        <Badge tone="warn" icon="clock" title={of.error ? t.fresh.readFailed(of.error.message) : undefined}>
          {t.fresh.stale(ago)}
        </Badge>
      )}
    </span>
  );
}
