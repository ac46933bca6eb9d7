import {
  actionsOf,
  rollbackTo,
  t,
  type ActionName,
  type ActionOffer,
  type ApiError,
  type DeploymentModel,
  type DeploymentView,
} from '@pilothouse/core';
import { useRef, useState } from 'react';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { TextField } from '../components/TextField';
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
  const [asked, setAsked] = useState<ActionOffer | null>(null);
  const [version, setVersion] = useState('');
  const key = useRef('');
  const offers = actionsOf(deployment, permissions);
  const refused = offers.filter((one) => one.refusal);
  // The deployment goes on while somebody reads the question: what became impossible stays, and says why.
  const asking =
    asked &&
    (offers.find((one) => one.name === asked.name) ?? {
      ...asked,
      refusal: t.actions.endedMeanwhile(t.phase[deployment.phase]),
    });
  const named = asking?.names ? version.trim() : '';

  function ask(offer: ActionOffer) {
    key.current = newKey(); // one for each question: pressing twice makes one deployment
    setVersion('');
    setAsked(offer);
  }

  async function confirm(name: ActionName): Promise<ApiError | null> {
    const result = await (name === 'retry'
      ? model.retry(key.current)
      : name === 'rollback'
        ? model.rollback(key.current, named || undefined)
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
        {offers.map((offer) => (
          <Button key={offer.name} refusal={offer.refusal} onClick={() => ask(offer)}>
            <Icon name={icons[offer.name]} size={14} />
            {t.actions.labels[offer.name]}
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
          consequence={named ? rollbackTo(named) : asking.consequence}
          refusal={asking.refusal}
          action={t.actions.labels[asking.name]}
          danger={dangerous.has(asking.name)}
          failedTitle={t.actions.failed[asking.name]}
          onConfirm={() => confirm(asking.name)}
          onClose={() => setAsked(null)}
        >
          {asking.names && (
            <TextField
              className="mt-3"
              label={t.actions.toVersion}
              hint={asking.names.hint}
              value={version}
              onChange={(event) => {
                setVersion(event.target.value);
                key.current = newKey();
              }}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={128}
            />
          )}
        </ConfirmDialog>
      )}
    </div>
  );
}
