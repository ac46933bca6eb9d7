import { Fragment } from 'react';

export const logTone = { info: '', warning: 'text-warn', error: 'text-bad' } as const;

/** The text with what is searched for marked. */
export function Found({ text, wanted }: { text: string; wanted: string }) {
  const needle = wanted.trim().toLowerCase();
  if (!needle) return <>{text}</>;
  const parts: string[] = [];
  let rest = text;
  for (let at = rest.toLowerCase().indexOf(needle); at >= 0; at = rest.toLowerCase().indexOf(needle)) {
    parts.push(rest.slice(0, at), rest.slice(at, at + needle.length));
    rest = rest.slice(at + needle.length);
  }
  parts.push(rest);
  return parts.map((part, index) =>
    index % 2 === 1 ? <mark key={index}>{part}</mark> : <Fragment key={index}>{part}</Fragment>,
  );
}
