import {
  absoluteTime,
  exportAudit,
  t,
  type ApiError,
  type AuditEntry,
  type AuditSearch,
} from '@pilothouse/core';
import { useState } from 'react';
import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Link } from '../components/Link';
import { Loaded } from '../components/Loaded';
import { Paging } from '../components/Paging';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { usePageTitle } from '../hooks/usePageTitle';
import { usePermissions } from '../hooks/usePermissions';
import { useZone } from '../hooks/useTime';

const pageSize = 50;
const exportMost = 20_000;
const shownOfId = 8;

export function AuditPage({ search }: { search: AuditSearch }) {
  usePageTitle(t.audit.title);
  const { navigation } = useApp();
  const allowed = usePermissions().includes('audit_read');
  const pages = search.page ?? [];
  return (
    <div className="grid gap-4">
      <header className="flex flex-wrap items-center gap-3">
        <h1 tabIndex={-1}>{t.audit.title}</h1>
        <div className="ms-auto">
          <Export refusal={allowed ? null : t.audit.refused} />
        </div>
      </header>
      {allowed ? (
        <Entries
          key={pages.at(-1) ?? ''}
          pages={pages}
          onGo={(page) => navigation.go({ page: 'audit', search: page.length > 0 ? { page } : {} })}
        />
      ) : (
        <EmptyState title={t.audit.refused} />
      )}
    </div>
  );
}

function Entries({ pages, onGo }: { pages: string[]; onGo: (pages: string[]) => void }) {
  const { make } = useApp();
  const model = useMade(() => make.audit(pages.at(-1), pageSize));
  const value = useModel(model);
  return (
    <section className="card" aria-label={t.audit.title}>
      <Loaded value={value} onRetry={() => void model.refresh()} lines={10}>
        {({ items, next }) => (
          <>
            <div className="border-b border-line px-3 py-1.5">
              <Freshness of={value} />
            </div>
            {items.length === 0 ? (
              <div className="p-3">
                <EmptyState title={t.audit.empty} hint={t.audit.emptyHint} />
              </div>
            ) : (
              <Table items={items} />
            )}
            <Paging pages={pages} next={next} onGo={onGo} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Table({ items }: { items: AuditEntry[] }) {
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
            className="max-md:grid max-md:grid-cols-[1fr_auto] max-md:border-b max-md:border-line max-md:py-2 max-md:[&>td]:border-0 max-md:[&>td]:py-0"
          >
            <td className="whitespace-nowrap text-muted">
              <time dateTime={one.time}>{absoluteTime(Date.parse(one.time), zone)}</time>
            </td>
            <td className="font-medium max-md:text-end">
              {one.actor}
              {one.address && <span className="code block font-normal text-muted">{one.address}</span>}
            </td>
            <td className="code">{one.action}</td>
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

function Export({ refusal }: { refusal: string | null }) {
  const { api, notices } = useApp();
  const [progress, setProgress] = useState<number | null>(null);

  async function run() {
    setProgress(0);
    let rows = 0;
    try {
      const csv = await exportAudit(api, exportMost, (number) => setProgress((rows = number)));
      download(csv);
      notices.show('good', rows > exportMost ? t.audit.exportLimit(exportMost) : t.audit.exported(rows));
    } catch (error) {
      const problem = error as ApiError;
      notices.show('bad', t.audit.exportFailed, [problem.message, problem.advice]);
    }
    setProgress(null);
  }

  return (
    <Button refusal={refusal} aria-busy={progress !== null} onClick={() => progress === null && void run()}>
      {progress === null ? t.audit.exportCsv : t.audit.exporting(progress)}
    </Button>
  );
}

function download(csv: string): void {
  const address = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `audit-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(address);
}
