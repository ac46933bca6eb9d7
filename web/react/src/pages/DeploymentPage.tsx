import { t, type DeploymentSearch } from '@pilothouse/core';
import { useEffect } from 'react';
import { Loaded } from '../components/Loaded';
import { DeploymentActions } from '../deployment/DeploymentActions';
import { DeploymentHead } from '../deployment/DeploymentHead';
import { DeploymentLog } from '../deployment/DeploymentLog';
import { RolloutSection } from '../deployment/RolloutSection';
import { ClusterEvents } from '../environment/ClusterEvents';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { usePageTitle } from '../hooks/usePageTitle';

export function DeploymentPage({ id, search }: { id: string; search: DeploymentSearch }) {
  const { make, notices, navigation } = useApp();
  const model = useMade(() => make.deployment(id));
  const log = useMade(() => make.log(id));
  const value = useModel(model);
  const deployment = value.status === 'ready' ? value.data : null;
  usePageTitle(
    deployment ? t.deployment.title(deployment.version, deployment.environment) : t.deployments.title,
  );

  const spoken = deployment && t.deployment.spoken(deployment.version, t.phase[deployment.phase], '');
  useEffect(() => {
    if (spoken) notices.say(spoken);
  }, [spoken, notices]);

  return (
    <Loaded value={value} onRetry={() => void model.refresh()} lines={8}>
      {(data) => {
        const chosen = data.components.find((one) => one.name === search.component) ?? data.components[0];
        return (
          <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
            <DeploymentHead deployment={data} value={value} />
            <DeploymentActions deployment={data} model={model} />
            {chosen && (
              <RolloutSection
                key={chosen.name}
                deployment={data}
                rollout={chosen}
                log={log}
                onChoose={(component) =>
                  navigation.go({ page: 'deployment', id, search: { ...search, component } }, 'replace')
                }
              />
            )}
            <ClusterEvents environment={data.environment} />
            <DeploymentLog id={id} model={log} search={search} />
          </div>
        );
      }}
    </Loaded>
  );
}
