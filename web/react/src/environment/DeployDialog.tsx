import { t, type EnvironmentView } from '@pilothouse/core';
import { useEffect } from 'react';
import { Button } from '../components/Button';
import { Dialog } from '../components/Dialog';
import { ErrorState } from '../components/ErrorState';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { DeployFields } from './DeployFields';
import { DeployPlan } from './DeployPlan';

/** What is wanted, then what it would do, then doing it. */
export function DeployDialog({
  environment,
  onClose,
}: {
  environment: EnvironmentView;
  onClose: () => void;
}) {
  const { make, navigation, notices } = useApp();
  const form = useMade(() => make.deployForm(environment.name));
  const state = useModel(form);
  const planned = state.stage === 'planned' || state.stage === 'deploying';

  useEffect(() => {
    if (state.stage !== 'done') return;
    notices.show('good', t.deploy.started(state.deployment.version, state.deployment.environment));
    navigation.go({ page: 'deployment', id: state.deployment.id, search: {} });
  }, [state, notices, navigation]);

  return (
    <Dialog
      title={t.deploy.title(environment.name)}
      onClose={onClose}
      footer={
        planned ? (
          <>
            <Button onClick={() => form.edit({})}>{t.deploy.change}</Button>
            <Button
              key="deploy"
              kind="primary"
              aria-busy={state.stage === 'deploying'}
              onClick={() => void form.deploy()}
              autoFocus
            >
              {state.stage === 'deploying' ? t.deploy.busy : t.deploy.submit(state.draft.version)}
            </Button>
          </>
        ) : (
          <>
            <Button kind="quiet" className="me-auto" onClick={form.forget}>
              {t.deploy.forget}
            </Button>
            <Button onClick={onClose}>{t.cancel}</Button>
            <Button type="submit" form="deploy" kind="primary" aria-busy={state.stage === 'planning'}>
              {state.stage === 'planning' ? t.deploy.planning : t.deploy.makePlan}
            </Button>
          </>
        )
      }
    >
      {state.stage === 'planned' || state.stage === 'deploying' ? (
        <DeployPlan plan={state.plan} plannedAt={state.plannedAt} />
      ) : (
        <form
          id="deploy"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void form.plan();
          }}
        >
          <DeployFields
            environment={environment}
            draft={state.draft}
            problems={state.problems}
            onEdit={form.edit}
          />
        </form>
      )}
      {state.error && (
        <div className="mt-4">
          <ErrorState error={state.error} title={planned ? t.deploy.failedTitle : t.deploy.planFailedTitle} />
        </div>
      )}
    </Dialog>
  );
}
