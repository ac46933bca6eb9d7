import { t } from '@pilothouse/core';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Link } from '../components/Link';
import { Loaded } from '../components/Loaded';
import { DeploymentTable } from '../deployment/DeploymentTable';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';

const shown = 8;

export function EnvironmentDeployments({ name }: { name: string }) {
  const { make } = useApp();
  const model = useMade(() => make.recent({ environment: name, limit: shown }));
  const value = useModel(model);
  return (
    <section aria-labelledby="here" className="card">
      <header className="flex flex-wrap items-center gap-x-3 border-b border-line px-3 py-2">
        <h2 id="here">{t.environment.deployments}</h2>
        <Freshness of={value} />
        <Link className="link ms-auto" to={{ page: 'deployments', search: { environment: name } }}>
          {t.dashboard.allDeployments}
        </Link>
      </header>
      <div className={value.status === 'ready' && value.data.items.length > 0 ? '' : 'p-3'}>
        <Loaded value={value} onRetry={() => void model.refresh()}>
          {({ items }) =>
            items.length === 0 ? (
              <EmptyState title={t.environment.noDeployments} />
            ) : (
              <DeploymentTable items={items} ofOne />
            )
          }
        </Loaded>
      </div>
    </section>
  );
}
