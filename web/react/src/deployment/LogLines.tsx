import { absoluteTime, clockTime, t, type LogEntry } from '@pilothouse/core';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { useMedia } from '../hooks/useMedia';
import { useZone } from '../hooks/useTime';
import { Found, logTone } from './Found';

interface LogLinesProps {
  entries: LogEntry[];
  wanted: string;
}

const wideRow = 22;
const narrowRow = 62;
const beyond = 12;
const endSlack = 24;

/** Only the lines in sight are in the page. At the end it follows; scrolled up, it stays where the reader is. */
export function LogLines({ entries, wanted }: LogLinesProps) {
  const zone = useZone();
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(360);
  const [following, setFollowing] = useState(true);
  const [seen, setSeen] = useState(entries.length);
  const row = useMedia('(min-width: 48rem)') ? wideRow : narrowRow;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    setHeight(element.clientHeight);
    if (following) element.scrollTop = element.scrollHeight;
  }, [entries.length, following, row]);

  function onScroll() {
    const element = box.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < endSlack;
    setTop(element.scrollTop);
    setFollowing(atEnd);
    if (atEnd) setSeen(entries.length);
  }

  const first = Math.max(0, Math.floor(top / row) - beyond);
  const last = Math.min(entries.length, Math.ceil((top + height) / row) + beyond);
  const unseen = following ? 0 : Math.max(0, entries.length - seen);

  return (
    <div className="relative">
      <div
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={t.deployment.log}
        className="code max-h-[22rem] overflow-y-auto text-[0.75rem]"
      >
        <ol style={{ height: entries.length * row }} className="relative">
          {entries.slice(first, last).map((entry, index) => (
            <Line
              key={entry.seq}
              entry={entry}
              wanted={wanted}
              zone={zone}
              top={(first + index) * row}
              height={row}
              position={first + index + 1}
            />
          ))}
        </ol>
      </div>
      {!following && (
        <Button className="absolute end-4 bottom-3 shadow" onClick={() => setFollowing(true)}>
          <Icon name="down" size={14} />
          {unseen > 0 ? t.deployment.logNew(unseen) : t.deployment.logFollow}
        </Button>
      )}
    </div>
  );
}

interface LineProps {
  entry: LogEntry;
  wanted: string;
  zone: string;
  top: number;
  height: number;
  position: number;
}

/** Of many lines in sight few are new: the others are neither formatted nor compared again. */
const Line = memo(({ entry, wanted, zone, top, height, position }: LineProps) => {
  const ms = Date.parse(entry.time);
  const place = entry.component && `${entry.component} ${entry.step}`;
  return (
    <li
      aria-setsize={-1}
      aria-posinset={position}
      style={{ top, height }}
      className={`absolute inset-x-0 px-3 hover:bg-sunken md:flex md:items-center md:gap-3 ${logTone[entry.level]}`}
    >
      <time dateTime={entry.time} title={absoluteTime(ms, zone)} className="shrink-0 text-muted">
        {clockTime(ms, zone)}
      </time>
      <span className="w-14 shrink-0 max-md:mx-2">{t.deployment.level[entry.level]}</span>
      <span className="w-36 shrink-0 truncate text-muted max-md:hidden" title={place}>
        {place}
      </span>
      <span className="min-w-0 grow max-md:line-clamp-2 md:truncate" title={entry.text}>
        <Found text={entry.text} wanted={wanted} />
      </span>
    </li>
  );
});
