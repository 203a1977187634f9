import { Client } from '../harness/client.ts';
import type { ClientRequest, ResponseBody } from '../harness/client.ts';
import type { Haven } from '../harness/haven.ts';
import { ARRAY_LENGTH, ITEMS } from './attack.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const SCOPES = ['records:read', 'records:write', 'collections:write'];
const VICTIM_RECORDS = 100;

/** The two tenants of the scenario, each with one key. */
export interface Tenants {
  victim: { key: string; ids: string[] };
  attacker: { key: string; arrayId: string };
}

/** Creates the tenants, their keys and their data. The server must be new, because its log contains the first key. */
export async function createTenants(haven: Haven): Promise<Tenants> {
  const [operator] = /hvn_[0-9a-f]{16}_[0-9a-f]{64}/.exec(haven.log) ?? [];
  if (operator === undefined) throw new Error('Haven has not shown its first key.');
  const client = new Client();
  const must = (key: string, request: ClientRequest): Promise<ResponseBody & { token?: string }> =>
    client.must(haven.origin, { ...request, headers: { ...JSON_TYPE, authorization: `Bearer ${key}` } });
  const create = async (name: string): Promise<string> => {
    const { id: tenant } = await must(operator, { path: '/api/v1/tenants', body: { name } });
    const body = { name, scopes: SCOPES, tenant };
    const { token = '' } = await must(operator, { path: '/api/v1/api-keys', body });
    return token;
  };
  const [victim, attacker] = [await create('Victim'), await create('Attacker')];
  for (const [key, name] of [
    [victim, 'orders'],
    [attacker, 'items'],
    [attacker, 'imported'],
    [attacker, 'arrays'],
  ] as const)
    await must(key, { method: 'PUT', path: `/api/v1/collections/${name}`, body: {} });
  const ids: string[] = [];
  for (let number = 0; number < VICTIM_RECORDS; number++) {
    const body = { data: { number, state: 'open', note: 'A document of the usual size. '.repeat(10) } };
    ids.push((await must(victim, { path: '/api/v1/collections/orders/records', body })).id);
  }
  const array = { data: { a: Array.from({ length: ARRAY_LENGTH }, () => 0) } };
  const { id: arrayId } = await must(attacker, { path: '/api/v1/collections/arrays/records', body: array });
  await client.close();
  await importItems(haven.origin, attacker);
  return { victim: { key: victim, ids }, attacker: { key: attacker, arrayId } };
}

async function importItems(origin: string, key: string): Promise<void> {
  const response = await fetch(`${origin}/api/v1/collections/items/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${key}` },
    body: ReadableStream.from(items()),
    duplex: 'half',
  });
  const report = (await response.json()) as { imported?: number }; // or a problem
  if (report.imported !== ITEMS) throw new Error(`The import failed: ${JSON.stringify(report)}`);
}

function* items(): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let number = 0; number < ITEMS; number++)
    yield encoder.encode(`${JSON.stringify({ text: `Item ${number} of the attacker`, number })}\n`);
}
