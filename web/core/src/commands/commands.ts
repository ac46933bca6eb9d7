// What the palette offers: commands as values, and how well a text fits them.
export interface Command {
  id: string;
  label: string;
  /** Under which heading it stands. */
  group: string;
  /** Other words by which people look for it. */
  words?: string;
  /** Shown, and bound: "g d" is g, then d. */
  keys?: string;
  run: () => void;
}

/** Higher fits better; null: not at all. Beginnings of words count most, then parts, then letters in order. */
export function score(query: string, text: string): number | null {
  const wanted = query.toLowerCase().trim();
  const given = text.toLowerCase();
  if (!wanted) return 0;
  if (given.startsWith(wanted)) return 100;
  const words = wanted.split(/\s+/);
  if (words.every((word) => new RegExp(`(^|[\\s/.-])${escape(word)}`).test(given))) return 80;
  if (words.every((word) => given.includes(word))) return 60;
  return lettersInOrder(wanted.replaceAll(' ', ''), given) ? 20 : null;
}

const escape = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function lettersInOrder(letters: string, text: string): boolean {
  let place = 0;
  for (const letter of letters) {
    place = text.indexOf(letter, place) + 1;
    if (place === 0) return false;
  }
  return true;
}

export function rank(commands: readonly Command[], query: string, most = 12): Command[] {
  return commands
    .map((command, index) => {
      const label = score(query, command.label);
      const words = command.words ? score(query, command.words) : null;
      return { command, index, value: Math.max(label ?? -1, (words ?? -1) - 5) };
    })
    .filter((one) => one.value >= 0)
    .sort((a, b) => b.value - a.value || a.index - b.index)
    .slice(0, most)
    .map((one) => one.command);
}
