import { useApp } from './useApp';
import { useModel } from './useModel';

/** The server's time, each second. */
export const useNow = (): number => useModel(useApp().now);

export const useZone = (): string => useModel(useApp().preferences).zone;
