// What every test has: a site, a signed-in page, and a guard that lets nothing unseemly pass.
import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';
import { Guard } from './guard';
import { Site, type SiteSettings } from './site/site';

interface Own {
  /** Nothing is under way on it when the test begins. */
  site: Site;
  guard: Guard;
  /** A browser of its own that goes to the site, watched by the guard; signed in unless it is not wanted. */
  open: (site: Site, options?: Opening) => Promise<Page>;
  /** Another site, stopped when the test ends. */
  newSite: (settings?: SiteSettings) => Promise<Site>;
  /** A signed-in page of `site`. */
  desk: Page;
}

export interface Opening {
  signedIn?: boolean;
  token?: string;
  path?: string;
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
}

export const test = base.extend<Own, { shared: Site }>({
  shared: [
    async ({}, use) => {
      const site = await Site.start({ demo: true });
      try {
        await site.setUp();
        await site.startTraffic();
        await site.begun();
        await use(site);
      } finally {
        await site.stop();
      }
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  site: async ({ shared }, use) => {
    await shared.settle();
    await use(shared);
  },

  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    expect(guard.complaints()).toEqual([]);
  },

  open: async ({ browser, guard }, use) => {
    const contexts: BrowserContext[] = [];
    await use(
      async (site, { signedIn = true, token, path = '/', width = 1280, height = 900, theme } = {}) => {
        const context = await browser.newContext({
          baseURL: site.origin,
          viewport: { width, height },
          colorScheme: theme ?? 'light',
          reducedMotion: 'reduce',
        });
        contexts.push(context);
        await guard.watch(context, site.origin);
        if (signedIn) await signIn(context, site, token ?? site.api.token!);
        const page = await context.newPage();
        await page.goto(path);
        return page;
      },
    );
    for (const context of contexts) await context.close();
  },

  newSite: async ({}, use) => {
    const sites: Site[] = [];
    await use(async (settings) => {
      const site = await Site.start(settings);
      sites.push(site);
      return site;
    });
    for (const site of sites) await site.stop();
  },

  desk: async ({ site, open }, use) => {
    await use(await open(site));
  },
});

function signIn(context: BrowserContext, site: Site, token: string): Promise<void> {
  const cookie = { name: 'pilothouse', value: token, httpOnly: true, sameSite: 'Strict' as const };
  return context.addCookies([{ ...cookie, url: site.origin }]);
}

export { expect };
