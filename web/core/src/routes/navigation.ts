// Where we are, as a model over the browser's history.
import { createStore, type Model } from '../state/store';
import { hrefOf, parseRoute, type Route } from './routes';

export interface NavigationModel extends Model<Route> {
  go: (route: Route, how?: 'push' | 'replace') => void;
}

export interface HistoryLike {
  location: { pathname: string; search: string };
  push: (href: string) => void;
  replace: (href: string) => void;
  onPop: (listener: () => void) => void;
}

export function browserHistory(window: Window): HistoryLike {
  return {
    location: window.location,
    push: (href) => window.history.pushState(null, '', href),
    replace: (href) => window.history.replaceState(null, '', href),
    onPop: (listener) => window.addEventListener('popstate', listener),
  };
}

export function createNavigation(history: HistoryLike): NavigationModel {
  const read = () => parseRoute(history.location.pathname, history.location.search);
  const store = createStore<Route>(read());
  history.onPop(() => store.set(read()));
  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    go(route, how = 'push') {
      const href = hrefOf(route);
      const same = href === `${history.location.pathname}${history.location.search}`;
      if (how === 'replace' || same) history.replace(href);
      else history.push(href);
      store.set(route);
    },
  };
}
