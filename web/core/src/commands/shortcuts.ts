// Keys to commands: single keys, and two in a row ("g d"). Never while somebody types.
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat?: boolean;
  typing: boolean;
}

export interface Shortcut {
  keys: string;
  run: () => void;
}

const sequenceMs = 1_200;

/** Answers whether the press was used. */
export function createShortcuts(
  shortcuts: () => readonly Shortcut[],
  now: () => number,
): (press: KeyPress) => boolean {
  let first: { key: string; at: number } | null = null;

  return (press) => {
    const name = nameOf(press);
    const withModifier = name.startsWith('mod+');
    if (press.typing && !withModifier) return false;
    if (press.repeat) return false;
    const pending = first && now() - first.at < sequenceMs ? `${first.key} ${name}` : null;
    first = null;
    const found =
      shortcuts().find((one) => one.keys === pending) ?? shortcuts().find((one) => one.keys === name);
    if (found) {
      found.run();
      return true;
    }
    if (shortcuts().some((one) => one.keys.startsWith(`${name} `))) first = { key: name, at: now() };
    return false;
  };
}

function nameOf({ key, ctrlKey, metaKey, altKey }: KeyPress): string {
  const lower = key.length === 1 ? key.toLowerCase() : key;
  return `${ctrlKey || metaKey ? 'mod+' : ''}${altKey ? 'alt+' : ''}${lower}`;
}
