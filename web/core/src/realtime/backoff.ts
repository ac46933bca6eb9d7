// Exponential backoff with full jitter: after an outage all pages come back, but not all at once.
export interface BackoffSettings {
  firstMs: number;
  longestMs: number;
}

export const reconnectBackoff: BackoffSettings = { firstMs: 500, longestMs: 15_000 };

/** `attempt` counts failures, from 1; `random` is from [0, 1). Never below 100 ms, so that a zero does not spin. */
export function backoffMs(
  attempt: number,
  random: number,
  { firstMs, longestMs } = reconnectBackoff,
): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return Math.max(100, Math.round(random * ceiling));
}
