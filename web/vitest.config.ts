import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'core', root: 'core', include: ['src/**/*.test.ts'], environment: 'node' } },
      { test: { name: 'react', root: 'react', include: ['src/**/*.test.tsx'], environment: 'happy-dom' } },
    ],
  },
});
