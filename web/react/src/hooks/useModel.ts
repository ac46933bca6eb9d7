// The one binding between models and React.
import type { Model } from '@pilothouse/core';
import { useSyncExternalStore } from 'react';

export const useModel = <S>(model: Model<S>): S => useSyncExternalStore(model.subscribe, model.snapshot);
