import { t } from '@pilothouse/core';
import { useState } from 'react';

interface PasswordFieldProps {
  autoComplete: 'current-password' | 'new-password';
  shortest?: number;
}

/** Pasting and password managers work; what was typed can be looked at. */
export function PasswordField({ autoComplete, shortest }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  const [length, setLength] = useState(0);
  const missing = shortest ? shortest - length : 0;
  return (
    <div className="field">
      <label htmlFor="password">{t.signIn.password}</label>
      <input
        id="password"
        name="password"
        className="input"
        type={shown ? 'text' : 'password'}
        autoComplete={autoComplete}
        required
        minLength={shortest}
        maxLength={2048}
        aria-describedby={shortest ? 'password-hint' : undefined}
        onChange={(event) => setLength([...event.target.value].length)}
      />
      {shortest && (
        <p id="password-hint" className="hint">
          {t.setUp.passwordHint}{' '}
          {length > 0 && missing > 0 && (
            <span className="font-medium text-warn">{t.setUp.tooShort(missing)}</span>
          )}
        </p>
      )}
      <label className="check text-muted">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} />
        {t.signIn.show}
      </label>
    </div>
  );
}
