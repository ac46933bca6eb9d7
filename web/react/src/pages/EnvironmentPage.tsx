import { loading, t, type EnvironmentSearch, type EnvironmentView } from '@pilothouse/core';
import { HealthBadge, SampleBadge } from '../components/Badge';
import { Button } from '../components/Button';
import { Freshness } from '../components/Freshness';
import { Icon } from '../components/Icon';
import { Loaded } from '../components/Loaded';
import { DeployDialog } from '../environment/DeployDialog';
import { ClusterEvents } from '../environment/ClusterEvents';
import { EnvironmentDeployments } from '../environment/EnvironmentDeployments';
import { EnvironmentHealth } from '../environment/EnvironmentHealth';
import { EnvironmentMetrics } from '../environment/EnvironmentMetrics';
import { ComponentCard } from '../environment/ComponentCard';
import { ToggleButton } from '../environment/ToggleButton';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { usePageTitle } from '../hooks/usePageTitle';
import { usePermissions } from '../hooks/usePermissions';

const shownDeployments = 8;

export function EnvironmentPage({ name, search }: { name: string; search: EnvironmentSearch }) {
  usePageTitle(name);
  const { make, navigation } = useApp();
  const model = useMade(() => make.environment(name));
  const monitoring = useMade(() => make.monitoring(name));
  const recentModel = useMade(() => make.recent({ environment: name, limit: shownDeployments }));
  const value = useModel(model);
  const recent = useModel(recentModel);
  const observed = useModel(monitoring);
  const waits = observed.status === 'loading' || recent.status === 'loading'; // nothing moves afterwards
  const permissions = usePermissions();
  const openDeploy = (open: boolean) =>
    navigation.go(
      { page: 'environment', name, search: open ? { deploy: 'open' } : {} },
      open ? 'push' : 'replace',
    );

  return (
    <Loaded value={waits ? loading : value} onRetry={() => void model.refresh()} lines={8}>
      {(environment) => (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <header className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <h1 tabIndex={-1}>{name}</h1>
            <HealthBadge health={environment.health} />
            {environment.target === 'sample' && <SampleBadge />}
            <span className="text-muted">
              {t.provider[environment.provider]} · {environment.region} ·{' '}
              {t.environment.type[environment.type]}
            </span>
            <Freshness
              of={value}
              observedAt={observed.status === 'ready' ? observed.data.observed_at : environment.observed_at}
            />
            <div className="ms-auto flex flex-wrap gap-2">
              <ToggleButton model={model} environment={name} enabled={environment.enabled} />
              <Button
                kind="primary"
                refusal={deployRefusal(environment, permissions)}
                onClick={() => openDeploy(true)}
              >
                <Icon name="rocket" size={14} />
                {t.environment.deploy}
              </Button>
            </div>
          </header>
          <section aria-labelledby="components" className="grid grid-cols-[minmax(0,1fr)] gap-3">
            <h2 id="components">{t.environment.componentsTitle}</h2>
            {environment.components.map((one) => (
              <ComponentCard
                key={one.name}
                component={one}
                observed={
                  observed.status === 'ready'
                    ? observed.data.components.find((other) => other.name === one.name)
                    : undefined
                }
                toggle={
                  <ToggleButton model={model} environment={name} component={one.name} enabled={one.enabled} />
                }
              />
            ))}
          </section>
          <EnvironmentHealth name={name} />
          <ClusterEvents environment={name} />
          <EnvironmentDeployments name={name} model={recentModel} />
          <EnvironmentMetrics name={name} />
          {search.deploy === 'open' && deployRefusal(environment, permissions) === null && (
            <DeployDialog environment={environment} onClose={() => openDeploy(false)} />
          )}
        </div>
      )}
    </Loaded>
  );
}

function deployRefusal(environment: EnvironmentView, permissions: string[]): string | null {
  const refused = t.environment.deployRefused;
  if (environment.target === 'sample') return refused.sample;
  if (!environment.enabled) return refused.disabled;
  return permissions.includes('deployment_start') ? null : refused.permission;
}
