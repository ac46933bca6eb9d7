// Watches every page of a test: no error in the console, no dialog, no request to another host, nothing against the policy.
import type { BrowserContext, Page } from '@playwright/test';

export class Guard {
  private found: string[] = [];
  private allowed: RegExp[] = [];

  /** What this test provokes, such as a refused request: the browser writes those to the console. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  complaints(): string[] {
    return this.found.filter((one) => !this.allowed.some((pattern) => pattern.test(one)));
  }

  async watch(context: BrowserContext, origin: string): Promise<void> {
    await context.exposeFunction('tellViolation', (text: string) => this.found.push(`policy: ${text}`));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const tell = (globalThis as unknown as { tellViolation: (text: string) => void }).tellViolation;
        tell(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
    context.on('page', (page) => this.watchPage(page, origin));
  }

  private watchPage(page: Page, origin: string): void {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        this.found.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.found.push(`error: ${error.stack ?? error.message}`));
    page.on('dialog', (dialog) => {
      this.found.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    const host = new URL(origin).host;
    const own = (address: string) => {
      const { protocol, host: asked } = new URL(address);
      return asked === host || protocol === 'blob:' || protocol === 'data:';
    };
    page.on('request', (request) => {
      if (!own(request.url())) this.found.push(`another host: ${request.url()}`);
    });
    page.on('websocket', (socket) => {
      if (!own(socket.url())) this.found.push(`another host: ${socket.url()}`);
    });
  }
}
