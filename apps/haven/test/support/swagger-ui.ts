import { randomUUID } from 'node:crypto';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { MaintenanceScheduler } from '@haven/events';

import { openBrowser } from './browser.js';
import { startHaven } from './haven.js';
import { describeWith } from './programs.js';
import { eventually, startReceiver } from './webhook-receiver.js';
import type { Receiver } from './webhook-receiver.js';

/** Values for the path of an operation. */
type Path = Record<string, string>;

/** The contents of the tenant before the first operation. */
interface Seed {
  tenant: string;
  key: string;
  record: string;
  erased: string;
  webhook: string;
  delivery: string;
}

/** Examples of the operations on its records must satisfy it. */
const SCHEMA = {
  type: 'object',
  required: ['Title'],
  properties: { Title: { type: 'string', examples: ['Alien'] }, year: { type: 'integer', minimum: 1888 } },
  additionalProperties: { type: ['string', 'number'] },
};

/**
 * Each operation of the tenant's document in the order in which they are executed, with the values of its path and the
 * status that the reference promises for a request that contains nothing else.
 */
const OPERATIONS: [operation: string, status: number, path?: (seed: Seed) => Path][] = [
  ['getLiveness', 200],
  ['getReadiness', 200],
  ['getStartup', 200],
  ['getHealth', 200],
  ['createCollection', 201],
  ['collections', 200],
  ['collection', 200, () => ({ collection: 'movies' })],
  ['updateCollection', 200, () => ({ collection: 'movies' })],
  ['replaceCollection', 200, () => ({ collection: 'movies' })],
  ['deleteCollection', 204, () => ({ collection: 'empty' })],
  ['createMovie', 201],
  ['listMovies', 200],
  ['queryMovies', 200],
  ['aggregateMovies', 200],
  ['getMovie', 200, ({ record }) => ({ id: record })],
  ['updateMovie', 200, ({ record }) => ({ id: record })],
  ['replaceMovie', 200, ({ record }) => ({ id: record })],
  ['getKeyedByCode', 200, () => ({ value: 'a' })],
  ['updateKeyedByCode', 200, () => ({ value: 'a' })],
  ['upsertKeyedByCode', 200, () => ({ value: 'a' })],
  ['deleteKeyedByCode', 204, () => ({ value: 'a' })],
  ['listMovieVersions', 200, ({ record }) => ({ id: record })],
  ['getMovieVersion', 200, ({ record }) => ({ id: record, version: '1' })],
  ['deleteMovie', 204, ({ record }) => ({ id: record })],
  ['restoreMovie', 200, ({ record }) => ({ id: record })],
  ['eraseMovie', 204, ({ erased }) => ({ id: erased })],
  ['updateMovies', 200],
  ['deleteMovies', 200],
  ['batch', 200],
  ['importMovies', 200],
  ['exportMovies', 200],
  ['exportMatchingMovies', 200],
  ['changes', 200],
  ['createWebhook', 201],
  ['webhooks', 200],
  ['webhook', 200, ({ webhook }) => ({ id: webhook })],
  ['updateWebhook', 200, ({ webhook }) => ({ id: webhook })],
  ['rotateWebhook', 200, ({ webhook }) => ({ id: webhook })],
  ['testWebhook', 200, ({ webhook }) => ({ id: webhook })],
  ['webhookStatus', 200, ({ webhook }) => ({ id: webhook })],
  ['deliveries', 200, ({ webhook }) => ({ id: webhook })],
  ['delivery', 200, ({ webhook, delivery }) => ({ id: webhook, delivery })],
  ['redeliver', 202, ({ webhook, delivery }) => ({ id: webhook, delivery })],
  ['replayWebhook', 202, ({ webhook }) => ({ id: webhook })],
  ['deleteWebhook', 204, ({ webhook }) => ({ id: webhook })],
  ['auditCheckpoint', 200],
  ['auditCheckpoints', 200],
  ['stats', 200],
  ['usage', 200],
  ['caller', 200],
  ['createApiKey', 201],
  ['apiKeys', 200],
  ['apiKey', 200, ({ key }) => ({ id: key })],
  ['rotateApiKey', 200, ({ key }) => ({ id: key })],
  ['revokeApiKey', 204, ({ key }) => ({ id: key })],
  ['createTenant', 201],
  ['tenants', 200],
  ['tenant', 200, ({ tenant }) => ({ id: tenant })],
  ['updateTenant', 200, ({ tenant }) => ({ id: tenant })],
  ['deleteTenant', 202, ({ tenant }) => ({ id: tenant })],
];

/** Operations with bodies of different kinds, and with and without a path. */
const SOME = new Set([
  'getReadiness',
  'createCollection',
  'createMovie',
  'listMovies',
  'upsertKeyedByCode',
  'importMovies',
  'changes',
  'deleteMovie',
]);

/**
 * Tests Swagger UI in a browser: `every` operation takes more than a second to open, so the slow tests execute only
 * `some`.
 */
export function testSwaggerUi(executed: 'some' | 'every'): void {
  describeWith('chromium', 'Swagger UI', () => {
    const key = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
    const haven = startHaven([`auth.operatorKey=${key}`, 'audit.checkpointEvents=1', 'upkeep.interval=24h']);
    const authorization = `Bearer ${key}`;
    let receiver: Receiver;
    let browser: Browser;
    let page: Page;
    let seed: Seed;
    const foreign: string[] = [];

    beforeAll(async () => {
      receiver = await startReceiver();
      seed = await plant();
      browser = await openBrowser();
      page = await browser.newPage();
      page.on('request', (request) => void (request.url().startsWith(haven.url) || foreign.push(request.url())));
      await page.goto(`${haven.url}/docs`);
      await blockOf('createRecord').waitFor();
      await authorize();
    });
    afterAll(async () => {
      await browser?.close();
      await receiver?.stop();
    });

    /** Enters the key, and waits for the operations of the tenant. */
    async function authorize(): Promise<void> {
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.locator('.auth-container input').fill(key);
      await page.getByRole('button', { name: 'Apply credentials' }).click();
      await page.locator('.btn-done').click();
      await blockOf('createMovie').waitFor();
    }

    /** Fills the tenant with something for every path, and returns the ids. */
    async function plant(): Promise<Seed> {
      const create = async (path: string, body: object) =>
        (await haven.rest('POST', path, body, { authorization })).body;
      await create('/collections', { name: 'movies', schema: SCHEMA });
      await create('/collections', { name: 'empty' });
      const { id: webhook } = await create('/webhooks', { url: receiver.url('/seed') });
      const [record, erased] = [randomUUID(), randomUUID()];
      for (const id of [record, erased]) await create('/collections/movies/records', { id, data: { Title: 'Alien' } });
      const [delivery] = await eventually(async () => {
        const { items } = (
          await haven.rest('GET', `/webhooks/${webhook}/deliveries?state=delivered`, undefined, { authorization })
        ).body;
        expect(items).toHaveLength(2);
        return items;
      });
      await create('/collections', { name: 'keyed', indexes: [{ path: 'code', unique: true }] });
      await create('/collections/keyed/records', { data: { code: 'a' } });
      await haven.app.get(MaintenanceScheduler, { strict: false }).runAll();
      return {
        tenant: (await create('/tenants', { name: 'Example' })).id,
        key: (await create('/api-keys', { name: 'example', scopes: ['records:read'] })).id,
        record,
        erased,
        webhook,
        delivery: delivery.id,
      };
    }

    const blockOf = (operation: string) => page.locator(`.opblock[id$="-${operation}"]`);

    it('is tested with every operation of the reference', async () => {
      const idsIn = async (path: string, idOf: (operation: any) => string): Promise<string[]> => {
        const { paths } = (await haven.rest('GET', path, undefined, { authorization })).body;
        return Object.values<object>(paths).flatMap((item) => Object.values(item).map(idOf));
      };
      const generic = new Map<string, string>();
      await idsIn('//openapi.json', (one) => {
        generic.set(one.operationId, one['x-haven-operation'] ?? one.operationId);
        return one.operationId;
      });
      expect(OPERATIONS.map(([operation]) => generic.get(operation)).sort()).toEqual(
        (await idsIn('//openapi/generic.json', ({ operationId }) => operationId)).sort(),
      );
    });

    it('shows the operations of the key that is entered', async () => {
      expect(await blockOf('createRecord').count()).toBe(0);
      await page.reload();
      await blockOf('createMovie').waitFor(); // the browser has kept the key
      await page.getByRole('button', { name: 'Authorize' }).first().click();
      await page.getByRole('button', { name: 'Remove authorization' }).click();
      await page.locator('.btn-done').click();
      await blockOf('createRecord').waitFor();
      expect(await blockOf('createMovie').count()).toBe(0);
      await authorize();
    });

    it('fills in a body that satisfies the schema of the collection', async () => {
      const block = blockOf('createMovie');
      await block.locator('.opblock-summary-control').first().click();
      const body = block.locator('textarea.body-param__text');
      await body.waitFor();
      expect(JSON.parse(await body.inputValue())).toEqual({ data: { Title: 'Alien', year: 1888 } });
      await block.locator('.opblock-summary-control').first().click();
    });

    it('is named after Haven, shows one group of each kind and links to the guide', async () => {
      expect(await page.title()).toBe('Haven API');
      expect(await page.locator('.info .title').textContent()).toContain('Haven');
      expect(await page.locator('.topbar').count()).toBe(0);
      const groups = await page.locator('.opblock-tag').evaluateAll((tags) =>
        // The function runs in the browser, whose types this project does not load.
        tags.map((tag) => (tag as unknown as { dataset: { tag: string } }).dataset.tag.toLowerCase()),
      );
      expect(groups).toEqual([...new Set(groups)]);
      expect(await page.locator('.info a', { hasText: 'Guide' }).getAttribute('href')).toBe('/docs/guide');
    });

    it.each(executed === 'every' ? OPERATIONS : OPERATIONS.filter(([operation]) => SOME.has(operation)))(
      'sends a request that succeeds, with only the path filled in: %s',
      async (operation, status, path) => {
        const block = blockOf(operation);
        await block.locator('.opblock-summary-control').first().click();
        await block.getByRole('button', { name: 'Execute' }).waitFor();
        expect(await prefilled(operation)).toEqual([]);
        for (const [name, value] of Object.entries(path?.(seed) ?? {}))
          await block.locator(`tr[data-param-name="${name}"][data-param-in="path"] input`).fill(value);
        if (operation === 'createWebhook') {
          // The host of the example is resolved when a webhook is created, and tests have no DNS.
          const body = block.locator('textarea.body-param__text');
          await body.fill((await body.inputValue()).replace('https://example.com/haven', receiver.url('/new')));
        }
        await block.getByRole('button', { name: 'Execute' }).click();
        const response = block.locator('.live-responses-table tr.response .response-col_status').first();
        await response.waitFor();
        expect(
          await response.textContent(),
          (await block.locator('.live-responses-table').textContent()) ?? '',
        ).toMatch(String(status));
        await block.locator('.opblock-summary-control').first().click();
      },
    );

    it('loads nothing from other servers', () => {
      expect(foreign.filter((url) => !url.startsWith('data:') && !url.startsWith('blob:'))).toEqual([]);
    });

    /** Returns the optional parameters of an operation that have a value before the user enters one. */
    const prefilled = (operation: string): Promise<string[]> =>
      blockOf(operation)
        .locator('tr[data-param-name]:not([data-param-in="path"]) :is(input, select, textarea)')
        .evaluateAll((fields) =>
          (
            fields as unknown as {
              value: string;
              type: string;
              closest(selector: string): { dataset: { paramName: string } };
            }[]
          )
            .filter(({ value, type }) => type !== 'checkbox' && value !== '')
            .map((field) => `${field.closest('tr').dataset.paramName}=${field.value}`),
        );
  });
}
