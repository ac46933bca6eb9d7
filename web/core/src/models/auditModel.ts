// Who did what, newest first, page after page.
import type { Api } from '../api/api';
import { asApiError } from '../api/apiError';
import type { AuditEntry } from '../api/types';
import { createLiveResource, type Live } from '../state/liveResource';
import type { Page } from '../api/types';

export type AuditModel = ReturnType<typeof createAuditModel>;

export function createAuditModel(api: Api, live: Live, after: string | undefined, limit: number) {
  return createLiveResource<Page<AuditEntry>>(live, { read: () => api.audit(after, limit), everyMs: 10_000 });
}

const exportPage = 200;

/** Everything up to `most` entries, as a CSV text; an error says at which entry it stopped. */
export async function exportAudit(
  api: Api,
  most: number,
  onProgress: (count: number) => void,
): Promise<string> {
  const rows: AuditEntry[] = [];
  let after: string | undefined;
  while (rows.length < most) {
    try {
      const page = await api.audit(after, exportPage);
      rows.push(...page.items);
      onProgress(rows.length);
      if (page.next === null) break;
      after = page.next;
    } catch (error) {
      throw asApiError(error);
    }
  }
  return auditCsv(rows.slice(0, most));
}

const columns = ['seq', 'time', 'actor', 'address', 'action', 'target', 'result', 'details'] as const;

export function auditCsv(entries: AuditEntry[]): string {
  const lines = entries.map((entry) =>
    columns
      .map((column) => csvField(column === 'details' ? JSON.stringify(entry.details) : String(entry[column])))
      .join(','),
  );
  return [columns.join(','), ...lines, ''].join('\r\n');
}

/** Quoted as RFC 4180 wants it; what a spreadsheet would take for a formula is made text. */
function csvField(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
