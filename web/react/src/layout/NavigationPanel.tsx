import { t, type Route } from '@pilothouse/core';
import { healthLook, SampleBadge } from '../components/Badge';
import { Icon, type IconName } from '../components/Icon';
import { Link } from '../components/Link';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';

const pages: { to: Route; label: string; icon: IconName }[] = [
  { to: { page: 'dashboard' }, label: t.nav.dashboard, icon: 'dashboard' },
  { to: { page: 'deployments', search: {} }, label: t.nav.deployments, icon: 'list' },
  { to: { page: 'audit', search: {} }, label: t.nav.audit, icon: 'audit' },
];

const entry =
  'flex min-h-8 items-center gap-2 rounded-md px-2 hover:bg-sunken aria-[current=page]:bg-sunken aria-[current=page]:font-semibold aria-[current=page]:text-accent';

export function NavigationPanel() {
  const { navigation, environments } = useApp();
  const route = useModel(navigation);
  const all = useModel(environments);
  return (
    <nav aria-label={t.nav.label} className="grid content-start gap-0.5 p-2">
      {pages.map(({ to, label, icon }) => (
        <Link
          key={label}
          to={to}
          className={entry}
          aria-current={route.page === to.page ? 'page' : undefined}
        >
          <span className="text-muted">
            <Icon name={icon} />
          </span>
          {label}
        </Link>
      ))}
      <h2 className="mt-4 px-2 pb-1 text-small font-semibold text-muted">{t.nav.environments}</h2>
      {all.status === 'ready' &&
        all.data.map((one) => {
          const [tone, icon] = healthLook[one.health];
          return (
            <Link
              key={one.name}
              to={{ page: 'environment', name: one.name, search: {} }}
              className={entry}
              aria-current={route.page === 'environment' && route.name === one.name ? 'page' : undefined}
            >
              <span className={`tone-${tone} text-tone`} title={t.health[one.health]}>
                <Icon name={icon} />
              </span>
              <span className="grow truncate">{one.name}</span>
              <span className="sr-only">{t.health[one.health]}</span>
              {one.target === 'sample' && <SampleBadge />}
            </Link>
          );
        })}
    </nav>
  );
}
