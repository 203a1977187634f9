import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { intercept, openConsole, problemsOf, settled, WINDOWS } from '../support/console.js';
import { startHaven } from '../support/haven.js';
import { describeWith } from '../support/programs.js';
import { startReceiver } from '../support/webhook-receiver.js';
import type { Receiver } from '../support/webhook-receiver.js';
import { send } from './cinema.js';

const IMAGE = '<img src=x onerror="window.hasRun = true">';

const haven = startHaven(['console.enabled=true', 'webhooks.schedule=200ms,200ms']);

describeWith('chromium', 'webhooks of the console', () => {
  const { open, windows } = openConsole(haven);
  let receiver: Receiver;
  let path: string;

  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(() => receiver?.stop());
  beforeEach(async () => {
    path = `/${haven.tenant}`;
    await receiver.resetResponses();
    await send(haven, 'PUT', '/collections/films', {});
  });

  const create = (settings: object = {}): Promise<any> =>
    send(haven, 'POST', '/webhooks', { url: receiver.url(path), ...settings });
  const write = async (data: object): Promise<string> =>
    (await send(haven, 'POST', '/collections/films/records', { data })).id;
  const receipts = () => receiver.receipts.filter((receipt) => receipt.path === path);
  const deliveries = async (id: string): Promise<any[]> =>
    (await haven.rest('GET', `/webhooks/${id}/deliveries`)).body.items;
  const deliveryStates = async (id: string): Promise<string[]> => (await deliveries(id)).map(({ state }) => state);

  /** Writes a record, and returns its id when the log of the webhook has its delivery. */
  async function deliver(webhook: string, data: object): Promise<string> {
    const id = await write(data);
    await expect.poll(async () => (await deliveries(webhook))[0]).toMatchObject({ recordId: id, state: 'delivered' });
    return id;
  }

  it.each(windows())('are created, and their secret is shown once: %s', async (size) => {
    const page = await open('/webhooks', { viewport: WINDOWS[size] });
    await page.getByText('No webhooks yet').waitFor();
    await page.getByRole('button', { name: 'New webhook' }).click();
    const form = page.getByRole('dialog', { name: 'New webhook' });
    await form.getByLabel('URL').fill(receiver.url(path));
    await form.getByRole('combobox', { name: 'Collections' }).fill('films');
    await page.keyboard.press('Enter');
    await form.getByRole('combobox', { name: 'Types of changes' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'Created', exact: true }).click();
    await page.keyboard.press('Tab'); // closes the list
    await form.getByRole('button', { name: 'Filter, format, headers and limits' }).click();
    await form.getByRole('textbox', { name: 'Filter as JSON' }).click();
    await page.keyboard.insertText('{"year": {"_gte": 1980}, "id": 12345678901234567891}');
    await form.getByText('The number 12345678901234567891 cannot be stored').waitFor();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('{"year": {"_gte": 1980}}');
    await form.getByLabel('Content').selectOption('thin');
    await form.getByLabel('Deliveries per second').fill('50');
    await form.getByRole('button', { name: 'Add a header' }).click();
    await form.getByLabel('Name 1').fill('x-shop');
    await form.getByLabel('Value 1').fill('4711');
    expect(await problemsOf(page)).toEqual([]);
    await form.getByRole('button', { name: 'Create' }).click();

    const issued = page.getByRole('dialog', { name: 'The webhook was created' });
    const secret = await issued.getByText(/^whsec_/).innerText();
    expect(await problemsOf(page)).toEqual([]);
    await issued.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('heading', { level: 1, name: receiver.url(path) }).waitFor();
    await page.reload();
    await settled(page);
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('tab', { name: 'Settings' }).click();
    const settings = await page.getByRole('tabpanel').innerText();
    for (const text of ['films', 'Created', '"_gte": 1980', 'Only the id and the version', 'At most 50', 'x-shop'])
      expect(settings).toContain(text);
    expect(settings).not.toContain('4711');
    expect(await problemsOf(page)).toEqual([]);

    await receiver.setSecret(path, secret);
    await write({ title: 'Alien', year: 1979 });
    const brazil = await write({ title: 'Brazil', year: 1985 });
    await receiver.waitForDelivered(1, path);
    expect(receipts()).toMatchObject([{ verified: true, data: { recordId: brazil }, headers: { 'x-shop': '4711' } }]);
    expect(receipts()[0]?.data).not.toHaveProperty('record');
  });

  it.each(windows())('show the attempts and the request of a delivery: %s', async (size) => {
    await receiver.respondWith({ path, status: 500, times: 1, body: IMAGE });
    const { id } = await create({ headers: { 'x-shop': '4711' }, filter: { title: 'Alien' } });
    await write({ title: 'Brazil' });
    const record = await deliver(id, { title: 'Alien', rating: 8.5 });
    const page = await open(`/webhooks/${id}`, { viewport: WINDOWS[size] });
    const delivery = deliveryOf(page, record);
    await delivery.getByText('2 attempts').waitFor();
    await delivery.getByRole('button', { name: /^Details/ }).click();
    await delivery.getByText('Status 204').waitFor();
    await delivery.getByText('Status 500').waitFor();
    expect(await delivery.getByRole('region', { name: /^Beginning of the response/ }).innerText()).toBe(IMAGE);
    const found = await page.evaluate(() => ['hasRun' in window, document.querySelectorAll('img[src="x"]').length]);
    expect(found).toEqual([false, 0]);

    await delivery.getByText('Haven does not store requests.').waitFor();
    const [, sent] = receipts();
    const head = await delivery.getByText(`POST ${receiver.url(path)}`).innerText();
    for (const line of head.split('\n').slice(1)) {
      const [name = '', value] = line.split(': ');
      expect(sent?.headers, line).toMatchObject({ [name]: value === '…' ? expect.any(String) : value });
    }
    expect(head).toContain('x-shop: …');
    await delivery.getByRole('button', { name: 'Show the body' }).click();
    const body = await delivery.getByText('"specversion"').innerText();
    expect(JSON.parse(body)).toEqual(JSON.parse(sent?.body ?? ''));
    expect(await problemsOf(page)).toEqual([]);
  });

  it('show how they are doing, and send a dead delivery again', async () => {
    await receiver.respondWith({ path, status: 500 });
    const { id } = await create();
    const record = await write({ title: 'Alien' });
    await expect.poll(() => deliveryStates(id)).toEqual(['dead']);
    const page = await open('/webhooks');
    const row = page.getByRole('row').filter({ hasText: receiver.url(path) });
    await row.getByText('Failing since').waitFor();
    await row.getByText('1 dead').waitFor();
    const problem = { code: 'FORBIDDEN', status: 403, title: 'Forbidden', detail: 'No.', traceId: '1' };
    const release = await intercept(page, '**/status', (route) => route.fulfill(refusal(problem)));
    await row.getByRole('link', { name: 'What to do about FORBIDDEN' }).waitFor();
    await row.getByText('1 dead').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    release();
    await row.getByRole('link').first().click();
    const health = page.getByRole('region', { name: 'Health' });
    await expect.poll(() => health.innerText()).toMatch(/Dead deliveries\s+1/);
    const states = page.getByRole('radiogroup', { name: 'State of the deliveries' });
    await states.getByText('Delivered').click();
    await page.getByText('No deliveries in this state').waitFor();
    await states.getByText('Dead').click();
    await deliveryOf(page, record).getByText('3 attempts').waitFor();

    await receiver.resetResponses();
    await deliveryOf(page, record)
      .getByRole('button', { name: /^Send again/ })
      .click();
    await page.getByText('The change is sent again.').waitFor();
    await page.getByText('No deliveries in this state').waitFor(); // the view reads the deliveries again by itself
    await expect.poll(() => health.innerText()).toContain('Not failing');
    expect(receipts().map(({ status }) => status)).toEqual([500, 500, 500, 204]);
    expect(new Set(receipts().map((receipt) => receipt.id)).size).toBe(1);
  });

  it('are tested with a sample', async () => {
    const { id } = await create();
    const page = await open(`/webhooks/${id}`);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Test the webhook' });
    await dialog.getByText('Status 204').waitFor();
    await receiver.respondWith({ path, status: 418, body: IMAGE });
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await dialog.getByText('Status 418').waitFor();
    await dialog.getByText(IMAGE).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(receipts().map(({ type }) => type)).toEqual(['webhook.test', 'webhook.test']);
    expect(await deliveries(id)).toEqual([]);
  });

  it('send a range of changes again', async () => {
    const { id } = await create();
    const records = [];
    for (const title of ['Alien', 'Brazil', 'Casablanca']) records.push(await deliver(id, { title }));
    const [first = '', second = '', third = ''] = records;
    const cursors = new Map((await deliveries(id)).map(({ recordId, cursor }) => [recordId, cursor]));
    const page = await open(`/webhooks/${id}`);
    const dialog = page.getByRole('dialog', { name: 'Send changes again' });
    const submit = dialog.getByRole('button', { name: 'Send again' });

    await deliveryOf(page, second)
      .getByRole('button', { name: /^Details/ })
      .click();
    await deliveryOf(page, second).getByRole('button', { name: 'Send everything after this again' }).click();
    expect(await dialog.getByLabel('After the cursor').inputValue()).toBe(cursors.get(second));
    expect(await problemsOf(page)).toEqual([]);
    await submit.click();
    await page.getByText('Sent again: the range of changes.').waitFor();
    await receiver.waitForDelivered(4, path);

    await choose(page, 'Send changes again');
    await dialog.getByLabel('All dead deliveries').uncheck();
    expect(await submit.isDisabled()).toBe(true);
    await dialog.getByLabel('From the oldest change that is kept').check();
    await dialog.getByLabel('Up to the cursor').fill('not a cursor');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Keep editing' }).click();
    await submit.click();
    await dialog.getByText('CURSOR_INVALID').first().waitFor();
    await dialog.getByLabel('Up to the cursor').fill(cursors.get(first));
    await submit.click();
    await dialog.waitFor({ state: 'hidden' });
    await receiver.waitForDelivered(5, path);
    expect(receipts().map(({ data }) => data.recordId)).toEqual([first, second, third, third, first]);
  });

  it('send again all that they have sent since a time', async () => {
    const { id } = await create();
    const first = await deliver(id, { title: 'Alien' });
    await haven.sql(
      "UPDATE haven.webhook_deliveries SET created_at = now() - interval '2 hours' WHERE webhook_id = $1",
      [id],
    );
    const second = await deliver(id, { title: 'Brazil' });
    const page = await open(`/webhooks/${id}`);
    await choose(page, 'Send changes again');
    const dialog = page.getByRole('dialog', { name: 'Send changes again' });
    await dialog.getByLabel('From the first change that was sent since a time').check();
    const anHourAgo = await page.evaluate(() => {
      const time = new Date(Date.now() - 3_600_000);
      time.setMinutes(time.getMinutes() - time.getTimezoneOffset());
      return time.toISOString().slice(0, 16);
    });
    await dialog.getByLabel('Since *').fill(anHourAgo);
    expect(await problemsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Send again' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await receiver.waitForDelivered(3, path);
    expect(receipts().map(({ data }) => data.recordId)).toEqual([first, second, second]);
  });

  it('get another secret, beside which the previous one stays valid', async () => {
    const { id, secret } = await create();
    const page = await open(`/webhooks/${id}`);
    await choose(page, 'Rotate the secret');
    const dialog = page.getByRole('dialog', { name: 'Rotate the secret' });
    await dialog.getByLabel('The previous secret stays valid').selectOption('An hour');
    expect(await problemsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Rotate' }).click();
    const issued = page.getByRole('dialog', { name: 'The secret was rotated' });
    const next = await issued.getByText(/^whsec_/).innerText();
    expect(next).not.toBe(secret);
    await page.keyboard.press('Escape'); // would lose the secret
    await issued.getByRole('button', { name: 'Done' }).click();
    await issued.waitFor({ state: 'hidden' });
    for (const valid of [secret, next]) {
      await receiver.setSecret(path, valid);
      await deliver(id, { title: 'Alien' });
    }
    expect(receipts().map(({ verified }) => verified)).toEqual([true, true]);
  });

  it.each(windows())('are changed, and keep what others have changed: %s', async (size) => {
    const { id } = await create({ description: 'Shop', rate: 10, headers: { 'x-shop': '4711' } });
    const page = await open(`/webhooks/${id}`, { viewport: WINDOWS[size] });
    let isSaved = false;
    // The view does not learn of the other change before the user saves.
    await page.route(`**/api/v1/webhooks/${id}`, (route) => {
      if (route.request().method() === 'PATCH') isSaved = true;
      return isSaved ? route.continue() : route.abort();
    });
    await choose(page, 'Change the settings');
    const form = page.getByRole('dialog', { name: 'Change the webhook' });
    await form.getByLabel('Description').fill('Warehouse');
    await send(haven, 'PATCH', `/webhooks/${id}`, { rate: 5, collections: ['films'], description: 'Stock' });
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('The webhook has changed since you opened this dialog').waitFor();
    await form.getByText('"Stock"').waitFor();
    expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    expect(await problemsOf(page)).toEqual([]);
    await form.getByRole('button', { name: 'Take these changes over, and keep mine' }).click();
    expect(await form.getByLabel('Description').inputValue()).toBe('Warehouse');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'hidden' });
    await page.getByText('Warehouse').waitFor();
    expect((await haven.rest('GET', `/webhooks/${id}`)).body).toMatchObject({
      description: 'Warehouse',
      rate: 5,
      collections: ['films'],
      headers: ['x-shop'],
    });
  });

  it('are paused and resumed, and enabled after the receiver has ended them', async () => {
    const { id } = await create();
    const page = await open(`/webhooks/${id}`);
    const stateOf = async (): Promise<string> => (await haven.rest('GET', `/webhooks/${id}`)).body.state;
    const problem = { code: 'VALIDATION_FAILED', status: 422, title: 'Invalid', detail: 'No.', traceId: '1' };
    const release = await intercept(page, `**/webhooks/${id}`, async (route) => {
      if (route.request().method() !== 'PATCH') return route.fallback();
      return route.fulfill(refusal(problem));
    });
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('alert').getByRole('link', { name: 'What to do about VALIDATION_FAILED' }).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Close the message' }).click();
    release();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText('Deliveries are paused.').waitFor();
    expect(await stateOf()).toBe('paused');
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText('Deliveries continue.').waitFor();
    await deliver(id, { title: 'Alien' });

    await receiver.respondWith({ path, status: 410, times: 1 });
    await write({ title: 'Brazil' });
    await expect.poll(stateOf).toBe('disabled');
    await page.reload();
    await page.getByText('Haven has disabled this webhook').waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    expect(await stateOf()).toBe('active');
    await deliver(id, { title: 'Casablanca' });
  });

  it('are deleted after a confirmation', async () => {
    const { id } = await create();
    const page = await open(`/webhooks/${id}`);
    const dialog = page.getByRole('dialog', { name: 'Delete the webhook' });
    await choose(page, 'Delete');
    await dialog.getByText(receiver.url(path)).waitFor();
    expect(await problemsOf(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect((await haven.rest('GET', `/webhooks/${id}`)).status).toBe(200);
    await choose(page, 'Delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('No webhooks yet').waitFor();
    expect((await haven.rest('GET', `/webhooks/${id}`)).status).toBe(404);
  });
});

/** Returns the response for a problem. */
function refusal(problem: { status: number }): { status: number; contentType: string; body: string } {
  return { status: problem.status, contentType: 'application/problem+json', body: JSON.stringify(problem) };
}

/** Returns the delivery of the first version of a record. */
function deliveryOf(page: Page, record: string): Locator {
  const details = page.getByRole('button', { name: `details, delivery of ${record}, version 1` });
  return page.getByRole('listitem').filter({ has: details });
}

/** Chooses an item of the menu beside the heading. */
async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}
