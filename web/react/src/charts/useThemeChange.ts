// A canvas does not follow the style sheet: it is drawn again when the theme changes.
import { useApp } from '../hooks/useApp';
import { useMedia } from '../hooks/useMedia';
import { useModel } from '../hooks/useModel';

export function useThemeChange(): string {
  const { theme } = useModel(useApp().preferences);
  const dark = useMedia('(prefers-color-scheme: dark)');
  return theme === 'system' ? String(dark) : theme;
}
