// Every address of the pages, both ways.
import { list, moment, oneOf, readSearch, text, writeSearch, type Values } from './codec';

const deploymentsSearch = {
  environment: text,
  status: oneOf('queued', 'deploying', 'completed', 'failed'),
  strategy: oneOf('rolling', 'blue-green', 'canary'),
  version: text,
  trigger: oneOf('api', 'manual', 'scheduled'),
  created_from: moment,
  created_before: moment,
  sort: oneOf('created_at', 'environment', 'version', 'status'),
  order: oneOf('asc', 'desc'),
  page: list,
};
const deploymentSearch = { component: text, level: oneOf('info', 'warning', 'error'), q: text };
const environmentSearch = { deploy: oneOf('open') };
const auditSearch = { page: list };

export type DeploymentsSearch = Values<typeof deploymentsSearch>;
export type DeploymentSearch = Values<typeof deploymentSearch>;
export type EnvironmentSearch = Values<typeof environmentSearch>;
export type AuditSearch = Values<typeof auditSearch>;

export type Route =
  | { page: 'dashboard' }
  | { page: 'environment'; name: string; search: EnvironmentSearch }
  | { page: 'deployments'; search: DeploymentsSearch }
  | { page: 'deployment'; id: string; search: DeploymentSearch }
  | { page: 'audit'; search: AuditSearch }
  | { page: 'not_found'; path: string };

export function parseRoute(path: string, search: string): Route {
  const [first, second, ...more] = path.split('/').filter(Boolean).map(decode);
  if (first === undefined) return { page: 'dashboard' };
  if (more.length === 0) {
    if (first === 'environments' && second)
      return { page: 'environment', name: second, search: readSearch(environmentSearch, search) };
    if (first === 'deployments' && second)
      return { page: 'deployment', id: second, search: readSearch(deploymentSearch, search) };
    if (first === 'deployments')
      return { page: 'deployments', search: readSearch(deploymentsSearch, search) };
    if (first === 'audit' && !second) return { page: 'audit', search: readSearch(auditSearch, search) };
  }
  return { page: 'not_found', path };
}

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'dashboard':
      return '/';
    case 'environment':
      return `/environments/${encodeURIComponent(route.name)}${writeSearch(environmentSearch, route.search)}`;
    case 'deployments':
      return `/deployments${writeSearch(deploymentsSearch, route.search)}`;
    case 'deployment':
      return `/deployments/${encodeURIComponent(route.id)}${writeSearch(deploymentSearch, route.search)}`;
    case 'audit':
      return `/audit${writeSearch(auditSearch, route.search)}`;
    case 'not_found':
      return route.path;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
