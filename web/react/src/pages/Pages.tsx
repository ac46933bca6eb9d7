import { hrefOf, t, type Route } from '@pilothouse/core';
import { lazy, Suspense } from 'react';
import { Link } from '../components/Link';
import { PageBoundary } from '../components/PageBoundary';
import { Skeleton } from '../components/Skeleton';
import { useApp } from '../hooks/useApp';
import { useModel } from '../hooks/useModel';
import { DashboardPage } from './DashboardPage';

const EnvironmentPage = lazy(() => import('./EnvironmentPage').then((m) => ({ default: m.EnvironmentPage })));
const DeploymentPage = lazy(() => import('./DeploymentPage').then((m) => ({ default: m.DeploymentPage })));
const DeploymentsPage = lazy(() => import('./DeploymentsPage').then((m) => ({ default: m.DeploymentsPage })));
const AuditPage = lazy(() => import('./AuditPage').then((m) => ({ default: m.AuditPage })));

export function Pages() {
  const route = useModel(useApp().navigation);
  return (
    <PageBoundary key={route.page}>
      <Suspense fallback={<Skeleton lines={6} />}>{pageOf(route)}</Suspense>
    </PageBoundary>
  );
}

function pageOf(route: Route) {
  switch (route.page) {
    case 'dashboard':
      return <DashboardPage />;
    case 'environment':
      return <EnvironmentPage key={route.name} name={route.name} search={route.search} />;
    case 'deployment':
      return <DeploymentPage key={route.id} id={route.id} search={route.search} />;
    case 'deployments':
      return <DeploymentsPage search={route.search} />;
    case 'audit':
      return <AuditPage search={route.search} />;
    case 'not_found':
      return (
        <>
          <h1 tabIndex={-1}>{t.notFoundTitle}</h1>
          <p className="my-2 text-muted">{t.notFoundText(hrefOf(route))}</p>
          <Link to={{ page: 'dashboard' }}>{t.toDashboard}</Link>
        </>
      );
  }
}
