export * from './series';
export * from './cursor';
export * from './decimate';
export * from './words';
