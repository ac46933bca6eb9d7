import { useId, type ComponentProps } from 'react';

type TextFieldProps = ComponentProps<'input'> & {
  'data-first-focus'?: boolean;
  label: string;
  hint?: string;
  problem?: string;
};

/** A field with its label, what is expected, and what is wrong. */
export function TextField({ label, hint, problem, className = '', ...more }: TextFieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div className={`field ${className}`}>
      <label htmlFor={id}>{label}</label>
      <input
        {...more}
        id={id}
        className="input"
        aria-invalid={problem ? true : undefined}
        aria-describedby={described || undefined}
      />
      {hint && (
        <p id={`${id}-hint`} className="hint">
          {hint}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} className="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
