import { t } from '@pilothouse/core';
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { Button } from './Button';
import { Icon } from './Icon';

interface DialogProps {
  title: string;
  onClose: () => void;
  size?: 'small' | 'large';
  place?: 'top';
  bare?: boolean;
  footer?: ReactNode;
  children: ReactNode;
}

/** The browser's own dialog: it keeps the focus inside, gives it back, and closes with Esc. */
export function Dialog({
  title,
  onClose,
  size = 'large',
  place,
  bare = false,
  footer,
  children,
}: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  // Closed before it leaves the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element && !element.open) {
      element.showModal();
      // autoFocus comes before the dialog is open, when nothing in it can have the focus.
      element.querySelector<HTMLElement>('[data-first-focus]')?.focus();
    }
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-size={size}
      data-place={place}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="flex max-h-[calc(100dvh-2rem)] flex-col">
        {bare ? (
          <h2 id={titleId} className="sr-only">
            {title}
          </h2>
        ) : (
          <header className="flex items-center gap-2 border-b border-line py-2 ps-4 pe-2">
            <h2 id={titleId} className="grow">
              {title}
            </h2>
            <Button kind="icon" aria-label={t.close} onClick={onClose}>
              <Icon name="close" />
            </Button>
          </header>
        )}
        <div className={`min-h-0 overflow-y-auto ${bare ? '' : 'p-4'}`}>{children}</div>
        {footer && (
          <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3">
            {footer}
          </footer>
        )}
      </div>
    </dialog>
  );
}
