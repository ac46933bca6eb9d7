import { clockTime, outageWorthTellingMs, relativeTime, t } from '@pilothouse/core';
import { useEffect } from 'react';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { useNow, useZone } from '../hooks/useTime';

/** Says since when nothing arrives, why, and when it is tried again. */
export function OfflineBanner() {
  const { connection, session, notices } = useApp();
  const state = useModel(connection);
  const zone = useZone();
  const now = useNow() - session.clockOffsetMs();
  const since = state.status === 'offline' ? state.since : null;
  const shown = since !== null && now - since >= outageWorthTellingMs;

  useEffect(() => {
    if (shown && since !== null) notices.say(t.realtime.bannerSpoken(clockTime(since, zone)));
  }, [shown, since, zone, notices]);

  if (state.status !== 'offline' || !shown) return null;
  const wait =
    state.nextAttemptAt === null ? null : Math.max(0, Math.ceil((state.nextAttemptAt - now) / 1000));
  return (
    <div className="tone-warn flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-[color-mix(in_oklab,var(--tone)_12%,var(--surface))] px-3 py-1.5">
      <span className="text-warn">
        <Icon name="warning" />
      </span>
      <p className="font-medium">
        {t.realtime.banner(clockTime(state.since, zone), relativeTime(state.since, now, zone))}
      </p>
      <p className="grow text-muted">
        {t.realtime.reason(state.reason)}{' '}
        {wait === null ? t.realtime.trying(state.attempt) : t.realtime.next(state.attempt, wait)}
      </p>
      <Button onClick={connection.retryNow}>{t.realtime.retryNow}</Button>
    </div>
  );
}
