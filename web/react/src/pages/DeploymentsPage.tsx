import {
  t,
  type DeploymentSort,
  type DeploymentsPage as Page,
  type DeploymentsSearch,
  type Loadable,
} from '@pilothouse/core';
import { useEffect, useRef, type RefObject } from 'react';
import { Button } from '../components/Button';
import { EmptyState } from '../components/EmptyState';
import { Freshness } from '../components/Freshness';
import { Loaded } from '../components/Loaded';
import { Paging } from '../components/Paging';
import { DeploymentFilters } from '../deployment/DeploymentFilters';
import { DeploymentTable } from '../deployment/DeploymentTable';
import { useApp } from '../hooks/useApp';
import { useMade } from '../hooks/useMade';
import { useModel } from '../hooks/useModel';
import { usePageTitle } from '../hooks/usePageTitle';

const pageSize = 25;

/** Filter, order and page are all in the address; the server does the work. */
export function DeploymentsPage({ search }: { search: DeploymentsSearch }) {
  usePageTitle(t.deployments.title);
  const { navigation } = useApp();
  const before = useRef<Loadable<Page> | null>(null);
  const go = (next: DeploymentsSearch, how: 'push' | 'replace' = 'push') =>
    navigation.go({ page: 'deployments', search: next }, how);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
      <h1 tabIndex={-1}>{t.deployments.title}</h1>
      <DeploymentFilters
        search={search}
        onChange={(some) => go({ ...search, ...some, page: undefined }, 'replace')}
        onClear={() => go({})}
      />
      <Results key={JSON.stringify(search)} search={search} before={before} onGo={go} />
    </div>
  );
}

interface ResultsProps {
  search: DeploymentsSearch;
  /** What was shown for another search: it stays until the new rows are there. */
  before: RefObject<Loadable<Page> | null>;
  onGo: (next: DeploymentsSearch) => void;
}

function Results({ search, before, onGo }: ResultsProps) {
  const { make } = useApp();
  const { page = [], ...query } = search;
  const model = useMade(() => make.deployments({ ...query, after: page.at(-1), limit: pageSize }));
  const read: Loadable<Page> = useModel(model);
  const waits = read.status === 'loading' && before.current !== null;
  const value = waits ? before.current! : read;
  useEffect(() => {
    if (read.status === 'ready') before.current = read;
  }, [read, before]);
  const by = search.sort ?? 'created_at';
  const order = search.order ?? (by === 'created_at' ? 'desc' : 'asc');
  const filtered = Object.keys(query).some((key) => key !== 'sort' && key !== 'order');

  function onSort(next: DeploymentSort) {
    const first = next === 'created_at' ? 'desc' : 'asc';
    onGo({
      ...search,
      page: undefined,
      sort: next,
      order: next === by ? (order === 'asc' ? 'desc' : 'asc') : first,
    });
  }

  return (
    <section className="card" aria-label={t.deployments.title} aria-busy={waits}>
      <Loaded value={value} onRetry={() => void model.refresh()} lines={8}>
        {({ items, next, newer }) => (
          <>
            <div className="flex flex-wrap items-center gap-3 border-b border-line px-3 py-1.5">
              <Freshness of={value} />
              {newer.length > 0 && page.length === 0 && (
                <Button onClick={() => void model.refresh()}>{t.deployments.newer(newer.length)}</Button>
              )}
            </div>
            {items.length === 0 ? (
              <div className="p-3">
                {filtered ? (
                  <EmptyState title={t.deployments.empty} hint={t.deployments.emptyHint} />
                ) : (
                  <EmptyState title={t.deployments.none} hint={t.deployments.noneHint} />
                )}
              </div>
            ) : (
              <DeploymentTable items={items} sorting={{ by, order, onSort }} />
            )}
            <Paging
              pages={page}
              next={next}
              onGo={(pages) => onGo({ ...search, page: pages.length > 0 ? pages : undefined })}
            />
          </>
        )}
      </Loaded>
    </section>
  );
}
