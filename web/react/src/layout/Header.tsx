import { t } from '@pilothouse/core';
import { Button } from '../components/Button';
import { Icon } from '../components/Icon';
import { Link } from '../components/Link';
import { Brand } from './Brand';
import { ConnectionBadge } from './ConnectionBadge';
import { SettingsMenu } from './SettingsMenu';

interface HeaderProps {
  navigationOpen: boolean;
  onToggleNavigation: () => void;
  onSearch: () => void;
  onHelp: () => void;
}

export function Header({ navigationOpen, onToggleNavigation, onSearch, onHelp }: HeaderProps) {
  return (
    <header className="z-40 flex h-[var(--header-height)] shrink-0 items-center gap-2 border-b border-line bg-surface px-2 sm:px-3">
      <Button
        kind="icon"
        aria-label={navigationOpen ? t.nav.close : t.nav.open}
        aria-expanded={navigationOpen}
        onClick={onToggleNavigation}
      >
        <Icon name="menu" />
      </Button>
      <Link
        to={{ page: 'dashboard' }}
        className="flex min-h-6 items-center gap-2 text-large font-semibold"
        aria-label={`${t.product}: ${t.nav.dashboard}`}
      >
        <Brand />
        <span className="max-sm:hidden">{t.product}</span>
      </Link>
      <div className="grow" />
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts="Control+K Meta+K"
        className="flex h-8 min-w-8 cursor-pointer items-center gap-2 rounded-md border border-line bg-bg px-2 text-muted hover:border-edge md:w-64"
      >
        <Icon name="search" size={14} />
        <span className="grow truncate text-start max-md:sr-only">{t.header.search}</span>
        <kbd aria-hidden="true" className="whitespace-nowrap max-md:hidden">
          Ctrl K
        </kbd>
      </button>
      <ConnectionBadge />
      <Button kind="icon" className="max-sm:hidden" aria-label={t.header.help} onClick={onHelp}>
        <Icon name="question" />
      </Button>
      <SettingsMenu />
    </header>
  );
}
