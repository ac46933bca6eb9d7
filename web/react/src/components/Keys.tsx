const names: Record<string, string> = { mod: 'Ctrl' };

/** "g d" as two keys, "mod+k" as keys held together. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span className="inline-flex gap-1">
      {keys
        .split(' ')
        .flatMap((press) =>
          press
            .split('+')
            .map((key) => (
              <kbd key={`${press} ${key}`}>{names[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>
            )),
        )}
    </span>
  );
}
