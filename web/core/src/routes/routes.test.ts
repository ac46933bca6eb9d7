import { describe, expect, it } from 'vitest';
import { createNavigation, type HistoryLike } from './navigation';
import { hrefOf, parseRoute, type Route } from './routes';

const parse = (href: string): Route => {
  const { pathname, search } = new URL(href, 'http://portal.test');
  return parseRoute(pathname, search);
};

const routes: Route[] = [
  { page: 'dashboard' },
  { page: 'environment', name: 'demo', search: {} },
  { page: 'environment', name: 'demo', search: { deploy: 'open' } },
  { page: 'deployments', search: {} },
  {
    page: 'deployments',
    search: {
      environment: 'a b&c',
      status: 'failed',
      strategy: 'blue-green',
      version: '1.0.0+x',
      trigger: 'api',
      created_from: '2026-11-24T12:00:00.000Z',
      created_before: '2026-11-25T12:00:00.000Z',
      sort: 'version',
      order: 'asc',
      page: ['12.a', '34.b'],
    },
  },
  {
    page: 'deployment',
    id: '01m87typdv9ssmnet9hbcr65zb',
    search: { component: 'web', level: 'error', q: 'L7STS 503' },
  },
  { page: 'audit', search: { page: ['120'] } },
];

describe('routes', () => {
  it.each(routes.map((route) => [hrefOf(route), route] as const))('%s goes there and back', (href, route) => {
    expect(parse(href)).toEqual(route);
  });

  it('leaves out what it does not understand', () => {
    expect(parse('/deployments?status=odd&sort=age&created_from=yesterday&version=1.0.0&new=1')).toEqual({
      page: 'deployments',
      search: { version: '1.0.0' },
    });
  });

  it('knows what is not there', () => {
    expect(parse('/nowhere/at/all')).toEqual({ page: 'not_found', path: '/nowhere/at/all' });
    expect(parse('/environments/%E0%A4%A')).toMatchObject({ page: 'environment' });
  });
});

function fakeHistory() {
  const stack = ['/'];
  let pop = () => {};
  const location = { pathname: '/', search: '' };
  const sync = () => Object.assign(location, splitHref(stack.at(-1)!));
  const history: HistoryLike = {
    location,
    push: (href) => (stack.push(href), sync()),
    replace: (href) => (stack.splice(-1, 1, href), sync()),
    onPop: (listener) => (pop = listener),
  };
  return { history, stack, back: () => (stack.pop(), sync(), pop()) };
}

function splitHref(href: string) {
  const { pathname, search } = new URL(href, 'http://portal.test');
  return { pathname, search };
}

describe('navigation', () => {
  it('goes, replaces, and comes back', () => {
    const { history, stack, back } = fakeHistory();
    const navigation = createNavigation(history);
    navigation.go({ page: 'deployments', search: {} });
    navigation.go({ page: 'deployments', search: { status: 'failed' } }, 'replace');
    expect(stack).toEqual(['/', '/deployments?status=failed']);
    back();
    expect(navigation.snapshot()).toEqual({ page: 'dashboard' });
  });

  it('does not stack the same address twice', () => {
    const { history, stack } = fakeHistory();
    const navigation = createNavigation(history);
    navigation.go({ page: 'dashboard' });
    expect(stack).toEqual(['/']);
  });
});
