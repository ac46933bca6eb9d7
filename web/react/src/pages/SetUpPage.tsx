import { t, type ApiError } from '@pilothouse/core';
import { useState, type FormEvent } from 'react';
import { Button } from '../components/Button';
import { ErrorState } from '../components/ErrorState';
import { PasswordField } from '../components/PasswordField';
import { useApp } from '../hooks/useApp';
import { usePageTitle } from '../hooks/usePageTitle';
import { EntranceLayout } from '../layout/EntranceLayout';

const shortestPassword = 15;

export function SetUpPage() {
  usePageTitle(t.setUp.title);
  const { session } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const fields = new FormData(event.currentTarget);
    const of = (name: string) => String(fields.get(name)).trim();
    setBusy(true);
    setError(await session.setup(of('token'), of('username'), String(fields.get('password'))));
    setBusy(false);
  }

  return (
    <EntranceLayout title={t.setUp.title}>
      <p className="mb-4 text-muted">{t.setUp.intro}</p>
      <form className="grid gap-4" onSubmit={(event) => void submit(event)}>
        <div className="field">
          <label htmlFor="token">{t.setUp.token}</label>
          <input
            id="token"
            name="token"
            className="input code"
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={128}
            aria-describedby="token-hint"
            autoFocus
          />
          <p id="token-hint" className="hint">
            {t.setUp.tokenHint}
          </p>
        </div>
        <div className="field">
          <label htmlFor="username">{t.signIn.username}</label>
          <input
            id="username"
            name="username"
            className="input"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            maxLength={64}
          />
        </div>
        <PasswordField autoComplete="new-password" shortest={shortestPassword} />
        {error && (
          <ErrorState
            error={error}
            title={t.setUp.failedTitle}
            note={error.code === 'unauthenticated' ? t.setUp.failedNote : undefined}
          />
        )}
        <Button type="submit" kind="primary" aria-busy={busy}>
          {t.setUp.submit}
        </Button>
      </form>
    </EntranceLayout>
  );
}
