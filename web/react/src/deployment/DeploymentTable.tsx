import { duration, elapsed, t, type DeploymentSort, type DeploymentView } from '@pilothouse/core';
import { PhaseBadge } from '../components/Badge';
import { Icon } from '../components/Icon';
import { Link } from '../components/Link';
import { Time } from '../components/Time';
import { useNow } from '../hooks/useTime';

export interface Sorting {
  by: DeploymentSort;
  order: 'asc' | 'desc';
  onSort: (by: DeploymentSort) => void;
}

interface DeploymentTableProps {
  items: DeploymentView[];
  /** Fewer columns, for a place beside other things. */
  compact?: boolean;
  /** All are of one environment, which is known. */
  ofOne?: boolean;
  sorting?: Sorting;
}

/** On narrow screens each row becomes a small card: nothing scrolls sideways. */
export function DeploymentTable({ items, compact = false, ofOne = false, sorting }: DeploymentTableProps) {
  const wide = compact ? 'hidden' : 'max-md:hidden';
  const place = ofOne ? 'hidden' : wide;
  return (
    <table className="table">
      <thead className={compact ? 'sr-only' : 'max-md:sr-only'}>
        <tr>
          <Head by="version" sorting={sorting} />
          <Head by="environment" sorting={sorting} className={place} />
          <Head by="status" sorting={sorting} />
          <th className={wide}>{t.deployments.columns.reason}</th>
          <Head by="created_at" sorting={sorting} />
          <th className={wide}>{t.deployments.columns.took}</th>
          <th className={wide}>{t.deployments.columns.actor}</th>
        </tr>
      </thead>
      <tbody>
        {items.map((one) => (
          <tr key={one.id}>
            <td>
              <Link
                kind="plain"
                title={one.version}
                className="link code inline-block min-h-6 max-w-[min(16rem,24vw)] truncate align-bottom font-semibold"
                to={{ page: 'deployment', id: one.id, search: {} }}
              >
                {one.version}
              </Link>
              {!ofOne && (
                <span className={`block text-small text-muted ${compact ? '' : 'md:hidden'}`}>
                  {one.environment}
                </span>
              )}
              <span className="block text-small text-muted">{t.strategy[one.strategy]}</span>
            </td>
            <td className={place}>
              <Link
                kind="plain"
                className="link inline-block min-h-6"
                to={{ page: 'environment', name: one.environment, search: {} }}
              >
                {one.environment}
              </Link>
            </td>
            <td className={compact ? 'w-full' : ''}>
              <PhaseBadge phase={one.phase} />
              <span
                className={`mt-0.5 line-clamp-2 text-small [overflow-wrap:anywhere] text-muted ${compact ? '' : 'md:hidden'}`}
              >
                {one.reason}
              </span>
            </td>
            <td className={`${wide} w-1/2 min-w-56 [overflow-wrap:anywhere] text-muted`}>{one.reason}</td>
            <td className="text-muted max-sm:text-small">
              <Time at={one.created_at} />
            </td>
            <td className={`${wide} whitespace-nowrap text-muted`}>
              <Took deployment={one} />
            </td>
            <td className={`${wide} min-w-28 [overflow-wrap:anywhere] text-muted`}>{one.actor}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Took({ deployment }: { deployment: DeploymentView }) {
  const now = useNow();
  if (!deployment.started_at) return <>–</>;
  const began = Date.parse(deployment.started_at);
  return (
    <>
      {deployment.completed_at ? duration(Date.parse(deployment.completed_at) - began) : elapsed(now - began)}
    </>
  );
}

function Head({ by, sorting, className }: { by: DeploymentSort; sorting?: Sorting; className?: string }) {
  const label = t.deployments.columns[by];
  if (!sorting) return <th className={className}>{label}</th>;
  const current = sorting.by === by;
  const order = sorting.order === 'asc' ? 'ascending' : 'descending';
  return (
    <th className={className} aria-sort={current ? order : 'none'}>
      <button
        type="button"
        className="inline-flex min-h-6 cursor-pointer items-center gap-1 hover:text-text"
        title={t.deployments.sortBy(label)}
        onClick={() => sorting.onSort(by)}
      >
        {label}
        {current && <Icon name={sorting.order === 'asc' ? 'up' : 'down'} size={12} />}
      </button>
    </th>
  );
}
