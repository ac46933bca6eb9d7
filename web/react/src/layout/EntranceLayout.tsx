import { t } from '@pilothouse/core';
import type { ReactNode } from 'react';
import { Brand } from './Brand';

/** For those who are not in yet. */
export function EntranceLayout({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid min-h-dvh content-start justify-items-center p-4 pt-[12vh]">
      <main className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-2 text-large font-semibold">
          <Brand /> {t.product}
        </div>
        <div className="card p-5">
          <h1 className="mb-4">{title}</h1>
          {children}
        </div>
      </main>
    </div>
  );
}
