import { t, type Command } from '@pilothouse/core';
import { Dialog } from '../components/Dialog';
import { Keys } from '../components/Keys';

export function ShortcutHelp({ commands, onClose }: { commands: Command[]; onClose: () => void }) {
  return (
    <Dialog title={t.help.title} size="small" onClose={onClose}>
      <p className="mb-3 text-muted">{t.help.intro}</p>
      <dl className="grid grid-cols-[1fr_auto] items-center gap-x-4 gap-y-1.5">
        {commands.flatMap(({ id, label, keys }) =>
          keys
            ? [
                <dt key={`${id} label`}>{label}</dt>,
                <dd key={id} className="justify-self-end">
                  <Keys keys={keys} />
                </dd>,
              ]
            : [],
        )}
      </dl>
    </Dialog>
  );
}
