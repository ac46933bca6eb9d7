import { t, type EnvironmentModel } from '@pilothouse/core';
import { useState } from 'react';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { Icon } from '../components/Icon';
import { usePermissions } from '../hooks/usePermissions';

interface ToggleButtonProps {
  model: EnvironmentModel;
  environment: string;
  component?: string;
  enabled: boolean;
}

/** Switches an environment, or one component of it, after saying what that means. */
export function ToggleButton({ model, environment, component, enabled }: ToggleButtonProps) {
  const [asking, setAsking] = useState(false);
  const permissions = usePermissions();
  const label = enabled ? t.environment.switchOff : t.environment.switchOn;
  const texts = t.environment.toggle;
  const name = component ?? environment;
  const question = component
    ? enabled
      ? texts.componentOff
      : texts.componentOn
    : enabled
      ? texts.environmentOff
      : texts.environmentOn;
  const consequence = component
    ? enabled
      ? texts.componentOffText
      : texts.componentOnText
    : enabled
      ? texts.environmentOffText
      : texts.environmentOnText;

  async function confirm() {
    const error = await model.toggle(!enabled, component);
    if (!error) setAsking(false);
    return error;
  }

  return (
    <>
      <Button
        aria-label={component ? `${label}: ${component}` : undefined}
        refusal={permissions.includes('environment_toggle') ? null : t.environment.toggleRefused}
        onClick={() => setAsking(true)}
      >
        <Icon name="off" size={14} />
        {label}
      </Button>
      {asking && (
        <ConfirmDialog
          question={question(name)}
          consequence={consequence(name)}
          action={label}
          danger={enabled}
          failedTitle={t.errors.title}
          onConfirm={confirm}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}
