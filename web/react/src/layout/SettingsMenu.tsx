import { localZone, relativeTime, t, zoneChoices, zoneName, type Theme } from '@pilothouse/core';
import { useEffect, useRef, useState } from 'react';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { useNow, useZone } from '../hooks/useTime';

/** Theme, time zone and account. */
export function SettingsMenu() {
  const [open, setOpen] = useState(false);
  const shownZone = zoneName(useNow(), useZone());
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    function outside(event: Event) {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    }
    function escape(event: KeyboardEvent) {
      if (event.key !== 'Escape') return;
      setOpen(false);
      button.current?.focus();
    }
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    addEventListener('keydown', escape);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
      removeEventListener('keydown', escape);
    };
  }, [open]);

  return (
    <div ref={box} className="relative">
      <Button
        ref={button}
        kind="quiet"
        className="px-2 text-muted"
        aria-label={`${t.header.menu}, ${t.header.zone} ${shownZone}`}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <span className="text-small max-sm:hidden">{shownZone}</span>
        <Icon name="settings" />
      </Button>
      {open && <Settings />}
    </div>
  );
}

function Settings() {
  const { preferences, session, notices } = useApp();
  const { theme, zone } = useModel(preferences);
  const state = useModel(session);
  const now = useNow();
  async function logout() {
    const error = await session.logout();
    if (error) notices.show('bad', t.errors.title, [error.message, error.advice]);
  }
  return (
    <div className="card absolute end-0 top-10 z-50 grid w-72 max-w-[calc(100vw-1rem)] gap-3 p-3 shadow-[var(--shadow-high)]">
      <fieldset>
        <legend className="mb-1 font-medium">{t.header.theme}</legend>
        <div className="flex gap-1">
          {(Object.keys(t.header.themes) as Theme[]).map((one) => (
            <Button
              key={one}
              className="grow"
              aria-pressed={theme === one}
              kind={theme === one ? 'primary' : undefined}
              onClick={() => preferences.change({ theme: one })}
            >
              {t.header.themes[one]}
            </Button>
          ))}
        </div>
      </fieldset>
      <div className="field">
        <label htmlFor="zone">{t.header.zone}</label>
        <select
          id="zone"
          className="input"
          value={zone}
          onChange={(event) => preferences.change({ zone: event.target.value })}
        >
          <option value="local">{t.header.zoneLocal(localZone())}</option>
          {zoneChoices().map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </div>
      {state.status === 'signed_in' && (
        <div className="flex items-center gap-2 border-t border-line pt-3">
          <div className="min-w-0 grow">
            <p className="truncate">{t.header.account(state.user, state.session.role)}</p>
            <p className="text-small text-muted">
              {t.product} {state.session.version}
            </p>
            {state.session.expires_at && (
              <p className="text-small text-muted">
                {t.header.sessionEnds(relativeTime(Date.parse(state.session.expires_at), now, zone))}
              </p>
            )}
          </div>
          <Button onClick={() => void logout()}>{t.header.logout}</Button>
        </div>
      )}
    </div>
  );
}
