import { groupByProvider, t, type EnvironmentView, type Loadable } from '@pilothouse/core';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Link } from '../components/Link';
import { Loaded } from '../components/Loaded';
import { Skeleton } from '../components/Skeleton';
import { AlertList } from '../dashboard/AlertList';
import { EnvironmentCard } from '../dashboard/EnvironmentCard';
import { Totals } from '../dashboard/Totals';
import { UnderWay } from '../dashboard/UnderWay';
import { DeploymentTable } from '../deployment/DeploymentTable';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { usePageTitle } from '../hooks/usePageTitle';

const recentCount = 15;
const shownRecent = 8;
const mostUnderWay = 20;

export function DashboardPage() {
  usePageTitle(t.dashboard.title);
  const app = useApp();
  const environments = useModel(app.environments);
  const recentModel = useMade(() => app.make.recent({ limit: recentCount }));
  const underWay = useModel(useMade(() => app.make.recent({ status: 'deploying', limit: mostUnderWay })));
  const alertsModel = useMade(() => app.make.alerts());
  const costsModel = useMade(() => app.make.costs());
  const recent = useModel(recentModel);
  const alerts = useModel(alertsModel);
  const costs = useModel(costsModel);
  const waits = [environments, recent, underWay, alerts, costs].some((one) => one.status === 'loading');
  if (waits) return <Waiting />;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
      <h1 tabIndex={-1}>{t.dashboard.title}</h1>
      <Totals environments={environments} recent={recent} alerts={alerts} costs={costs} />
      <UnderWay value={underWay} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 xl:grid-cols-[minmax(0,3fr)_minmax(22rem,2fr)]">
        <Environments value={environments} onRetry={() => void app.environments.refresh()} />
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <section aria-labelledby="recent" className="card">
            <header className="flex flex-wrap items-center gap-x-3 border-b border-line px-3 py-2">
              <h2 id="recent">{t.dashboard.recent}</h2>
              <Freshness of={recent} />
              <Link className="link ms-auto" to={{ page: 'deployments', search: {} }}>
                {t.dashboard.allDeployments}
              </Link>
            </header>
            <div className={recent.status === 'ready' ? '' : 'p-3'}>
              <Loaded value={recent} onRetry={() => void recentModel.refresh()}>
                {({ items }) =>
                  items.length === 0 ? (
                    <div className="p-3">
                      <EmptyState title={t.dashboard.noDeployments} hint={t.dashboard.noDeploymentsHint} />
                    </div>
                  ) : (
                    <DeploymentTable items={items.slice(0, shownRecent)} compact />
                  )
                }
              </Loaded>
            </div>
          </section>
          <section aria-labelledby="alerts" className="card">
            <header className="flex items-center gap-3 border-b border-line px-3 py-2">
              <h2 id="alerts">{t.dashboard.alerts}</h2>
              <Freshness of={alerts} />
            </header>
            <div className="p-3">
              <Loaded value={alerts} onRetry={() => void alertsModel.refresh()}>
                {(items) => <AlertList items={items} />}
              </Loaded>
            </div>
          </section>
        </div>
      </div>
    </div>
  );
}

/** All at once, a moment later, rather than piece by piece under the reader's hand. */
function Waiting() {
  return (
    <div className="grid gap-5">
      <h1 tabIndex={-1}>{t.dashboard.title}</h1>
      <Skeleton lines={4} height="5rem" />
    </div>
  );
}

/** A provider with one environment takes one column, so that few environments stand side by side. */
const columns = 'grid grid-cols-[repeat(auto-fill,minmax(min(100%,18rem),1fr))] gap-3';

function Environments({ value, onRetry }: { value: Loadable<EnvironmentView[]>; onRetry: () => void }) {
  return (
    <section aria-labelledby="environments" className="grid gap-3">
      <div className="flex items-center gap-3">
        <h2 id="environments">{t.dashboard.environments}</h2>
        <Freshness of={value} />
      </div>
      <Loaded value={value} onRetry={onRetry} lines={5}>
        {(environments) =>
          environments.length === 0 ? (
            <EmptyState title={t.dashboard.noEnvironments} hint={t.dashboard.noEnvironmentsHint} />
          ) : (
            <div className={columns}>
              {groupByProvider(environments).map((group) => (
                <section
                  key={group.provider}
                  aria-label={t.provider[group.provider]}
                  className={`grid content-start gap-2 ${group.environments.length > 1 ? 'col-span-full' : ''}`}
                >
                  <h3 className="text-muted">{t.provider[group.provider]}</h3>
                  <div className={columns}>
                    {group.environments.map((one) => (
                      <EnvironmentCard key={one.name} environment={one} />
                    ))}
                  </div>
                </section>
              ))}
            </div>
          )
        }
      </Loaded>
    </section>
  );
}
