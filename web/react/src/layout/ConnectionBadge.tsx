import { clockTime, t } from '@pilothouse/core';
import { Badge } from '../components/Badge';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { useZone } from '../hooks/useTime';

export function ConnectionBadge() {
  const state = useModel(useApp().connection);
  const zone = useZone();
  if (state.status === 'live')
    return (
      <Badge tone="good" icon="dot" title={t.realtime.liveHint(clockTime(state.since, zone))}>
        {t.realtime.live}
      </Badge>
    );
  if (state.status === 'offline')
    return (
      <Badge tone="bad" icon="off">
        {t.realtime.offline}
      </Badge>
    );
  return (
    <Badge tone="idle" icon="ring">
      {t.realtime.connecting}
    </Badge>
  );
}
