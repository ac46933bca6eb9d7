import { browserHistory, createApp, frameSchedule, openSocket, systemClock } from '@pilothouse/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { AppContext } from './hooks/useApp';
import './app.css';

const app = createApp({
  fetch: (...asked) => fetch(...asked),
  openSocket,
  history: browserHistory(window),
  local: localStorage,
  perTab: sessionStorage,
  clock: systemClock,
  schedule: frameSchedule({
    requestAnimationFrame: (run) => requestAnimationFrame(run),
    setTimeout: (run, ms) => setTimeout(run, ms),
  }),
  newKey,
  onWake,
});

function onWake(listener: () => void): void {
  addEventListener('online', listener);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && listener());
}

/** crypto.randomUUID is there over https and on localhost only. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

app.start();

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <AppContext value={app}>
      <App />
    </AppContext>
  </StrictMode>,
);
