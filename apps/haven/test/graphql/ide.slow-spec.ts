import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';

import { openBrowser } from '../support/browser.js';
import { executeDocument, IDE_PATIENCE, ideEditor, ideText, showsResult } from '../support/graphql-ide.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';

let browser: Browser | undefined;
afterAll(() => browser?.close());

/**
 * Opens a page in a browser profile of its own, and fails the test if a script fails or is forbidden. The IDE reads the
 * schema before the user has entered a key, which is refused.
 */
function pageOf(): () => Page {
  let page: Page;
  const problems: string[] = [];
  beforeEach(async () => {
    browser ??= await openBrowser();
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 401')) problems.push(message.text());
    });
  });
  afterEach(async () => {
    await page.context().close();
    expect(problems.splice(0)).toEqual([]);
  });
  return () => page;
}

/**
 * Replaces the document. The IDE parses what is typed after a delay, and until then executes the operation whose name
 * it knows, so this waits until it has stored the name.
 */
async function type(page: Page, text: string): Promise<void> {
  await ideEditor(page).click();
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.insertText(text);
  const [, name] = /^(?:query|subscription) (\w+)/.exec(text) ?? [];
  await expect.poll(() => storedTabs(page), IDE_PATIENCE).toContain(`"operationName":"${name}"`);
}

const storedTabs = (page: Page): Promise<string | null> =>
  page.evaluate(() => localStorage.getItem('graphiql:tabState'));

describeWith('chromium', 'the IDE', () => {
  const haven = startHaven();
  const page = pageOf();

  beforeEach(async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
  });

  it('runs queries and subscriptions, also at a path that ends with a slash', async () => {
    await page().goto(`${haven.url}/graphql/`);
    await type(page(), 'query Films { collections { edges { node { name } } } }');
    await executeDocument(page());
    await showsResult(page(), '"name": "films"');

    await type(page(), 'subscription Follow { changes(collection: "films") { type record { data } } }');
    await executeDocument(page());
    await showsResult(page(), '"type": "ready"');
    await haven.rest('POST', '/collections/films/records', { data: { title: 'Alien' } });
    await showsResult(page(), '"title": "Alien"');
    await page()
      .getByRole('button', { name: /Stop query/ })
      .click();
    await page()
      .getByRole('button', { name: /Execute query/ })
      .waitFor();

    await type(page(), 'subscription Malformed { changes(after: "nonsense") { type } }');
    await executeDocument(page());
    await showsResult(page(), 'CURSOR_INVALID');
  });

  it('opens links to a document with its variables, and keeps what is typed when it is reloaded', async () => {
    const query = 'query Shared($name: String!) { collection(name: $name) { revision } }';
    const variables = '{"name":"films"}';
    await page().goto(`${haven.url}/graphql?${new URLSearchParams({ query, variables })}`);
    await expect.poll(() => ideText(page(), ideEditor(page())), IDE_PATIENCE).toContain('query Shared');
    await executeDocument(page());
    await showsResult(page(), '"revision": 1');

    await type(page(), 'query Typed { collections { totalCount } }');
    await expect.poll(() => page().url(), IDE_PATIENCE).toContain('Typed');
    await page().reload();
    await expect.poll(() => ideText(page(), ideEditor(page())), IDE_PATIENCE).toContain('query Typed');
    expect(await page().getByRole('tab').count()).toBe(1);

    await type(page(), `query Long { collections { totalCount } } # ${'x'.repeat(20_000)}`);
    await expect.poll(() => page().url(), IDE_PATIENCE).not.toContain('Typed');
    await executeDocument(page());
    await showsResult(page(), '"totalCount": 1');
    expect((await page().reload())?.status()).toBe(200);
    await expect.poll(() => ideText(page(), ideEditor(page())), IDE_PATIENCE).toContain('query Long');
  });

  it('takes at most 1.5 MB to load, nothing the second time, and offers examples, each of which runs', async () => {
    const received = await receivedBy(page());
    const load = async (): Promise<Map<string, number>> => {
      received.clear();
      await page().goto(`${haven.url}/graphql`, { waitUntil: 'networkidle' });
      await ideEditor(page()).waitFor();
      return new Map([...received].filter(([url]) => url.includes('/graphql/ide/')));
    };
    const bytes = (sizes: Map<string, number>) => [...sizes.values()].reduce((sum, size) => sum + size, 0);
    const first = await load();
    expect(bytes(first)).toBeLessThan(1_450_000); // the page and the schema take the rest
    expect([...first.keys()].join()).toContain('graphiql.js');
    const again = await load();
    expect([...first.keys()].filter((url) => (again.get(url) ?? 0) > 0)).toEqual([]);

    const tabs = page().getByRole('tab');
    await expect.poll(() => tabs.count(), IDE_PATIENCE).toBe(4);
    const results = ['"totalCount"', '"createRecord"', '"title": "Alien"', '"type": "ready"'];
    for (const [index, result] of results.entries()) {
      const select = async () => {
        await tabs.nth(index).getByRole('button').first().click(); // a click while the tabs still move has no effect
        return tabs.nth(index).getAttribute('aria-selected');
      };
      await expect.poll(select, IDE_PATIENCE).toBe('true');
      await executeDocument(page());
      await showsResult(page(), result);
      expect(await ideText(page())).not.toContain('"errors"');
    }
  });
});

/** Returns the number of bytes that a page has received over the network, by URL; 0 for what came from its cache. */
async function receivedBy(page: Page): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const urls = new Map<string, string>();
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  session.on('Network.responseReceived', ({ requestId, response }) => urls.set(requestId, response.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    sizes.set(urls.get(requestId) ?? requestId, encodedDataLength),
  );
  return sizes;
}

describeWith('chromium', 'the IDE of a server with keys', () => {
  const haven = startHaven([], { keys: true });
  const page = pageOf();

  it('sends the headers that the user enters, also for subscriptions', async () => {
    await page().goto(`${haven.url}/graphql`);
    await page().getByRole('button', { name: 'Headers' }).click();
    await page().locator('.graphiql-editor-tool .view-lines:visible').click();
    await page().keyboard.insertText(JSON.stringify(await haven.as(haven.tenant)));
    await type(page(), 'query Count { collections { totalCount } }');
    await executeDocument(page());
    await showsResult(page(), '"totalCount": 0');
    await type(page(), 'subscription Follow { changes { type } }');
    await executeDocument(page());
    await showsResult(page(), '"type": "ready"');
  });
});
