import type { Loadable } from '@pilothouse/core';
import type { ReactNode } from 'react';
import { ErrorState } from './ErrorState';
import { Skeleton } from './Skeleton';

interface LoadedProps<T> {
  value: Loadable<T>;
  onRetry?: () => void;
  lines?: number;
  children: (data: T) => ReactNode;
}

/** The three states of everything that comes from the server. */
export function Loaded<T>({ value, onRetry, lines, children }: LoadedProps<T>) {
  if (value.status === 'loading') return <Skeleton lines={lines} />;
  if (value.status === 'failed') return <ErrorState error={value.error} onRetry={onRetry} />;
  return <>{children(value.data)}</>;
}
