import { useId, type ComponentProps, type ReactNode } from 'react';

type ButtonProps = ComponentProps<'button'> & {
  kind?: 'primary' | 'danger' | 'quiet' | 'icon';
  /** Why it cannot be pressed now. It can still be reached, so that everybody can read why. */
  refusal?: string | null;
  /** Where the focus is when a dialog opens. */
  'data-first-focus'?: boolean;
  children?: ReactNode;
};

export function Button({ kind, refusal, className = '', onClick, children, ...more }: ButtonProps) {
  const reasonId = useId();
  return (
    <>
      <button
        type="button"
        {...more}
        data-kind={kind}
        className={`button ${className}`}
        aria-disabled={refusal ? true : undefined}
        aria-describedby={refusal ? reasonId : more['aria-describedby']}
        title={refusal ?? more.title}
        onClick={refusal ? (event) => event.preventDefault() : onClick}
      >
        {children}
      </button>
      {refusal && (
        <span id={reasonId} className="sr-only">
          {refusal}
        </span>
      )}
    </>
  );
}
