import { exportAudit, t, type ApiError } from '@pilothouse/core';
import { useState } from 'react';
import { Button } from '../components/Button';
import { useApp } from '../hooks/useApp';

const exportMost = 20_000;

/** Fetches page after page, and hands the browser one file. */
export function AuditExport({ refusal }: { refusal: string | null }) {
  const { api, notices } = useApp();
  const [progress, setProgress] = useState<number | null>(null);

  async function run() {
    setProgress(0);
    let rows = 0;
    try {
      const csv = await exportAudit(api, exportMost, (number) => setProgress((rows = number)));
      download(csv);
      notices.show('good', rows > exportMost ? t.audit.exportLimit(exportMost) : t.audit.exported(rows));
    } catch (error) {
      const problem = error as ApiError;
      notices.show('bad', t.audit.exportFailed, [problem.message, problem.advice]);
    }
    setProgress(null);
  }

  return (
    <Button refusal={refusal} aria-busy={progress !== null} onClick={() => progress === null && void run()}>
      {progress === null ? t.audit.exportCsv : t.audit.exporting(progress)}
    </Button>
  );
}

function download(csv: string): void {
  const address = URL.createObjectURL(new Blob([csv], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `audit-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  URL.revokeObjectURL(address);
}
