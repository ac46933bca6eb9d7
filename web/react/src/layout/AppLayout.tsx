import { t } from '@pilothouse/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Notices } from '../components/Notices';
import { useApp } from '../hooks/useApp';
import { useCommands } from '../hooks/useCommands';
import { useMedia } from '../hooks/useMedia';
import { useModel } from '../hooks/useModel';
import { BottomPanel } from './BottomPanel';
import { CommandPalette } from './CommandPalette';
import { Header } from './Header';
import { NavigationPanel } from './NavigationPanel';
import { OfflineBanner } from './OfflineBanner';
import { ResizablePanel } from './ResizablePanel';
import { SampleDataHint } from './SampleDataHint';
import { ShortcutHelp } from './ShortcutHelp';

type Overlay = 'palette' | 'help' | null;

export function AppLayout({ children }: { children: ReactNode }) {
  const { preferences, navigation } = useApp();
  const route = useModel(navigation);
  const { navigation: wanted, navigationWidth, bottom, bottomHeight } = useModel(preferences);
  const wide = useMedia('(min-width: 60rem)');
  const [drawer, setDrawer] = useState(false);
  const [overlay, setOverlay] = useState<Overlay>(null);
  const commands = useCommands({
    openPalette: () => setOverlay('palette'),
    openHelp: () => setOverlay('help'),
  });
  const main = useFocusOnNavigation(
    route.page + ('name' in route ? route.name : 'id' in route ? route.id : ''),
  );

  useEffect(() => setDrawer(false), [route]);

  const navigationOpen = wide ? wanted === 'open' : drawer;
  const toggleNavigation = () =>
    wide ? preferences.change({ navigation: navigationOpen ? 'closed' : 'open' }) : setDrawer(!drawer);

  return (
    <div className="flex h-dvh flex-col">
      <a href="#content" className="button fixed start-2 top-2 z-50 -translate-y-16 focus:translate-y-0">
        {t.skip}
      </a>
      <Header
        navigationOpen={navigationOpen}
        onToggleNavigation={toggleNavigation}
        onSearch={() => setOverlay('palette')}
        onHelp={() => setOverlay('help')}
      />
      <OfflineBanner />
      <SampleDataHint />
      <div className="relative flex min-h-0 grow">
        {navigationOpen && wide && (
          <ResizablePanel
            side="start"
            name={t.nav.panel}
            label={t.nav.resize}
            size={navigationWidth}
            least={176}
            most={360}
            onResize={(size) => preferences.change({ navigationWidth: size })}
          >
            <NavigationPanel />
          </ResizablePanel>
        )}
        {navigationOpen && !wide && (
          <>
            <button
              type="button"
              tabIndex={-1}
              aria-hidden="true"
              className="absolute inset-0 z-20 bg-black/40"
              onClick={() => setDrawer(false)}
            />
            <div className="absolute inset-y-0 start-0 z-30 w-64 border-e border-line bg-surface shadow-xl">
              <NavigationPanel />
            </div>
          </>
        )}
        <div className="flex min-w-0 grow flex-col">
          <main
            id="content"
            ref={main}
            tabIndex={-1}
            className="min-h-0 grow overflow-y-auto scroll-pb-8 scroll-pt-4"
          >
            <div className="mx-auto max-w-[86rem] p-3 sm:p-5">{children}</div>
          </main>
          {bottom === 'open' && (
            <ResizablePanel
              side="bottom"
              name={t.activity.title}
              label={t.activity.resize}
              size={bottomHeight}
              least={96}
              most={520}
              onResize={(size) => preferences.change({ bottomHeight: size })}
            >
              <BottomPanel onClose={() => preferences.change({ bottom: 'closed' })} />
            </ResizablePanel>
          )}
        </div>
      </div>
      <Notices />
      {overlay === 'palette' && <CommandPalette commands={commands} onClose={() => setOverlay(null)} />}
      {overlay === 'help' && <ShortcutHelp commands={commands} onClose={() => setOverlay(null)} />}
    </div>
  );
}

/** After going to another page the reader starts at its top, and so does the keyboard. */
function useFocusOnNavigation(page: string) {
  const main = useRef<HTMLElement>(null);
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    main.current?.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [page]);
  return main;
}
