// The part of socket.io-client that we use, so that tests can stand in for it.
import { io } from 'socket.io-client';

export interface RealtimeSocket {
  auth: unknown;
  connected: boolean;
  connect: () => unknown;
  disconnect: () => unknown;
  on: (event: string, listener: (...args: never[]) => void) => unknown;
  onAny: (listener: (event: string, ...args: unknown[]) => void) => unknown;
  io?: { on: (event: 'ping', listener: () => void) => unknown };
  timeout: (ms: number) => { emitWithAck: (event: string, body: unknown) => Promise<unknown> };
}

/** Only what the browser has: one without WebSocket would wait for it for ever. */
export const transportsOf = (browser: { WebSocket?: unknown }): string[] =>
  typeof browser.WebSocket === 'function' ? ['websocket', 'polling'] : ['polling'];

/** Reconnecting is ours: each attempt needs a ticket of its own, and the page says when the next one comes. */
export function openSocket(): RealtimeSocket {
  return io({
    path: '/socket.io/',
    transports: transportsOf(globalThis),
    tryAllTransports: true,
    autoConnect: false,
    reconnection: false,
    timeout: 10_000,
  }) as unknown as RealtimeSocket;
}
