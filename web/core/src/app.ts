// Everything behind the pages, put together once.
import { createApi, type Api } from './api/api';
import { createHttp } from './api/http';
import { createActivityModel, summarise, type ActivityModel } from './models/activityModel';
import { createAskedModel } from './models/askedModel';
import { createAuditModel } from './models/auditModel';
import { createDeployForm } from './models/deployForm';
import { createDeploymentModel } from './models/deploymentModel';
import { createDeploymentsModel, createRecentDeploymentsModel } from './models/deploymentsModel';
import { createEnvironmentModel, createMonitoringModel } from './models/environmentModel';
import { createEnvironmentsModel, type EnvironmentsModel } from './models/environmentsModel';
import { createLogModel } from './models/logModel';
import { createNoticesModel, type NoticesModel } from './models/noticesModel';
import { createNowModel, type NowModel } from './models/nowModel';
import { createPreferencesModel, type KeyValue, type PreferencesModel } from './models/preferencesModel';
import { createAlertsModel, createCostsModel, createMetricsModel } from './models/reportModels';
import { createSamplesModel } from './models/samplesModel';
import { createSessionModel, type SessionModel } from './models/sessionModel';
import { duration } from './format/duration';
import { createConnection, type Connection } from './realtime/connection';
import type { RealtimeSocket } from './realtime/socket';
import { createTopics } from './realtime/topics';
import { createNavigation, type HistoryLike, type NavigationModel } from './routes/navigation';
import type { DeploymentsQuery } from './api/types';
import type { Clock } from './state/clock';
import type { Live } from './state/liveResource';
import type { Schedule } from './state/store';
import { t } from './texts/texts';

export interface Surroundings {
  fetch: typeof globalThis.fetch;
  openSocket: () => RealtimeSocket;
  history: HistoryLike;
  local: KeyValue;
  perTab: KeyValue;
  clock: Clock;
  schedule: Schedule;
  newKey: () => string;
  /** Calls when the page may have slept: it is looked at again, or the network is back. */
  onWake: (listener: () => void) => void;
}

export interface App {
  api: Api;
  session: SessionModel;
  connection: Connection;
  navigation: NavigationModel;
  preferences: PreferencesModel;
  notices: NoticesModel;
  activity: ActivityModel;
  now: NowModel;
  environments: EnvironmentsModel;
  newKey: () => string;
  make: ReturnType<typeof makers>;
  start: () => void;
}

const linesOfReturn = 4;

export function createApp(around: Surroundings): App {
  const { clock, schedule } = around;
  const http = createHttp({ fetch: around.fetch, onUnauthenticated: () => session.ended('') });
  const api = createApi(http);
  const session = createSessionModel(api, clock);
  const connection = createConnection({
    openSocket: around.openSocket,
    ticket: api.ticket,
    onEvent: (name, event) => {
      topics.onEvent(name, event);
      // Somebody removed the sample data: the session says whether there is any.
      if (name === 'cost-updated' && event.kind === 'removed') void session.refresh();
    },
    onLive: () => topics.onLive(),
    clock,
  });
  const topics = createTopics(connection.ask, () => connection.snapshot().status === 'live');
  const live: Live = { topics, connection, clock, schedule };
  const notices = createNoticesModel(clock);
  const activity = createActivityModel({
    topics,
    connection,
    clock,
    schedule,
    onReturn(outageMs, missed) {
      const changes = summarise(missed);
      const lines = changes.slice(0, linesOfReturn).map((one) => one.text);
      if (changes.length > linesOfReturn) lines.push(t.realtime.more(changes.length - linesOfReturn));
      notices.show(
        'info',
        t.realtime.returned(duration(outageMs)),
        lines.length > 0 ? lines : [t.realtime.nothingMissed],
      );
    },
  });

  function followSession(): void {
    let stopActivity: (() => void) | null = null;
    session.subscribe(() => {
      const signedIn = session.snapshot().status === 'signed_in';
      if (signedIn && !stopActivity) {
        stopActivity = activity.start();
        connection.start();
      } else if (!signedIn && stopActivity) {
        stopActivity();
        stopActivity = null;
        connection.stop();
      }
    });
    connection.subscribe(() => {
      const state = connection.snapshot();
      if (state.status === 'signed_out') session.ended(state.reason);
    });
  }

  return {
    api,
    session,
    connection,
    navigation: createNavigation(around.history),
    preferences: createPreferencesModel(around.local),
    notices,
    activity,
    now: createNowModel(clock, session.clockOffsetMs),
    environments: createEnvironmentsModel(api, live),
    newKey: around.newKey,
    make: makers(api, live, around),
    start() {
      followSession();
      around.onWake(connection.retryNow);
      void session.refresh();
    },
  };
}

/** Models that belong to one page and end with it. */
function makers(api: Api, live: Live, around: Surroundings) {
  return {
    deployment: (id: string) => createDeploymentModel(api, live, id),
    log: (id: string) => createLogModel(api, live, id),
    samples: (id: string, component: string, environment: string) =>
      createSamplesModel(api, live, id, component, environment),
    deployments: (query: DeploymentsQuery) => createDeploymentsModel(api, live, query),
    recent: (query: DeploymentsQuery) => createRecentDeploymentsModel(api, live, query),
    environment: (name: string) => createEnvironmentModel(api, live, name),
    monitoring: (name: string) => createMonitoringModel(api, live, name),
    health: (name: string) => createAskedModel(() => api.health(name)),
    events: (name: string) => createAskedModel(() => api.events(name)),
    metrics: (name: string) => createMetricsModel(api, live, name),
    alerts: () => createAlertsModel(api, live),
    costs: () => createCostsModel(api, live),
    audit: (after: string | undefined, limit: number) => createAuditModel(api, live, after, limit),
    deployForm: (environment: string) =>
      createDeployForm({
        api,
        environment,
        storage: around.perTab,
        now: around.clock.now,
        newKey: around.newKey,
      }),
  };
}
