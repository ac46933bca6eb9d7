// Topics that somebody follows: subscribed once however many follow, and again after each reconnect or gap.
import { judge, type Envelope } from './cursor';

export interface Follower {
  /** Everything up to `seq`; null where a topic has none (`admin`): what you have is true, or must be read again. */
  onSnapshot: (snapshot: unknown, seq: number, reset: boolean) => void;
  onEvent: (name: string, event: Envelope) => void;
  /** The server does not let us. */
  onRefused?: (message: string) => void;
}

interface Topic {
  followers: Set<Follower>;
  cursor: number | null; // null: begin with a snapshot
  asking: boolean;
  askAgain: boolean;
  /** Came before the snapshot was taken: an answer and the events behind it may arrive in one piece. */
  early: [string, Envelope][];
  /** Subscribed on this connection, and a topic without snapshots: whoever joins has nothing to wait for. */
  plain: boolean;
}

interface SubscribeAnswer {
  accepted: { topic: string; seq: number; reset: boolean; snapshot: unknown }[];
  refused: { topic: string; code: string; message: string }[];
}

export interface Topics {
  /** `after`: the `seq` of what you have already; without it you get a snapshot. */
  follow: (topic: string, follower: Follower, after?: number) => () => void;
  onLive: () => void;
  onEvent: (name: string, event: Envelope) => void;
}

export function createTopics(
  ask: (event: string, body: unknown) => Promise<unknown>,
  isLive: () => boolean,
): Topics {
  const topics = new Map<string, Topic>();

  async function subscribe(names: string[]): Promise<void> {
    const wanted = names.flatMap((name) => {
      const topic = topics.get(name);
      if (!topic) return [];
      if (topic.asking) {
        topic.askAgain = true;
        return [];
      }
      topic.asking = true;
      return [topic.cursor === null ? { topic: name } : { topic: name, after: topic.cursor }];
    });
    if (wanted.length === 0) return;
    try {
      take((await ask('subscribe', { topics: wanted })) as SubscribeAnswer);
    } catch {
      // The connection went away, or did not answer: the next connection subscribes again.
    }
    const again: string[] = [];
    for (const { topic: name } of wanted) {
      const topic = topics.get(name);
      if (!topic) continue;
      topic.asking = false;
      if (topic.askAgain) again.push(name);
      topic.askAgain = false;
    }
    if (again.length > 0) await subscribe(again);
  }

  function take(answer: SubscribeAnswer): void {
    for (const { topic: name, seq, reset, snapshot } of answer.accepted) {
      const topic = topics.get(name);
      if (!topic) continue;
      topic.plain = snapshot == null && (topic.plain || topic.cursor === null);
      // With `after`, missed events arrive one by one after this, and the cursor moves with them.
      if (topic.cursor === null || reset || snapshot != null) topic.cursor = seq;
      for (const follower of [...topic.followers]) follower.onSnapshot(snapshot ?? null, topic.cursor, reset);
      const early = topic.early;
      topic.early = [];
      for (const [told, event] of early) deliver(name, topic, told, event);
    }
    for (const { topic: name, message } of answer.refused) {
      for (const follower of [...(topics.get(name)?.followers ?? [])]) follower.onRefused?.(message);
    }
  }

  function leave(name: string, topic: Topic, follower: Follower): void {
    topic.followers.delete(follower);
    if (topic.followers.size > 0 || topics.get(name) !== topic) return;
    topics.delete(name);
    ask('unsubscribe', { topics: [name] }).catch(() => undefined); // offline: nothing to leave
  }

  return {
    follow(name, follower, after) {
      let topic = topics.get(name);
      if (topic?.plain && isLive()) {
        topic.followers.add(follower);
        follower.onSnapshot(null, topic.cursor ?? 0, false);
        const joined = topic;
        return () => leave(name, joined, follower);
      }
      if (topic) {
        topic.cursor = after === undefined || topic.cursor === null ? null : Math.min(after, topic.cursor);
      } else {
        topic = {
          followers: new Set(),
          cursor: after ?? null,
          asking: false,
          askAgain: false,
          early: [],
          plain: false,
        };
        topics.set(name, topic);
      }
      topic.followers.add(follower);
      void subscribe([name]);
      const joined = topic;
      return () => leave(name, joined, follower);
    },

    onLive() {
      for (const topic of topics.values()) {
        topic.asking = topic.askAgain = topic.plain = false;
        topic.early = [];
      }
      void subscribe([...topics.keys()]);
    },

    onEvent(name, event) {
      const told = topics.get(event.topic) ?? null;
      if (told) deliver(event.topic, told, name, event);
      const all = topics.get('admin');
      if (all && event.topic !== 'admin') deliverToAll(all, name, event);
    },
  };

  function deliver(key: string, topic: Topic, name: string, event: Envelope): void {
    if (topic.cursor === null && event.seq > 0) {
      topic.early.push([name, event]);
      return;
    }
    const verdict = judge(event, topic.cursor ?? 0);
    if (verdict === 'drop') return;
    if (verdict === 'gap') {
      void subscribe([key]);
      return;
    }
    if (event.seq > 0) topic.cursor = event.seq;
    for (const follower of [...topic.followers]) follower.onEvent(name, event);
  }

  /** `prev_seq` speaks of the event's own topic, so the whole has no gaps to see: it only moves on. */
  function deliverToAll(topic: Topic, name: string, event: Envelope): void {
    if (event.seq > 0 && topic.cursor !== null && event.seq <= topic.cursor) return;
    if (event.seq > 0 && topic.cursor !== null) topic.cursor = event.seq;
    for (const follower of [...topic.followers]) follower.onEvent(name, event);
  }
}
