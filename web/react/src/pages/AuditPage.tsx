import { t, type AuditSearch } from '@pilothouse/core';
import { AuditExport } from '../audit/AuditExport';
import { AuditTable } from '../audit/AuditTable';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Loaded } from '../components/Loaded';
import { Paging } from '../components/Paging';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { usePageTitle } from '../hooks/usePageTitle';
import { usePermissions } from '../hooks/usePermissions';

const pageSize = 50;

export function AuditPage({ search }: { search: AuditSearch }) {
  usePageTitle(t.audit.title);
  const { navigation } = useApp();
  const allowed = usePermissions().includes('audit_read');
  const pages = search.page ?? [];
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <header className="flex flex-wrap items-center gap-3">
        <h1 tabIndex={-1}>{t.audit.title}</h1>
        <div className="ms-auto">
          <AuditExport refusal={allowed ? null : t.audit.refused} />
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
              <AuditTable items={items} />
            )}
            <Paging pages={pages} next={next} onGo={onGo} />
          </>
        )}
      </Loaded>
    </section>
  );
}
