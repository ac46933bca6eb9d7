import { hrefOf, type Route } from '@pilothouse/core';
import type { ComponentProps, MouseEvent } from 'react';
import { useApp } from '../hooks/useApp';

type LinkProps = Omit<ComponentProps<'a'>, 'href'> & { to: Route; kind?: 'plain' };

/** A real link, so that opening in a new tab and copying work. */
export function Link({ to, kind, className = 'link', onClick, ...more }: LinkProps) {
  const { navigation } = useApp();
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    navigation.go(to);
  }
  return <a {...more} href={hrefOf(to)} data-kind={kind} className={className} onClick={follow} />;
}
