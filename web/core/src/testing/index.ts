export * from './examples';
export * from './fakeClock';
export * from './fakeServer';
export * from './fakeStorage';
