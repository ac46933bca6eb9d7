import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '../fixtures';

test('the types of the pages are made from what the server says of itself', async ({ site }) => {
  const snapshot = resolve(import.meta.dirname, '../../core/openapi.json');
  const served = await site.api.get<unknown>('/api/openapi.json');
  expect(served, 'copy /api/openapi.json to core/openapi.json, then npm run generate').toEqual(
    JSON.parse(readFileSync(snapshot, 'utf8')),
  );
});
