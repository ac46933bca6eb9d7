import { t } from '@pilothouse/core';
import { Component, type ReactNode } from 'react';
import { Button } from './Button';

/** A fault in a page's own code: said, and the rest stays usable. */
export class PageBoundary extends Component<{ children: ReactNode }, { message: string | null }> {
  override state = { message: null as string | null };

  static getDerivedStateFromError(error: unknown) {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render() {
    if (this.state.message === null) return this.props.children;
    return (
      <div role="alert" className="callout tone-bad m-4 grid max-w-xl gap-2">
        <p className="font-semibold">{t.errors.boundary}</p>
        <code className="text-small break-words">{this.state.message}</code>
        <Button className="justify-self-start" onClick={() => location.reload()}>
          {t.errors.reload}
        </Button>
      </div>
    );
  }
}
