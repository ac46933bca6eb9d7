import { t } from '@pilothouse/core';
import { Button } from './Button';
import { Icon } from './Icon';

interface PagingProps {
  /** The cursors of the pages up to this one; empty: the first page. */
  pages: string[];
  next: string | null;
  onGo: (pages: string[]) => void;
}

export function Paging({ pages, next, onGo }: PagingProps) {
  if (pages.length === 0 && next === null) return null;
  return (
    <nav
      aria-label={t.pages.label}
      className="flex flex-wrap items-center gap-2 border-t border-line px-3 py-2"
    >
      <span className="text-muted">{t.pages.page(pages.length + 1)}</span>
      <span className="grow" />
      {pages.length > 1 && <Button onClick={() => onGo([])}>{t.pages.newest}</Button>}
      {pages.length > 0 && (
        <Button onClick={() => onGo(pages.slice(0, -1))}>
          <Icon name="back" size={14} />
          {t.pages.back}
        </Button>
      )}
      {next !== null && (
        <Button onClick={() => onGo([...pages, next])}>
          {t.pages.next}
          <Icon name="forth" size={14} />
        </Button>
      )}
    </nav>
  );
}
