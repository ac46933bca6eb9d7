import {
  actionsOf,
  t,
  type ActionName,
  type ApiError,
  type DeploymentModel,
  type DeploymentView,
} from '@pilothouse/core';
import { useRef, useState } from 'react';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { Icon, type IconName } from '../components/Icon';
import { useApp } from '../hooks/useApp';
import { usePermissions } from '../hooks/usePermissions';

const icons: Record<ActionName, IconName> = {
  pause: 'pause',
  resume: 'play',
  promote: 'forth',
  promote_all: 'up',
  abort: 'cross',
  retry: 'rocket',
  rollback: 'back',
};
const dangerous: ReadonlySet<ActionName> = new Set(['abort', 'rollback', 'promote_all']);

export function DeploymentActions({
  deployment,
  model,
}: {
  deployment: DeploymentView;
  model: DeploymentModel;
}) {
  const { notices, navigation, newKey } = useApp();
  const permissions = usePermissions();
  const [asked, setAsked] = useState<ActionName | null>(null);
  const key = useRef('');
  const offers = actionsOf(deployment, permissions);
  const refused = offers.filter((one) => one.refusal);
  const asking = offers.find((one) => one.name === asked);

  function ask(name: ActionName) {
    key.current = newKey(); // one for each question: pressing twice makes one deployment
    setAsked(name);
  }

  async function confirm(name: ActionName): Promise<ApiError | null> {
    const result = await (name === 'retry'
      ? model.retry(key.current)
      : name === 'rollback'
        ? model.rollback(key.current)
        : model.act(name));
    if (!result.ok) return result.error;
    setAsked(null);
    notices.show('good', t.actions.done[name]);
    if (result.deployment.id !== deployment.id)
      navigation.go({ page: 'deployment', id: result.deployment.id, search: {} });
    return null;
  }

  return (
    <div className="grid gap-2">
      <div role="group" aria-label={t.actions.group} className="flex flex-wrap gap-2">
        {offers.map(({ name, refusal }) => (
          <Button key={name} refusal={refusal} onClick={() => ask(name)}>
            <Icon name={icons[name]} size={14} />
            {t.actions.labels[name]}
          </Button>
        ))}
      </div>
      {refused.length > 0 && (
        <details className="text-small text-muted">
          <summary className="w-fit cursor-pointer py-0.5">{t.actions.why}</summary>
          <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3">
            {refused.map(({ name, refusal }) => (
              <div key={name} className="contents">
                <dt className="font-medium">{t.actions.labels[name]}</dt>
                <dd>{refusal}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {asking && (
        <ConfirmDialog
          question={t.actions.question[asking.name]}
          consequence={asking.consequence}
          action={t.actions.labels[asking.name]}
          danger={dangerous.has(asking.name)}
          failedTitle={t.actions.failed[asking.name]}
          onConfirm={() => confirm(asking.name)}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}
