import { t } from '@pilothouse/core';

export function Skeleton({ lines = 3, height = '1.25rem' }: { lines?: number; height?: string }) {
  return (
    <div role="status" aria-label={t.loading} className="grid gap-2">
      {Array.from({ length: lines }, (_, index) => (
        <div
          key={index}
          className="skeleton"
          style={{ height, width: index === lines - 1 && lines > 1 ? '60%' : '100%' }}
        />
      ))}
    </div>
  );
}
