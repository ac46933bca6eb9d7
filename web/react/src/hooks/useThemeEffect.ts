import { useLayoutEffect } from 'react';
import { useApp } from './useApp';
import { useModel } from './useModel';

export function useThemeEffect(): void {
  const { theme } = useModel(useApp().preferences);
  useLayoutEffect(() => {
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);
}
