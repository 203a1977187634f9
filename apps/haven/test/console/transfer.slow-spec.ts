import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { JSHandle, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { send } from './cinema.js';
import { removeSaveDialog, replaceSaveDialog, resumeSaving, savedFile } from './save-dialog.js';
import { FILES, GOODS, GOODS_SCHEMA, linesOf, ROWS } from './transfer-files.js';

const haven = startHaven(['console.enabled=true', 'limits.importLineBytes=256KiB']);

describeWith('chromium', 'transfers in the console', () => {
  const { open, windows } = openConsole(haven);

  beforeEach(async () => {
    await send(haven, 'PUT', '/collections/goods', { schema: GOODS_SCHEMA });
    await send(haven, 'PUT', '/collections/notes', {});
  });

  describe('import', () => {
    it.each(windows())('takes a file that is dropped, as the user maps it: %s', async (window) => {
      const page = await open('/collections/goods/import', { viewport: WINDOWS[window] });
      await drop(page, 'goods.csv', `${ROWS.join('\n')}\n`);
      const types = page.getByLabel(/^Type of column/);
      const memberOf = (column: number) => page.getByRole('combobox', { name: `Member of column ${column}` });
      expect(await types.evaluateAll((fields) => fields.map((field) => (field as HTMLSelectElement).value))).toEqual([
        ...['text', 'text', 'number', 'text', 'boolean', 'text', 'number', 'text', 'text'],
      ]);
      await page.getByLabel('Type of column 7').selectOption('Text');
      await memberOf(8).fill('details.note');
      await memberOf(9).fill('name');
      await page.getByText('More than one column sets name.').waitFor();
      expect(await page.getByRole('button', { name: 'Import 4 records' }).isDisabled()).toBe(true);
      await memberOf(9).fill('');
      await page.keyboard.press('Escape');
      await page.getByText('"count": "12"').waitFor();
      expect(await problemsOf(page)).toEqual([]);

      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByText('2 would be created, 0 would be replaced, 2 refused.').waitFor();
      const refused = page.getByRole('region', { name: 'Refused lines' });
      expect(await refused.getByRole('row').allInnerTexts()).toEqual([
        expect.stringMatching(/^Line/),
        expect.stringMatching(/^5\s+3\s+price: this is not a number that can be stored exactly: many\s+UNREADABLE$/),
        expect.stringMatching(/^6\s+4\s+\/name/),
      ]);
      expect(await problemsOf(page)).toEqual([]);
      expect(await stored('goods')).toEqual([]);

      await page.getByRole('button', { name: 'Import 2 records' }).click();
      await page.getByText('2 created, 0 replaced, 2 refused.').waitFor();
      expect(await problemsOf(page)).toEqual([]);
      expect(await stored('goods')).toEqual(expect.arrayContaining(GOODS));
      expect(await download(page, 'Download the lines')).toEqual({
        name: 'goods-refused.csv',
        text: `${[ROWS[0], ROWS[3], ROWS[4]].join('\n')}\n`,
      });
      const { text } = await download(page, 'Download the errors');
      expect(
        text
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line)),
      ).toMatchObject([
        { line: 5, index: 3, code: 'UNREADABLE' },
        { line: 6, index: 4, pointer: '/name' },
      ]);
    });

    it('takes files of each kind that are chosen, and changes no value', async () => {
      const page = await open('/collections/notes/import');
      for (const { name, content, refused, source, stored: expected } of FILES) {
        const chooser = page.waitForEvent('filechooser');
        await page.getByRole('button', { name: 'Choose a file' }).click();
        await (await chooser).setFiles({ name, mimeType: '', buffer: Buffer.from(content) });
        await page.getByRole('button', { name: /^Import \d+ records?$/ }).click();
        await page.getByText(`${expected.length} created, 0 replaced, ${refused ? 1 : 0} refused.`).waitFor();
        const documents = await stored('notes', { source });
        expect(documents, name).toHaveLength(expected.length);
        expect(documents, name).toEqual(expect.arrayContaining([...expected]));
        if (refused) {
          await page.getByRole('region', { name: 'Refused lines' }).getByText(refused.reason).waitFor();
          expect((await download(page, 'Download the lines')).text === refused.lines, name).toBe(true);
        }
        await page.getByRole('button', { name: 'Choose another file' }).click();
      }
    });

    it('takes one of several files that are dropped, and says so', async () => {
      const page = await open('/collections/notes/import');
      await drop(page, ['first.ndjson', 'second.ndjson', 'third.csv'], linesOf([{ n: 1 }]));
      await page
        .getByText('One file can be imported at a time: first.ndjson was taken, 2 other files were not.')
        .waitFor();
      expect(await problemsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Choose another file' }).click();
      await drop(page, 'second.ndjson', linesOf([{ n: 2 }]));
      expect(await page.getByText('One file can be imported at a time').count()).toBe(0);
    });

    it('shows the progress, stops in the middle, and continues without storing a line twice', async () => {
      const page = await open('/collections/notes/import');
      const numbers = linesOf(Array.from({ length: 1_200 }, (_, n) => ({ n })));
      await drop(page, 'numbers.ndjson', numbers);
      let requests = 0;
      await page.route(/\/import\?/, async (route) => {
        requests += 1;
        if (requests !== 2) return route.continue();
        await route.fetch(); // the response of the second part does not arrive
      });
      await page.getByRole('button', { name: 'Import 1,200 records' }).click();
      await page.getByText('Imported 500 of 1,200 lines').waitFor();
      const progress = page.getByRole('progressbar', { name: 'Progress' });
      expect(Number(await progress.getAttribute('aria-valuenow'))).toBeCloseTo(41.67, 1);
      expect(await problemsOf(page)).toEqual([]);
      const count = async () =>
        (await send(haven, 'POST', '/collections/notes/query', { limit: 1, count: 'exact' })).total;
      await expect.poll(count).toBe(1_000);
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('500 created, 0 replaced, 0 refused.').waitFor();
      await page.getByText('Import, stopped before the end').waitFor();
      await page.getByText('The lines that were being sent may have been stored too.').waitFor();
      expect(await problemsOf(page)).toEqual([]);
      expect(requests).toBe(2);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByText('1,200 created, 0 replaced, 0 refused.').waitFor();
      expect(await page.getByRole('button', { name: 'Continue' }).count()).toBe(0);
      expect(await count()).toBe(1_200);
    });

    it('names all refused lines of records that can refer to each other', async () => {
      const parent = { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'folders' } };
      await send(haven, 'PUT', '/collections/folders', { schema: { properties: { parent, n: { maximum: 600 } } } });
      const folders = Array.from({ length: 600 }, (_, index) => ({
        id: `018f3b5e-7c1a-7000-8000-${String(index).padStart(12, '0')}`,
        data: { n: index % 2 === 0 ? index : 1_000 + index },
      }));
      const page = await open('/collections/folders/import');
      await drop(page, 'folders.ndjson', linesOf(folders));
      await page.getByRole('button', { name: 'Import 600 records' }).click();
      await page.getByText('300 created, 0 replaced, 300 refused.').waitFor();
      expect(await page.getByText('The server has not named').count()).toBe(0);
      const { text } = await download(page, 'Download the lines');
      expect(text).toBe(linesOf(folders.filter(({ data }) => data.n > 600)));
      const changed = { filter: { $version: { _gt: 1 } } };
      expect((await send(haven, 'POST', '/collections/folders/query', changed)).items).toEqual([]);
    });

    it('says which lines can refer to each other, and does not let a dry run exclude them', async () => {
      const parent = { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'folders' } };
      await send(haven, 'PUT', '/collections/folders', { schema: { properties: { parent } } });
      const idOf = (index: number): string => `018f3b5e-7c1a-7000-8000-${String(index).padStart(12, '0')}`;
      const parents: Record<number, number> = { 0: 599, 599: 0 };
      const folders = Array.from({ length: 600 }, (_, index) => {
        const other = parents[index];
        return { id: idOf(index), data: other === undefined ? {} : { parent: idOf(other) } };
      });
      const page = await open('/collections/folders/import');
      await drop(page, 'folders.ndjson', linesOf(folders));
      await page.getByText('A record that refers to one in a later part is refused.').waitFor();
      expect(await problemsOf(page)).toEqual([]);
      await page.getByRole('button', { name: 'Dry run' }).click();
      await page.getByText('598 would be created, 0 would be replaced, 2 refused.').waitFor();
      await page.getByText('A dry run checks each part of the file alone.').waitFor();
      await page.getByRole('button', { name: 'Import 600 records' }).waitFor();
      await page.getByLabel('Lines that are refused').selectOption('atomic');
      await page.getByRole('button', { name: 'Import 600 records' }).click();
      await page.getByText('600 created, 0 replaced, 0 refused.').waitFor();
    });
  });

  describe('export', () => {
    const filter = { price: { _gte: 4 } };
    const matching = `filter=${encodeURIComponent(JSON.stringify(filter))}`;

    it.each(windows())('downloads the records that the filter selects: %s', async (window) => {
      await importLines('goods', [...GOODS, { name: 'Tee', price: 12.25 }, { name: 'Öl "=1"', price: 7, code: '010' }]);
      const page = await open(`/collections/goods?${matching}`, { viewport: WINDOWS[window] });
      await removeSaveDialog(page);
      const dialog = await openExport(page);
      await dialog.getByText('Exports the records that match the filter and the search.').waitFor();
      expect(await problemsOf(page)).toEqual([]);
      const lines = await download(page, 'Export');
      expect(lines).toEqual({ name: 'goods.ndjson', text: await exported(`goods/export?${matching}`) });
      expect(lines.text.trim().split('\n')).toHaveLength(3);
      await dialog.getByText('CSV', { exact: true }).click();
      await dialog.getByText('Only the data').click();
      expect(await problemsOf(page)).toEqual([]);
      expect(await download(page, 'Export')).toEqual({
        name: 'goods.csv',
        text: await exported(`goods/export?shape=document&${matching}`, 'text/csv'),
      });
      await dialog.getByText(/^Exported: \d/).waitFor();

      const long = encodeURIComponent(JSON.stringify({ name: { _in: ['Tee', 'x'.repeat(17_000)] } }));
      await page.evaluate((url) => history.pushState(null, '', url), `/console/collections/goods?filter=${long}`);
      await dialog.getByText('NDJSON', { exact: true }).click();
      expect(JSON.parse((await download(page, 'Export')).text)).toEqual({ name: 'Tee', price: 12.25 });
    });

    it('writes to the disk as it reads, no faster than the disk', async () => {
      await importLines(
        'notes',
        Array.from({ length: 80 }, (_, n) => ({ n, text: `${n} `.repeat(20_000) })),
      );
      const page = await open('/collections/notes');
      await replaceSaveDialog(page, { isHeld: true });
      const dialog = await openExport(page);
      await dialog.getByRole('button', { name: 'Export' }).click();
      await dialog.getByText(/[kM]B so far$/).waitFor();
      expect(await problemsOf(page)).toEqual([]);
      const expected = await exported('notes/export?');
      const before = await savedFile(page);
      expect(before).toMatchObject({ name: 'notes.ndjson', state: 'open', writes: 1 });
      expect(before.read).toBeLessThan(expected.length / 2);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: 'Stop the export?' }).waitFor();
      await page.getByRole('button', { name: 'Keep exporting' }).click();
      await resumeSaving(page);
      await dialog.getByText(/^Exported: \d/).waitFor();
      const { state, text, writes } = await savedFile(page);
      expect({ state, isEqual: text === expected }).toEqual({ state: 'closed', isEqual: true });
      expect(writes).toBeGreaterThan(2);
    });

    describe('that breaks in the middle', () => {
      const responses: ServerResponse[] = [];
      const server = createServer((_request, response) => {
        responses.push(response);
        response.writeHead(200, { 'content-type': 'application/x-ndjson' });
        response.write(linesOf(Array.from({ length: 2_000 }, (_, n) => ({ n, text: 'part of an export' }))));
      });
      beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
      afterAll(() => {
        server.closeAllConnections();
        server.close();
      });

      it('is reported, and leaves no file', async () => {
        const page = await open('/collections/notes');
        const downloads: string[] = [];
        page.on('download', (file) => downloads.push(file.suggestedFilename()));
        await page.route(/\/export$/, (route) => {
          const { pathname } = new URL(route.request().url());
          // For the page, the URL stays the same.
          return route.continue({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}` });
        });
        await replaceSaveDialog(page, { isHeld: false });
        const dialog = await openExport(page);
        await breakExport();
        expect(await savedFile(page)).toMatchObject({ state: 'aborted' });
        expect(await problemsOf(page)).toEqual([]);
        await removeSaveDialog(page);
        await breakExport();
        expect(downloads).toEqual([]);

        async function breakExport(): Promise<void> {
          await dialog.getByRole('button', { name: 'Export' }).click();
          await dialog.getByText(/[1-9][\d.]* kB so far$/).waitFor();
          for (const response of responses.splice(0)) response.destroy();
          await dialog.getByText(/^The response was interrupted after [\d.]+ kB\. The file was not saved/).waitFor();
        }
      });
    });
  });

  /** Returns the documents of a collection. */
  async function stored(collection: string, filter: object = {}): Promise<object[]> {
    const { items } = await send(haven, 'POST', `/collections/${collection}/query`, { filter });
    return items.map(({ data }: { data: object }) => data);
  }

  async function importLines(collection: string, values: readonly object[]): Promise<void> {
    const type = { 'content-type': 'application/x-ndjson' };
    const { body } = await haven.rest('POST', `/collections/${collection}/import`, linesOf(values), type);
    expect(body).toMatchObject({ created: values.length, failed: 0 });
  }

  async function exported(path: string, accept = 'application/x-ndjson'): Promise<string> {
    return (await haven.rest('GET', `/collections/${path}`, undefined, { accept })).body;
  }
});

/** Drops a file, or files with the same content, into the zone for it, and beside it before. */
async function drop(page: Page, name: string | string[], content: string): Promise<void> {
  const dataTransfer: JSHandle<DataTransfer> = await page.evaluateHandle(
    (files) => {
      const transfer = new DataTransfer();
      for (const file of files.names) transfer.items.add(new File([files.content], file));
      return transfer;
    },
    { names: [name].flat(), content },
  );
  const leavesPage = await page
    .getByRole('heading', { level: 1 })
    .evaluate(
      (heading, transfer) =>
        heading.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })),
      dataTransfer,
    );
  expect(leavesPage).toBe(false);
  await page.getByText('Drop a file here').dispatchEvent('dragover', { dataTransfer });
  await page.getByText('Drop the file', { exact: true }).dispatchEvent('drop', { dataTransfer });
  await page.getByRole('heading', { level: 2, name: 'Preview' }).waitFor();
}

async function openExport(page: Page) {
  await settled(page);
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Export' }).click();
  const dialog = page.getByRole('dialog', { name: /^Export / });
  await dialog.waitFor();
  return dialog;
}

/** Clicks on a button that downloads a file, and returns the file. */
async function download(page: Page, button: string): Promise<{ name: string; text: string }> {
  const started = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  const file = await started;
  return { name: file.suggestedFilename(), text: await readFile(await file.path(), 'utf8') };
}
