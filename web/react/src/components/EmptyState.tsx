import type { ReactNode } from 'react';

export function EmptyState({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string;
  children?: ReactNode;
}) {
  return (
    <div className="grid justify-items-center gap-1 rounded-md border border-dashed border-line px-4 py-6 text-center">
      <p className="font-medium">{title}</p>
      {hint && <p className="text-muted">{hint}</p>}
      {children}
    </div>
  );
}
