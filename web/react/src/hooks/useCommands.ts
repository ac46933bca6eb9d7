// The commands of the palette, with those of the environments and recent deployments that are known now.
import { createShortcuts, t, type App, type Command, type Theme } from '@pilothouse/core';
import { useEffect, useMemo, useRef } from 'react';
import { useApp } from './useApp';
import { useModel } from './useModel';

interface Overlays {
  openPalette: () => void;
  openHelp: () => void;
}

export function useCommands(overlays: Overlays): Command[] {
  const app = useApp();
  const environments = useModel(app.environments);
  const places =
    environments.status === 'ready'
      ? environments.data
          .map((one) => `${one.name} ${one.target === 'sample' ? '' : 'deployable'}`)
          .join('\n')
      : '';
  const open = useRef(overlays);
  open.current = overlays;
  const commands = useMemo(
    () => commandsOf(app, places ? places.split('\n').map(placeOf) : [], () => open.current),
    [app, places],
  );
  useKeys(commands);
  return commands;
}

interface Place {
  name: string;
  deployable: boolean;
}

function placeOf(text: string): Place {
  const [name = '', deployable] = text.split(' ');
  return { name, deployable: Boolean(deployable) };
}

function commandsOf(app: App, environments: Place[], overlays: () => Overlays): Command[] {
  const { navigation, preferences, session } = app;
  const { groups, commands: names } = t.palette;
  const flip = (now: 'open' | 'closed') => (now === 'open' ? 'closed' : 'open');
  const themes = Object.keys(t.header.themes) as Theme[];
  return [
    {
      id: 'palette',
      label: t.palette.title,
      group: groups.settings,
      keys: 'mod+k',
      run: () => overlays().openPalette(),
    },
    {
      id: 'search',
      label: t.header.search,
      group: groups.settings,
      keys: '/',
      run: () => overlays().openPalette(),
    },
    {
      id: 'dashboard',
      label: names.dashboard,
      group: groups.go,
      keys: 'g h',
      run: () => navigation.go({ page: 'dashboard' }),
    },
    {
      id: 'deployments',
      label: names.deployments,
      group: groups.go,
      keys: 'g d',
      run: () => navigation.go({ page: 'deployments', search: {} }),
    },
    {
      id: 'running',
      label: names.running,
      group: groups.go,
      keys: 'g r',
      run: () => navigation.go({ page: 'deployments', search: { status: 'deploying' } }),
    },
    {
      id: 'failed',
      label: names.failed,
      group: groups.go,
      keys: 'g f',
      run: () => navigation.go({ page: 'deployments', search: { status: 'failed' } }),
    },
    {
      id: 'audit',
      label: names.audit,
      group: groups.go,
      keys: 'g a',
      run: () => navigation.go({ page: 'audit', search: {} }),
    },
    ...environments.map(({ name }): Command => ({
      id: `environment ${name}`,
      label: name,
      group: groups.environments,
      run: () => navigation.go({ page: 'environment', name, search: {} }),
    })),
    ...environments
      .filter((one) => one.deployable)
      .map(({ name }): Command => ({
        id: `deploy ${name}`,
        label: names.deployTo(name),
        group: groups.deploy,
        run: () => navigation.go({ page: 'environment', name, search: { deploy: 'open' } }),
      })),
    ...themes.map((theme): Command => ({
      id: `theme ${theme}`,
      label: names.theme(t.header.themes[theme]),
      group: groups.settings,
      run: () => preferences.change({ theme }),
    })),
    {
      id: 'utc',
      label: names.zoneUtc,
      group: groups.settings,
      run: () => preferences.change({ zone: 'UTC' }),
    },
    {
      id: 'local',
      label: names.zoneLocal,
      group: groups.settings,
      run: () => preferences.change({ zone: 'local' }),
    },
    {
      id: 'activity',
      label: names.activity,
      group: groups.settings,
      keys: 'b',
      run: () => preferences.change({ bottom: flip(preferences.snapshot().bottom) }),
    },
    {
      id: 'navigation',
      label: names.navigation,
      group: groups.settings,
      keys: 'n',
      run: () => preferences.change({ navigation: flip(preferences.snapshot().navigation) }),
    },
    { id: 'help', label: names.help, group: groups.settings, keys: '?', run: () => overlays().openHelp() },
    { id: 'logout', label: names.logout, group: groups.settings, run: () => void session.logout() },
  ];
}

function useKeys(commands: Command[]): void {
  useEffect(() => {
    const press = createShortcuts(
      () => commands.flatMap((one) => (one.keys ? [{ keys: one.keys, run: one.run }] : [])),
      () => performance.now(),
    );
    function onKey(event: KeyboardEvent) {
      if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
      const target = event.target as HTMLElement;
      const typing = target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
      if (
        press({
          key: event.key,
          ctrlKey: event.ctrlKey,
          metaKey: event.metaKey,
          altKey: event.altKey,
          repeat: event.repeat,
          typing,
        })
      )
        event.preventDefault();
    }
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [commands]);
}
