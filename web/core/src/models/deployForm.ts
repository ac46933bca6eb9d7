// The deploy dialog: what is asked for, then the plan of it, then the deployment. A draft outlives a reload.
import type { Api } from '../api/api';
import { asApiError, type ApiError } from '../api/apiError';
import type { DeploymentView, DeployRequest, PlanView, Strategy, WhenBusy } from '../api/types';
import { createStore, type Model } from '../state/store';
import { t } from '../texts/texts';
import type { KeyValue } from './preferencesModel';

export interface DeployDraft {
  version: string;
  strategy: Strategy | '';
  /** Empty: all that are enabled. */
  components: string[];
  weights: string;
  gates: string;
  bake: string;
  replicas: string;
  whenBusy: WhenBusy;
}

export type DeployFormState = {
  draft: DeployDraft;
  problems: Partial<Record<keyof DeployDraft, string>>;
  error: ApiError | null;
} & (
  | { stage: 'editing' | 'planning' }
  | { stage: 'planned' | 'deploying'; plan: PlanView; plannedAt: number }
  | { stage: 'done'; deployment: DeploymentView }
);

export interface DeployForm extends Model<DeployFormState> {
  edit: (some: Partial<DeployDraft>) => void;
  plan: () => Promise<void>;
  deploy: () => Promise<void>;
  forget: () => void;
}

export const emptyDraft: DeployDraft = {
  version: '',
  strategy: '',
  components: [],
  weights: '',
  gates: '',
  bake: '',
  replicas: '',
  whenBusy: 'queue',
};

export interface DeployFormSettings {
  api: Api;
  environment: string;
  storage: KeyValue;
  now: () => number;
  newKey: () => string;
}

export function createDeployForm({ api, environment, storage, now, newKey }: DeployFormSettings): DeployForm {
  const place = `pilothouse.deploy.${environment}`;
  const store = createStore<DeployFormState>({
    stage: 'editing',
    draft: readDraft(storage, place),
    problems: {},
    error: null,
  });
  let idempotencyKey = newKey(); // of this draft: pressing twice, or after a lost answer, makes one deployment

  function edit(some: Partial<DeployDraft>): void {
    const draft = { ...store.snapshot().draft, ...some };
    idempotencyKey = newKey();
    store.set({ stage: 'editing', draft, problems: {}, error: null });
    try {
      storage.setItem(place, JSON.stringify(draft));
    } catch {
      // Then the draft lives as long as the page.
    }
  }

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    edit,

    async plan() {
      const { draft } = store.snapshot();
      const problems = problemsOf(draft);
      if (Object.keys(problems).length > 0)
        return store.set({ stage: 'editing', draft, problems, error: null });
      store.set({ stage: 'planning', draft, problems: {}, error: null });
      try {
        const plan = await api.plan(environment, requestOf(draft));
        if (store.snapshot().draft !== draft) return;
        store.set({ stage: 'planned', draft, problems: {}, error: null, plan, plannedAt: now() });
      } catch (error) {
        if (store.snapshot().draft === draft)
          store.set({ stage: 'editing', draft, problems: {}, error: asApiError(error) });
      }
    },

    async deploy() {
      const before = store.snapshot();
      if (before.stage !== 'planned') return;
      store.set({ ...before, stage: 'deploying', error: null });
      try {
        const deployment = await api.deploy(environment, requestOf(before.draft), idempotencyKey);
        storage.removeItem(place);
        store.set({ stage: 'done', draft: before.draft, problems: {}, error: null, deployment });
      } catch (error) {
        store.set({ ...before, error: asApiError(error) });
      }
    },

    forget() {
      storage.removeItem(place);
      idempotencyKey = newKey();
      store.set({ stage: 'editing', draft: emptyDraft, problems: {}, error: null });
    },
  };
}

function readDraft(storage: KeyValue, place: string): DeployDraft {
  try {
    return { ...emptyDraft, ...(JSON.parse(storage.getItem(place) ?? '{}') as Partial<DeployDraft>) };
  } catch {
    return emptyDraft;
  }
}

const durationPattern = /^([0-9]{1,9}(ms|s|m|h|d))+$/;
const versionPattern = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;

/** "10, 25 100" as numbers; null when something else stands there. */
export function parsePercents(text: string): number[] | null {
  const parts = text.split(/[\s,;%]+/).filter(Boolean);
  const numbers = parts.map(Number);
  return numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= 100) ? numbers : null;
}

export function problemsOf(draft: DeployDraft): DeployFormState['problems'] {
  const problems: DeployFormState['problems'] = {};
  const weights = parsePercents(draft.weights);
  if (!draft.version.trim()) problems.version = t.deploy.problems.versionMissing;
  else if (!versionPattern.test(draft.version.trim())) problems.version = t.deploy.problems.version;
  if (weights === null) problems.weights = t.deploy.problems.percents;
  else if (weights.some((one, index) => index > 0 && one <= weights[index - 1]!))
    problems.weights = t.deploy.problems.rising;
  else if (weights.length > 0 && weights.at(-1) !== 100) problems.weights = t.deploy.problems.last;
  if (parsePercents(draft.gates) === null) problems.gates = t.deploy.problems.percents;
  if (draft.bake.trim() && !durationPattern.test(draft.bake.trim()))
    problems.bake = t.deploy.problems.duration;
  const replicas = Number(draft.replicas);
  if (draft.replicas.trim() && !(Number.isInteger(replicas) && replicas >= 1 && replicas <= 100))
    problems.replicas = t.deploy.problems.replicas;
  return problems;
}

/** Only what differs from the declaration is sent. */
export function requestOf(draft: DeployDraft): DeployRequest {
  const weights = parsePercents(draft.weights) ?? [];
  const gates = parsePercents(draft.gates) ?? [];
  const usesWeights = draft.strategy === 'canary' || draft.strategy === '';
  const strategy = {
    ...(usesWeights && weights.length > 0 ? { weights_percent: weights } : {}),
    ...(usesWeights && gates.length > 0 ? { gates_percent: gates } : {}),
    ...(draft.bake.trim() ? { bake: draft.bake.trim() } : {}),
  };
  return {
    version: draft.version.trim(),
    ...(draft.strategy ? { strategy: draft.strategy } : {}),
    ...(draft.components.length > 0 ? { components: draft.components } : {}),
    options: {
      ...(Object.keys(strategy).length > 0 ? { strategy } : {}),
      ...(draft.replicas.trim() ? { replicas: Number(draft.replicas) } : {}),
      when_busy: draft.whenBusy,
    },
  };
}
