import { rank, t, type Command } from '@pilothouse/core';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { Dialog } from '../components/Dialog';
import { Keys } from '../components/Keys';

/** A combobox: the focus stays in the field, the arrows move through the list. */
export function CommandPalette({ commands, onClose }: { commands: Command[]; onClose: () => void }) {
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const found = rank(
    commands.filter((one) => one.id !== 'palette' && one.id !== 'search'),
    query,
    query ? 12 : 40,
  );
  const chosen = Math.min(active, found.length - 1);

  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  function run(command: Command | undefined) {
    if (!command) return;
    onClose();
    command.run();
  }

  function onKeyDown(event: KeyboardEvent) {
    const moves: Record<string, number> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      Home: 0,
      End: found.length - 1,
    };
    const next = moves[event.key];
    if (next !== undefined && found.length > 0) {
      event.preventDefault();
      setActive((next + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[chosen]);
    }
  }

  return (
    <Dialog title={t.palette.title} onClose={onClose} place="top" bare>
      <div className="sticky top-0 border-b border-line bg-raised">
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={found[chosen] ? `${id}-${chosen}` : undefined}
          aria-label={t.palette.placeholder}
          placeholder={t.palette.placeholder}
          className="h-12 w-full bg-transparent px-4 text-large outline-none placeholder:text-muted"
          value={query}
          data-first-focus
          spellCheck={false}
          autoComplete="off"
          onKeyDown={onKeyDown}
          onChange={(event) => {
            setQuery(event.target.value);
            setActive(0);
          }}
        />
      </div>
      {found.length === 0 && <p className="p-4 text-muted">{t.palette.empty(query)}</p>}
      <ul ref={list} id={`${id}-list`} role="listbox" aria-label={t.palette.title} className="p-1.5">
        {found.map((command, index) => (
          <li
            key={command.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            className="flex min-h-8 cursor-pointer items-center gap-2 rounded-md px-2.5 aria-selected:bg-sunken aria-selected:outline aria-selected:outline-1 aria-selected:outline-edge"
            onPointerMove={() => setActive(index)}
            onClick={() => run(command)}
          >
            <span className="grow truncate">{command.label}</span>
            <span className="text-small text-muted">{command.group}</span>
            {command.keys && <Keys keys={command.keys} />}
          </li>
        ))}
      </ul>
      <p className="border-t border-line px-4 py-2 text-small text-muted">{t.palette.hint}</p>
    </Dialog>
  );
}
