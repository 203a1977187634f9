import { CliError } from './cli-error.js';
import { NotConnectedError } from './haven-client.js';
import type { HavenClient } from './haven-client.js';
import type { ImportReport } from './import-report.js';
import { ProblemError } from './problem.js';

/** The body of an import. */
export interface ImportBody {
  type: string;
  lines: AsyncIterable<Uint8Array | string>;
  query: Record<string, string>;
}

interface ImportRequest {
  atomic?: boolean;
  records?: boolean;
  upsertBy?: string;
}

/**
 * Imports into a collection, which is created if it does not exist. Nothing is created if the body cannot be read at
 * all; and if the import is refused, a collection that was created for it is removed.
 */
export async function sendImport(
  client: HavenClient,
  collection: string,
  { type, lines, query }: ImportBody,
  { atomic = false, records = false, upsertBy }: ImportRequest,
): Promise<ImportReport> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const isNew = await ensureCollection(client, collection);
  const sent = new SentBody(first, iterator);
  const parameters = new URLSearchParams({
    ...query,
    atomic: `${atomic}`,
    shape: records ? 'record' : 'document',
    ...(upsertBy !== undefined && { upsertBy }),
  });
  const path = `${pathOf(collection)}/import?${parameters}`;
  try {
    const response = await client.send('POST', path, { headers: { 'content-type': type }, body: sent });
    return JSON.parse(await client.read(response)) as ImportReport; // the API declares this type
  } catch (error) {
    if (isNew && error instanceof ProblemError) await removeIfEmpty(client, collection);
    throw withUncertainty(error, sent, atomic);
  }
}

/** Creates a collection if it does not exist; returns whether it did not. */
async function ensureCollection(client: HavenClient, collection: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json', 'if-none-match': '*' };
  try {
    await client.read(await client.send('PUT', pathOf(collection), { headers, body: ['{}'] }));
    return true;
  } catch (error) {
    if (error instanceof ProblemError && error.status === 412) return false; // it exists
    throw error;
  }
}

async function removeIfEmpty(client: HavenClient, collection: string): Promise<void> {
  try {
    await client.read(await client.send('DELETE', pathOf(collection)));
  } catch {
    // It is not empty, or may not be deleted. The error of the import is the one to report.
  }
}

/** A body that records how much of it was sent. */
class SentBody implements AsyncIterable<Uint8Array | string> {
  hasStarted = false;
  isComplete = false;

  constructor(
    private readonly first: IteratorResult<Uint8Array | string>,
    private readonly rest: AsyncIterator<Uint8Array | string>,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array | string> {
    try {
      for (let next = this.first; !next.done; next = await this.rest.next()) {
        this.hasStarted = true;
        yield next.value;
      }
      this.isComplete = true;
    } finally {
      await this.rest.return?.();
    }
  }
}

/**
 * Adds that records may be stored, if that is unknown. A response of the server says what it has stored, and without a
 * connection, nothing was stored.
 */
function withUncertainty(error: unknown, sent: SentBody, atomic: boolean): unknown {
  const isKnown = error instanceof NotConnectedError || (error instanceof ProblemError && error.code !== undefined);
  if (!(error instanceof Error) || isKnown || !sent.hasStarted) return error;
  if (atomic && !sent.isComplete) return error;
  const note = atomic
    ? 'It is unknown whether the import was completed before that.'
    : 'The records before the failure may already be stored.';
  return new CliError(`${error.message}\n${note}`, { cause: error });
}

function pathOf(collection: string): string {
  return `collections/${encodeURIComponent(collection)}`;
}
