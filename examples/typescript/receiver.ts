import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';

import { Webhook } from 'standardwebhooks';

import type { components } from './generated/openapi.js';

type WebhookEvent = components['schemas']['WebhookEvent'];

/** A copy of records, updated by a webhook. Received events are stored in the same file until they are applied. */
export class Copy {
  private readonly db: DatabaseSync;

  constructor(file: string) {
    this.db = new DatabaseSync(file);
    this.db.exec(`CREATE TABLE IF NOT EXISTS inbox (id TEXT PRIMARY KEY, body TEXT);
      CREATE TABLE IF NOT EXISTS records (id TEXT PRIMARY KEY, version INTEGER NOT NULL, data TEXT)`);
  }

  /** Stores an event. An event with the same `webhook-id` is stored only once. */
  store(id: string, body: string): void {
    this.db.prepare('INSERT INTO inbox VALUES (?, ?) ON CONFLICT DO NOTHING').run(id, body);
  }

  /** Applies the stored events. Deletes the body in the same transaction, so that each event is applied once. */
  applyAll(): WebhookEvent[] {
    const pending = this.db.prepare('SELECT id, body FROM inbox WHERE body IS NOT NULL ORDER BY rowid').all();
    return pending.map(({ id, body }) => {
      const event = JSON.parse(String(body)) as WebhookEvent;
      this.db.exec('BEGIN');
      this.apply(event.data);
      this.db.prepare('UPDATE inbox SET body = NULL WHERE id = ?').run(String(id));
      this.db.exec('COMMIT');
      return event;
    });
  }

  /** Ignores versions that are not newer. A deleted record keeps its version and has no data. */
  private apply({ recordId, version, record }: WebhookEvent['data']): void {
    const text = `INSERT INTO records VALUES (?, ?, ?) ON CONFLICT (id)
      DO UPDATE SET version = excluded.version, data = excluded.data WHERE version < excluded.version`;
    this.db.prepare(text).run(recordId, version, record ? JSON.stringify(record.data) : null);
  }
}

/** Responds to one delivery: 401 if it is not from Haven, 204 once it is stored. It is processed after the response. */
export async function receive(copy: Copy, secret: string, request: IncomingMessage, response: ServerResponse) {
  const body = (await buffer(request)).toString(); // the signature covers the bytes, so verify before parsing
  const headers = request.headers as Record<string, string>; // the verified headers have one value
  try {
    new Webhook(secret).verify(body, headers);
  } catch {
    response.writeHead(401).end();
    return;
  }
  if (headers['content-type']?.startsWith('application/cloudevents+json'))
    copy.store(headers['webhook-id'] ?? '', body);
  response.writeHead(204).end();
}

if (process.argv[1] === import.meta.filename) {
  const [file = 'copy.sqlite', port = '3000'] = process.argv.slice(2);
  const copy = new Copy(file);
  const work = () => {
    for (const { type, data } of copy.applyAll()) console.log(type, data.recordId, data.version);
  };
  const server = createServer((request, response) => {
    response.once('finish', work);
    receive(copy, process.env['WEBHOOK_SECRET'] ?? '', request, response).catch(() => response.destroy());
  });
  work(); // events that the previous process stored but did not apply
  server.listen(Number(port), '127.0.0.1', () => {
    console.log('listening on', (server.address() as AddressInfo).port);
  });
}
