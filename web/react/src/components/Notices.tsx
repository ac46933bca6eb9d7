import { t } from '@pilothouse/core';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { Button } from './Button';
import { Icon, type IconName } from './Icon';

const icons: Record<'info' | 'good' | 'bad', IconName> = { info: 'dot', good: 'check', bad: 'warning' };
const tones = { info: 'busy', good: 'good', bad: 'bad' } as const;

/** Short notices, and the one live region of the page. */
export function Notices() {
  const { notices } = useApp();
  const state = useModel(notices);
  return (
    <>
      <p aria-live="polite" className="sr-only">
        {state.spoken}
      </p>
      <section
        aria-label={t.notices}
        className="pointer-events-none fixed end-3 bottom-3 z-40 grid w-80 max-w-[calc(100vw-1.5rem)] gap-2"
      >
        {state.notices.map(({ id, tone, title, lines }) => (
          <div
            key={id}
            className={`card tone-${tones[tone]} pointer-events-auto flex gap-2 border-s-4 border-s-[var(--tone)] py-2 ps-3 pe-1 shadow-[var(--shadow-high)]`}
          >
            <span className="mt-0.5 text-tone">
              <Icon name={icons[tone]} />
            </span>
            <div className="min-w-0 grow">
              <p className="font-semibold">{title}</p>
              {lines.map((line) => (
                <p key={line} className="break-words text-muted">
                  {line}
                </p>
              ))}
            </div>
            <Button kind="icon" aria-label={t.close} onClick={() => notices.close(id)}>
              <Icon name="close" size={14} />
            </Button>
          </div>
        ))}
      </section>
    </>
  );
}
