import { t, type DeploymentsModel } from '@pilothouse/core';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Link } from '../components/Link';
import { Loaded } from '../components/Loaded';
import { DeploymentTable } from '../deployment/DeploymentTable';
import { useModel } from '../hooks/useModel';

export function EnvironmentDeployments({ name, model }: { name: string; model: DeploymentsModel }) {
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
