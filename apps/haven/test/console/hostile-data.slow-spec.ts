import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { openConsole, settled } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { startReceiver } from '../support/webhook-receiver.js';
import type { Receiver } from '../support/webhook-receiver.js';
import { send } from './cinema.js';

const SCRIPT = '<script>window.hasRun = true</script>';
const IMAGE = '<img src=x onerror="window.hasRun = true">';
const LINK = 'javascript:window.hasRun=true';
/** Names of members and values that would do something if they were not treated as text. */
const HOSTILE = {
  [IMAGE]: SCRIPT,
  title: IMAGE,
  link: LINK,
  html: `"><svg onload="window.hasRun=true">`,
  template: '{{constructor.constructor("window.hasRun = true")()}} ${window.hasRun = true}',
  styled: '</style><style>body{display:none}</style>',
  constructor: { prototype: IMAGE },
  hasOwnProperty: 'text',
  nested: { [SCRIPT]: { [IMAGE]: [LINK, IMAGE] } },
  long: `${IMAGE}${'x'.repeat(10_000)}`,
  order: 'a\u202Eb\u0007\u2028c',
};

const haven = startHaven(['console.enabled=true', 'webhooks.schedule=200ms,200ms']);

describeWith('chromium', 'hostile data in the console', () => {
  const { open } = openConsole(haven);
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    await receiver.respondWith({ status: 500, times: 1_000, headers: { 'x-reply': IMAGE }, body: `${IMAGE}${SCRIPT}` });
  });
  afterAll(() => receiver?.stop());

  let record: string;
  beforeEach(async () => {
    await send(haven, 'PUT', '/collections/films', {
      description: IMAGE,
      schema: {
        type: 'object',
        title: SCRIPT,
        properties: {
          title: { type: 'string', title: IMAGE, description: SCRIPT },
          [IMAGE]: { enum: [SCRIPT, IMAGE], description: IMAGE },
        },
      },
    });
    record = (await send(haven, 'POST', '/collections/films/records', { data: HOSTILE })).id;
    await send(haven, 'PATCH', `/collections/films/records/${record}`, { data: { title: `${IMAGE} again` } });
  });

  /** Checks that the page shows a text, and that nothing in it has become an element or a script. */
  async function expectText(page: Page, text: string): Promise<void> {
    await page.getByText(text).first().waitFor();
    await expectInert(page);
  }

  /** Opens another view in the same browser profile, which has cached the scripts. */
  async function visit(page: Page, path: string): Promise<void> {
    await page.goto(`${haven.url}/console${path}`);
    await settled(page);
  }

  async function expectInert(page: Page): Promise<void> {
    const found = await page.evaluate(() => ({
      hasRun: 'hasRun' in window,
      elements: document.querySelectorAll('img[src="x"], svg[onload], #root script').length,
      links: [...document.querySelectorAll('a')].filter(({ protocol }) => protocol === 'javascript:').length,
      display: getComputedStyle(document.body).display,
    }));
    expect(found, page.url()).toEqual({ hasRun: false, elements: 0, links: 0, display: 'block' });
  }

  it('is text in the list of records and of collections', async () => {
    const page = await open('/collections/films');
    await expectText(page, `${IMAGE} again`);
    await visit(page, '/collections');
    await expectInert(page);
  });

  it('is text in a record, its editors and its history', async () => {
    const page = await open(`/collections/films/records/${record}`);
    await page.getByRole('heading', { level: 1, name: IMAGE }).waitFor();
    await expectInert(page);
    await page.getByRole('tab', { name: 'History' }).click();
    await expectText(page, IMAGE);
    await page.getByRole('tab', { name: 'References' }).click();
    await expectInert(page);
  });

  it('is text in queued changes', async () => {
    const page = await open('/collections/films');
    await page
      .getByRole('gridcell', { name: `${IMAGE} again` })
      .first()
      .dblclick();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(SCRIPT);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Queued changes' }).getByRole('button', { name: 'Review' }).click();
    await expectText(page, SCRIPT);
  });

  it('runs nothing in other views', async () => {
    const page = await open('/');
    const settings = '/collections/films/settings';
    for (const path of [settings, '/collections/films/import', '/ask?collection=films', '/changes', '/api']) {
      await visit(page, path);
      await send(haven, 'PATCH', `/collections/films/records/${record}`, { data: { title: `${IMAGE} at ${path}` } });
      await expectInert(page);
    }
  });

  it('runs nothing from addresses', async () => {
    const page = await open('/');
    for (const path of [
      `/collections/${encodeURIComponent(IMAGE)}`,
      `/collections/films/records/${encodeURIComponent(SCRIPT)}`,
      `/collections/films?filter=${encodeURIComponent(IMAGE)}`,
      `/ask?collection=films&filter=${encodeURIComponent(JSON.stringify({ [IMAGE]: SCRIPT }))}`,
      `/webhooks/${encodeURIComponent(IMAGE)}`,
      `/${encodeURIComponent(SCRIPT)}?q=${encodeURIComponent(IMAGE)}#${encodeURIComponent(LINK)}`,
    ]) {
      await visit(page, path);
      await expectInert(page);
    }
  });

  it('is text in a webhook, its deliveries and the responses that it got', async () => {
    const { id } = await send(haven, 'POST', '/webhooks', {
      url: receiver.url(`/?${encodeURIComponent(IMAGE)}`),
      description: IMAGE,
      headers: { 'x-hostile': IMAGE },
    });
    await send(haven, 'PATCH', `/collections/films/records/${record}`, { data: { title: SCRIPT } });
    await expect
      .poll(async () => (await haven.rest('GET', `/webhooks/${id}/deliveries`)).body.items.length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    const page = await open('/webhooks');
    await expectText(page, IMAGE);
    await visit(page, `/webhooks/${id}`);
    await expectText(page, IMAGE);
  });

  it('is text in the names of keys', async () => {
    await send(haven, 'POST', '/api-keys', { name: IMAGE, scopes: ['records:read'], collections: [SCRIPT] });
    const page = await open('/keys');
    await expectText(page, IMAGE);
  });
});
