import { t, type ApiError } from '@pilothouse/core';
import { useState, type FormEvent } from 'react';
import { Button } from '../components/Button';
import { ErrorState } from '../components/ErrorState';
import { PasswordField } from '../components/PasswordField';
import { useApp } from '../hooks/useApp';
import { usePageTitle } from '../hooks/usePageTitle';
import { EntranceLayout } from '../layout/EntranceLayout';

/** Stands where the page was: the address stays, and signing in goes on there. */
export function SignInPage({ notice }: { notice: string | null }) {
  usePageTitle(t.signIn.title);
  const { session } = useApp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    setError(await session.login(String(fields.get('username')), String(fields.get('password'))));
    setBusy(false);
  }

  return (
    <EntranceLayout title={t.signIn.title}>
      {notice && (
        <p role="status" className="callout tone-busy mb-4 first-letter:uppercase">
          {notice}
        </p>
      )}
      <form className="grid gap-4" onSubmit={(event) => void submit(event)}>
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
            autoFocus
          />
        </div>
        <PasswordField autoComplete="current-password" />
        {error && (
          <ErrorState
            error={error}
            title={t.signIn.failedTitle}
            note={error.code === 'unauthenticated' ? t.signIn.failedNote : undefined}
          />
        )}
        <Button type="submit" kind="primary" aria-busy={busy}>
          {busy ? t.signIn.busy : t.signIn.submit}
        </Button>
      </form>
    </EntranceLayout>
  );
}
