export * from './series';
export * from './decimate';
export * from './words';
