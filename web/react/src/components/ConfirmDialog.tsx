import { t, type ApiError } from '@pilothouse/core';
import { useState, type ReactNode } from 'react';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { ErrorState } from './ErrorState';

interface ConfirmDialogProps {
  question: string;
  consequence: string;
  action: string;
  danger?: boolean;
  failedTitle: string;
  /** Why it cannot be done any more: it was possible when it was asked for. */
  refusal?: string | null;
  /** What must be said beside yes and no. */
  children?: ReactNode;
  /** Answers what went wrong, or null; then the dialog closes. */
  onConfirm: () => Promise<ApiError | null>;
  onClose: () => void;
}

/** Names what will happen before it happens, and says why when it does not. */
export function ConfirmDialog({
  question,
  consequence,
  action,
  danger,
  failedTitle,
  refusal,
  children,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  async function confirm() {
    if (busy) return;
    setBusy(true);
    setError(await onConfirm());
    setBusy(false);
  }
  return (
    <Dialog
      title={question}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose} data-first-focus={danger || undefined}>
            {t.cancel}
          </Button>
          <Button
            kind={danger ? 'danger' : 'primary'}
            aria-busy={busy}
            refusal={refusal}
            onClick={() => void confirm()}
            data-first-focus={!danger || undefined}
          >
            {action}
          </Button>
        </>
      }
    >
      <p>{consequence}</p>
      {children}
      {refusal && <p className="callout tone-warn mt-3">{refusal}</p>}
      {error && (
        <div className="mt-3">
          <ErrorState error={error} title={failedTitle} />
        </div>
      )}
    </Dialog>
  );
}
