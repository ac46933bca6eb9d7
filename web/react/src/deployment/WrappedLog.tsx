import { absoluteTime, clockTime, t, type LogEntry } from '@pilothouse/core';
import { useLayoutEffect, useRef } from 'react';
import { useZone } from '../hooks/useTime';
import { Found, logTone } from './Found';

const most = 2_000;
const endSlack = 24;

/** Whole lines, however long. Heights differ, so the browser skips what is out of sight, and only the newest are here. */
export function WrappedLog({ entries, wanted }: { entries: LogEntry[]; wanted: string }) {
  const zone = useZone();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const shown = entries.slice(-most);

  useLayoutEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [entries.length]);

  return (
    <div
      ref={box}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={t.deployment.log}
      className="code max-h-[22rem] overflow-y-auto py-1 text-[0.75rem]"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
        (atEnd.current = scrollHeight - scrollTop - clientHeight < endSlack)
      }
    >
      {shown.length < entries.length && (
        <p className="px-3 py-1 text-muted">{t.deployment.logNewest(shown.length)}</p>
      )}
      <ol>
        {shown.map((entry) => (
          <li
            key={entry.seq}
            className={`flex flex-wrap gap-x-3 px-3 py-0.5 [contain-intrinsic-size:auto_1.375rem] [content-visibility:auto] hover:bg-sunken ${logTone[entry.level]}`}
          >
            <time
              dateTime={entry.time}
              title={absoluteTime(Date.parse(entry.time), zone)}
              className="shrink-0 text-muted"
            >
              {clockTime(Date.parse(entry.time), zone)}
            </time>
            <span className="w-14 shrink-0">{t.deployment.level[entry.level]}</span>
            <span className="w-36 shrink-0 text-muted">
              {entry.component && `${entry.component} ${entry.step}`}
            </span>
            <span className="min-w-0 basis-64 grow break-words">
              <Found text={entry.text} wanted={wanted} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
