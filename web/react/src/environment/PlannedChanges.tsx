import { t, type PlannedChange } from '@pilothouse/core';

/** Each write to the cluster's objects: what it says, the fields before and after, and the patch itself. */
export function PlannedChanges({ changes }: { changes: PlannedChange[] }) {
  if (changes.length === 0) return null;
  return (
    <details className="mt-2 rounded border border-line">
      <summary className="cursor-pointer px-2 py-1 font-semibold">
        {t.deploy.changesTitle(changes.length)}
      </summary>
      <p className="px-2 pb-1 text-small text-muted">{t.deploy.changesHint}</p>
      <ol className="grid gap-px border-t border-line">
        {changes.map((change, place) => (
          <li key={place} className="grid gap-1 px-2 py-1 odd:bg-sunken">
            <p className="grid grid-cols-[1.5rem_1fr] gap-x-2">
              <span className="text-end text-muted">{change.step}</span>
              <span>{change.text}</span>
            </p>
            <Fields change={change} />
            <details className="ms-8 text-small">
              <summary className="cursor-pointer text-muted">{t.deploy.exactPatch}</summary>
              <pre className="code scroll-x">{JSON.stringify(change.patch, null, 1)}</pre>
            </details>
          </li>
        ))}
      </ol>
    </details>
  );
}

function Fields({ change }: { change: PlannedChange }) {
  return (
    <ul className="code scroll-x ms-8 text-small">
      {change.fields.map(({ path, before, after }) => (
        <li key={path} className="whitespace-nowrap">
          <span className="text-muted">{path}</span>{' '}
          <del className="text-bad">{before ?? t.deploy.notThere}</del>{' '}
          <ins className="text-good no-underline">{after ?? t.deploy.notThere}</ins>
        </li>
      ))}
    </ul>
  );
}
