import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

interface ResizablePanelProps {
  side: 'start' | 'bottom';
  /** Of the panel, and of its splitter. */
  name: string;
  label: string;
  size: number;
  least: number;
  most: number;
  onResize: (size: number) => void;
  children: ReactNode;
}

const smallStep = 16;
const largeStep = 64;

/** A panel with a splitter that takes the pointer, and arrow keys, Home and End. */
export function ResizablePanel({
  side,
  name,
  label,
  size,
  least,
  most,
  onResize,
  children,
}: ResizablePanelProps) {
  const begin = useRef<{ at: number; size: number } | null>(null);
  const across = side === 'start';
  const limit = (value: number) => Math.round(Math.min(most, Math.max(least, value)));
  const position = (event: PointerEvent) => (across ? event.clientX : -event.clientY);

  function onKeyDown(event: KeyboardEvent) {
    const step = event.shiftKey ? largeStep : smallStep;
    const grow = across ? 'ArrowRight' : 'ArrowUp';
    const shrink = across ? 'ArrowLeft' : 'ArrowDown';
    const next = { [grow]: size + step, [shrink]: size - step, Home: least, End: most }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    onResize(limit(next));
  }

  const splitter = (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={across ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={least}
      aria-valuemax={most}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        begin.current = { at: position(event), size };
      }}
      onPointerMove={(event) =>
        begin.current && onResize(limit(begin.current.size + position(event) - begin.current.at))
      }
      onPointerUp={() => (begin.current = null)}
      onPointerCancel={() => (begin.current = null)}
      className={`z-10 shrink-0 touch-none bg-line transition-colors hover:bg-accent focus-visible:bg-accent ${across ? '-me-px w-px cursor-col-resize' : 'h-px cursor-row-resize'} relative before:absolute before:content-[''] ${across ? 'before:-inset-x-3 before:inset-y-0' : 'before:-inset-y-3 before:inset-x-0'}`}
    />
  );

  return across ? (
    <aside aria-label={name} className="flex shrink-0">
      <div className="overflow-y-auto bg-surface" style={{ width: size }}>
        {children}
      </div>
      {splitter}
    </aside>
  ) : (
    <aside aria-label={name} className="flex shrink-0 flex-col">
      {splitter}
      <div className="overflow-hidden bg-surface" style={{ height: size, maxHeight: '60vh' }}>
        {children}
      </div>
    </aside>
  );
}
