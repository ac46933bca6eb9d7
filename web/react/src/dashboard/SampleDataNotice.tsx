import { asApiError, t, type ApiError } from '@pilothouse/core';
import { useState } from 'react';
import { SampleBadge } from '../components/Badge';
import { Button } from '../components/Button';
import { ConfirmDialog } from '../components/ConfirmDialog';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';

/** As long as there is invented data, the dashboard says so, and how to be rid of it. */
export function SampleDataNotice() {
  const { api, session, notices } = useApp();
  const state = useModel(session);
  const [asking, setAsking] = useState(false);
  if (state.status !== 'signed_in' || !state.session.sample_data) return null;

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
    <div className="callout tone-sample flex flex-wrap items-center gap-x-3 gap-y-2">
      <SampleBadge />
      <p className="grow">{t.sampleNotice}</p>
      <Button onClick={() => setAsking(true)}>{t.removeSample}</Button>
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
    </div>
  );
}
