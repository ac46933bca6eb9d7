import type { PlanCheck, Strategy } from '../../api/types';
import { plural } from '../../format/number';

const strategy: Record<Strategy, string> = {
  rolling: 'Rolling',
  'blue-green': 'Blue-green',
  canary: 'Canary',
};

export const deploying = {
  strategy,
  deploy: {
    title: (environment: string) => `Deploy to ${environment}`,
    version: 'Version',
    versionHint: 'As it is installed on the target, such as 1.1.0.',
    known: 'Versions that were here before',
    strategyLabel: 'Strategy',
    declared: 'As each component declares',
    strategyHint: {
      '': 'Each component says how versions are brought to it.',
      canary: 'A growing share of the traffic, judged at each weight.',
      'blue-green':
        'All replicas beside the old ones, then all of the traffic at once; judged while the old ones are warm.',
      rolling: 'Replica by replica, judged after each batch.',
    } as Record<Strategy | '', string>,
    components: 'Components',
    componentsHint: 'None chosen: all that are switched on.',
    options: 'Options',
    optionsHint: 'Left empty, what the environment declares holds.',
    weights: 'Weights in percent',
    weightsHint: 'Rising, the last is 100: 10, 50, 100',
    gates: 'Gates in percent',
    gatesHint: 'Weights at which a person must promote: 50',
    bake: 'Bake',
    bakeHint: 'Time at each weight or batch: 30s, 5m',
    replicas: 'Replicas',
    whenBusyLabel: 'When another deployment is under way',
    whenBusy: { queue: 'Queue behind it', supersede: 'Take its place', refuse: 'Refuse' },
    makePlan: 'Show the plan',
    planning: 'Planning',
    plan: 'Plan',
    planFor: (version: string, strategyName: string) => `${version}, ${strategyName}`,
    planAge: (ago: string) => `planned ${ago}`,
    takes: (duration: string) => `It takes at least ${duration}, when nothing has to be waited for.`,
    blockersTitle: 'What stands in its way',
    blockersNone: 'Nothing stands in its way.',
    checksPassed: (passed: number, all: number) => `${passed} of ${all} checks of the cluster passed`,
    checkResult: { blocker: 'Blocked', warning: 'Warning', unknown: 'Not known', passed: 'Passed' } as Record<
      PlanCheck['result'],
      string
    >,
    checkName: {
      rights: 'rights',
      versions: 'versions',
      dry_run: 'dry run',
      quota: 'quota',
      pull_secret: 'pulling the image',
      autoscaler: 'autoscalers',
      last_capacity: 'what serves now',
      readiness: 'readiness',
      shutdown: 'shutting down',
      disruption_budget: 'disruption budgets',
      metrics: 'metrics',
    } as Record<PlanCheck['name'], string>,
    changesTitle: (writes: number) =>
      `What is written into the cluster: ${plural(writes, 'write', 'writes')}`,
    changesHint:
      'In this order. The API server was asked about each, of one object up to the first that it refuses, and has kept none.',
    notThere: 'not there',
    exactPatch: 'The exact patch (RFC 6902)',
    submit: (version: string) => `Deploy ${version}`,
    busy: 'Asking for it',
    change: 'Change something',
    forget: 'Clear the draft',
    started: (version: string, environment: string) =>
      `The deployment of ${version} to ${environment} was accepted`,
    failedTitle: 'Not deployed',
    planFailedTitle: 'No plan',
    problems: {
      versionMissing: 'Say which version.',
      version: 'Letters, digits and . _ + - only, beginning with a letter or digit.',
      percents: 'Whole percentages from 1 to 100, with commas between.',
      rising: 'Each weight must be greater than the one before.',
      last: 'The last weight must be 100.',
      duration: 'A number and a unit: 30s, 5m, 1h.',
      replicas: 'A whole number from 1 to 100.',
    },
  },
  actions: {
    labels: {
      pause: 'Pause',
      resume: 'Resume',
      promote: 'Promote',
      promote_all: 'Promote all',
      abort: 'Abort',
      retry: 'Retry',
      rollback: 'Roll back',
    },
    question: {
      pause: 'Pause the deployment?',
      resume: 'Resume the deployment?',
      promote: 'Promote past this step?',
      promote_all: 'Promote past all steps?',
      abort: 'Abort the deployment?',
      retry: 'Deploy the same again?',
      rollback: 'Roll back?',
    },
    failed: {
      pause: 'Not paused',
      resume: 'Not resumed',
      promote: 'Not promoted',
      promote_all: 'Not promoted',
      abort: 'Not aborted',
      retry: 'Not retried',
      rollback: 'Not rolled back',
    },
    done: {
      pause: 'Paused',
      resume: 'Resumed',
      promote: 'Promoted',
      promote_all: 'Promoted past all steps',
      abort: 'Going back',
      retry: 'A new deployment was accepted',
      rollback: 'The roll-back was accepted',
    },
    group: 'Actions',
    newOne: (version: string) => `the new ${version}`,
    oldOne: (version: string) => `the old ${version}`,
    why: 'Why some are not possible',
    endedMeanwhile: (phase: string) => `It has ended meanwhile: ${phase}.`,
    toVersion: 'To version',
    names: {
      usual: (version: string) => `Left empty: ${version}, the one before.`,
      first: 'It was the first version here: name the one to go to.',
      several: (versions: string) =>
        `Its components came from different versions (${versions}): name the one to go to.`,
    },
    noPermission: (permission: string) =>
      `You lack the permission ${permission}; an administrator can give it.`,
    refusals: {
      alreadyPaused: 'It is paused already.',
      notPaused: 'It is not paused.',
      queued: 'It waits in the queue and has not begun.',
      queuedRollback: 'It has not begun, so there is nothing to take back: abort it instead.',
      promoted: 'The new version is the stable one already: only a roll-back changes that.',
      goingBack: 'It is going back already.',
      underWay: 'It is under way; a retry is for one that has ended.',
      firstVersion: 'It was the first version here: there is none to go back to.',
      severalVersions: (versions: string) =>
        `Its components came from different versions (${versions}): deploy one of them by name.`,
    },
    consequences: {
      pause: (version: string, weight: number) =>
        `${version} keeps ${weight} % of the traffic until somebody resumes, promotes or aborts. A bad verdict still takes it back.`,
      resume: (version: string, weight: number) =>
        `The rollout goes on from ${weight} % of the traffic for ${version}.`,
      promote: (version: string, next: string | null) =>
        next
          ? `${version} goes on without waiting for this step's time, gate or verdict. Next: ${next}.`
          : `${version} goes on without waiting for this step.`,
      promoteAll: (version: string, before: string | null) =>
        `${version} goes to 100 % of the traffic without further gates and waits${before ? `, and ${before} is retired` : ''}. After that only a new deployment goes back.`,
      abort: (version: string, before: string, weight: number) =>
        `${before} gets all of the traffic again; ${version} loses its ${weight} % and is stopped when its open requests have ended.`,
      abortFirst: (version: string) =>
        `The first deployment of ${version} ends here, and its replicas go: no other version can take the traffic.`,
      abortQueued: (version: string) => `${version} leaves the queue. Nothing has been changed yet.`,
      retry: (version: string, environment: string, strategyName: string) =>
        `A new deployment brings ${version} to ${environment} again, as ${strategyName}, with the same options.`,
      rollbackUnnamed: 'A new deployment brings the version that you name.',
      rollback: (before: string) =>
        `A new deployment starts ${before} beside what runs then, and gives it all of the traffic at once, without a trial.`,
    },
  },
};
