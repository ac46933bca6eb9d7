import { t, type Activity } from '@pilothouse/core';
import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { Icon, type IconName } from '../components/Icon';
import { Link } from '../components/Link';
import { Time } from '../components/Time';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';

const icons: Record<Activity['kind'], IconName> = {
  deployment: 'rocket',
  environment: 'off',
  service: 'dot',
  alert: 'warning',
};

/** What happens anywhere, as it happens. */
export function BottomPanel({ onClose }: { onClose: () => void }) {
  const { items, refused } = useModel(useApp().activity);
  return (
    <div className="flex h-full flex-col">
      <header className="flex items-center border-b border-line ps-3 pe-1">
        <h2 className="grow text-base">{t.activity.title}</h2>
        <Button kind="icon" aria-label={t.activity.close} onClick={onClose}>
          <Icon name="close" size={14} />
        </Button>
      </header>
      <div className="min-h-0 grow overflow-y-auto p-2" tabIndex={0}>
        {refused && <p className="callout tone-warn mb-2">{t.activity.refused(refused)}</p>}
        {items.length === 0 && !refused && <EmptyState title={t.activity.empty} />}
        <ol className="grid">
          {items.map((one) => (
            <li key={one.seq} className="flex items-baseline gap-2 rounded px-1 py-0.5 hover:bg-sunken">
              <span className="w-16 shrink-0 text-small text-muted">
                <Time at={one.time} />
              </span>
              <span className="self-center text-muted">
                <Icon name={icons[one.kind]} size={12} />
              </span>
              <span className="min-w-0 grow break-words">
                <ActivityText activity={one} />
              </span>
              <span className="shrink-0 text-small text-muted max-sm:hidden">{t.activity.by(one.actor)}</span>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

function ActivityText({ activity }: { activity: Activity }) {
  if (activity.kind === 'deployment')
    return (
      <Link to={{ page: 'deployment', id: activity.entity, search: {} }} kind="plain">
        {activity.text}
      </Link>
    );
  const environment = activity.entity.split('/')[0];
  if (activity.kind === 'alert' || !environment) return <>{activity.text}</>;
  return (
    <Link to={{ page: 'environment', name: environment, search: {} }} kind="plain">
      {activity.text}
    </Link>
  );
}
