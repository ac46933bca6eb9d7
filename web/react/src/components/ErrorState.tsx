import { t, type ApiError } from '@pilothouse/core';
import { Button } from './Button';

interface ErrorStateProps {
  error: ApiError;
  title?: string;
  note?: string;
  onRetry?: () => void;
}

/** What happened, why, and what to do. */
export function ErrorState({ error, title = t.errors.loadTitle, note, onRetry }: ErrorStateProps) {
  return (
    <div role="alert" className="callout tone-bad grid gap-1">
      <p className="font-semibold text-bad">{title}</p>
      <p className="first-letter:uppercase">{error.message.replace(/\.$/, '')}.</p>
      <p className="text-muted">{note ?? error.advice}</p>
      {(onRetry || error.traceId) && (
        <div className="mt-1 flex items-center gap-3">
          {onRetry && <Button onClick={onRetry}>{t.retry}</Button>}
          {error.traceId && (
            <code className="text-small text-muted select-all">{t.errors.trace(error.traceId)}</code>
          )}
        </div>
      )}
    </div>
  );
}
