import { asApiError, t, type ApiError } from '@pilothouse/core';
import { useState } from 'react';
import { SampleBadge } from '../components/Badge';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { Icon } from '../components/Icon';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { usePermissions } from '../hooks/usePermissions';

/** As long as there is invented data, every page says so, and how to be rid of it. */
export function SampleDataHint() {
  const { api, session, notices, preferences } = useApp();
  const state = useModel(session);
  const { sampleHint } = useModel(preferences);
  const allowed = usePermissions().includes('sample_data_remove');
  const [asking, setAsking] = useState(false);
  if (state.status !== 'signed_in' || !state.session.sample_data || sampleHint === 'closed') return null;

  async function remove(): Promise<ApiError | null> {
    try {
      await api.removeSampleData();
      await session.refresh();
      notices.show('good', t.removedSample);
      setAsking(false);
      return null;
    } catch (error) {
      return asApiError(error);
    }
  }

  return (
    <aside
      aria-label={t.sampleData}
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-surface px-3 py-1"
    >
      <SampleBadge />
      <p className="min-w-0 grow basis-48 text-small text-muted">
        {t.sampleNotice}
        {!allowed && ` ${t.removeSampleRefused}`}
      </p>
      {allowed && <Button onClick={() => setAsking(true)}>{t.removeSample}</Button>}
      <Button
        kind="icon"
        aria-label={t.closeSampleHint}
        onClick={() => preferences.change({ sampleHint: 'closed' })}
      >
        <Icon name="close" size={14} />
      </Button>
      {asking && (
        <ConfirmDialog
          question={t.removeSampleQuestion}
          consequence={t.removeSampleText}
          action={t.removeSample}
          danger
          failedTitle={t.errors.title}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </aside>
  );
}
