import { describe, expect, it } from 'vitest';
import { FakeStorage } from '../testing/fakeStorage';
import { createPreferencesModel, defaultPreferences } from './preferencesModel';

describe('preferences', () => {
  it('are kept, and survive what does not fit', () => {
    const storage = new FakeStorage();
    createPreferencesModel(storage).change({ theme: 'dark' });
    expect(createPreferencesModel(storage).snapshot()).toEqual({ ...defaultPreferences, theme: 'dark' });
    storage.setItem('pilothouse.preferences', '{"bottomHeight":"high","odd":1,"zone":"UTC"}');
    expect(createPreferencesModel(storage).snapshot()).toEqual({ ...defaultPreferences, zone: 'UTC' });
    storage.setItem('pilothouse.preferences', 'nonsense');
    expect(createPreferencesModel(storage).snapshot()).toEqual(defaultPreferences);
  });
});
