import { absoluteTime, t, type AuditEntry } from '@pilothouse/core';
import { Link } from '../components/Link';
import { useZone } from '../hooks/useTime';

const shownOfId = 8;

export function AuditTable({ items }: { items: AuditEntry[] }) {
  const zone = useZone();
  const { columns } = t.audit;
  return (
    <table className="table">
      <thead className="max-md:sr-only">
        <tr>
          <th>{columns.time}</th>
          <th>{columns.actor}</th>
          <th>{columns.action}</th>
          <th>{columns.target}</th>
          <th>{columns.result}</th>
          <th className="max-lg:hidden">{columns.details}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr
            key={one.seq}
            className="max-md:grid max-md:grid-cols-[minmax(0,1fr)_auto] max-md:border-b max-md:border-line max-md:py-2 max-md:[&>td]:border-0 max-md:[&>td]:py-0"
          >
            <td className="whitespace-nowrap text-muted">
              <time dateTime={one.time}>{absoluteTime(Date.parse(one.time), zone)}</time>
            </td>
            <td className="min-w-24 font-medium [overflow-wrap:anywhere] max-md:text-end">
              {one.actor}
              {one.address && <span className="code block font-normal text-muted">{one.address}</span>}
            </td>
            <td className="code max-md:[overflow-wrap:anywhere]">{one.action}</td>
            <td className="code md:whitespace-nowrap max-md:order-last max-md:col-span-2">
              <Target target={one.target} />
            </td>
            <td
              className={one.result === 'refused' || one.result === 'failed' ? 'text-bad' : 'max-md:text-end'}
            >
              {one.result}
            </td>
            <td className="w-2/5 [overflow-wrap:anywhere] text-muted max-lg:hidden">
              {wordsOf(one.details)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Target({ target }: { target: string }) {
  const [kind, name] = target.split('/');
  if (kind === 'deployment' && name)
    return (
      <Link kind="plain" to={{ page: 'deployment', id: name, search: {} }}>
        <span title={target}>
          {kind}/…{name.slice(-shownOfId)}
        </span>
      </Link>
    );
  if (kind === 'environment' && name)
    return (
      <Link kind="plain" to={{ page: 'environment', name, search: {} }}>
        {target}
      </Link>
    );
  return <>{target}</>;
}

/** {"version": "1.1.0"} as "version 1.1.0". */
function wordsOf(details: unknown): string {
  if (typeof details !== 'object' || details === null) return String(details ?? '');
  return Object.entries(details)
    .map(([key, value]) =>
      key === 'reason'
        ? String(value)
        : `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(', ');
}
