import type { ClientBase } from 'pg';

import { toRfc3339, sendPipeline, streamRows } from '@haven/database';
import type { TextRow } from '@haven/database';
import { readJson } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { CheckpointChain } from '../domain/checkpoint-chain.js';
import type { Checkpoint } from '../domain/checkpoint.js';
import { MerkleTree } from '../domain/merkle-tree.js';
import { findViolation } from '../domain/sealed-entry.js';
import type { SealedEntry } from '../domain/sealed-entry.js';
import { CHECKPOINT_COLUMNS, checkpointRow } from './checkpoint-rows.js';

/** The first violation in a tenant's log: a change that Haven did not make. */
export interface AuditFinding {
  readonly violation: 'altered' | 'removed' | 'inserted';
  readonly what: string;
  /** Positions of the first and the last affected event; null if the affected event has no position in the feed. */
  readonly seqs: readonly [first: number, last: number] | null;
  /** The affected event; null if it is unknown. */
  readonly event: { readonly collection: string; readonly recordId: string; readonly version: number } | null;
}

/** Result of an audit: the counts up to the first finding. */
export interface AuditReport {
  readonly sealed: number;
  readonly erased: number;
  readonly pruned: number;
  /** Number of events that have not entered the feed yet. */
  readonly waiting: number;
  readonly checkpoints: number;
  readonly finding: AuditFinding | null;
}

/**
 * Verifies the log of the current tenant: recomputes the digests, the hashes and their chain in each record, the Merkle
 * roots and the chain of checkpoints, and compares the checkpoints with their copies in `exported`. Uses constant
 * memory. The caller must have opened a REPEATABLE READ transaction.
 */
export async function auditFeed(client: ClientBase, exported: readonly Checkpoint[]): Promise<AuditReport> {
  return new FeedAudit(client, new CheckpointChain(exported)).run();
}

class FeedAudit {
  private sealed = 0;
  private erased = 0;
  private pruned = 0;
  private checkpoints = 0;
  private tree = new MerkleTree();
  private readonly stored = checkpointsOf(this.client);
  private checkpoint: Checkpoint | null = null;
  /** Violation of a checkpoint. Violations of events are reported first, because they are more specific. */
  private checkpointFinding: AuditFinding | null = null;

  constructor(
    private readonly client: ClientBase,
    private readonly chain: CheckpointChain,
  ) {}

  async run(): Promise<AuditReport> {
    const inFeed = await this.checkFeed();
    const outside = await this.checkOutsideFeed();
    const finding = inFeed ?? outside.inserted ?? this.checkpointFinding;
    const { sealed, erased, pruned, checkpoints } = this;
    return { sealed, erased, pruned, waiting: outside.waiting, checkpoints, finding };
  }

  private async checkFeed(): Promise<AuditFinding | null> {
    await this.nextCheckpoint();
    for await (const row of streamRows(this.client, 'feed', { text: FEED, values: [] })) {
      const { line, event } = toSealedEntry(row);
      const finding = this.checkGap(line) ?? this.checkLine(line, event) ?? (await this.checkCheckpoint(line));
      if (finding) return finding;
    }
    return (await this.checkHead()) ?? this.checkRemaining();
  }

  private checkGap({ seq }: SealedEntry): AuditFinding | null {
    const expected = this.sealed + 1;
    if (seq === expected) return null;
    return { violation: 'removed', what: 'missing from the feed', seqs: [expected, seq - 1], event: null };
  }

  private checkLine(line: SealedEntry, event: AuditFinding['event']): AuditFinding | null {
    const violation = findViolation(line);
    if (violation) return { ...violation, seqs: [line.seq, line.seq], event };
    this.sealed += 1;
    if (!line.event) this.pruned += 1;
    else if (line.erased && !line.event.data) this.erased += 1;
    this.tree.add(line.hash);
    return null;
  }

  /**
   * At the last entry that a checkpoint covers, compares the root of the checkpoint with the root computed from the
   * entries.
   */
  private async checkCheckpoint({ seq }: SealedEntry): Promise<AuditFinding | null> {
    const { checkpoint } = this;
    if (!checkpoint || this.checkpointFinding || seq !== checkpoint.lastSeq) return null;
    if (this.tree.root().toString('hex') !== checkpoint.root) {
      const what = `the root of checkpoint ${checkpoint.number} does not match them`;
      return { violation: 'altered', what, seqs: [checkpoint.firstSeq, checkpoint.lastSeq], event: null };
    }
    this.checkpoints += 1;
    this.tree = new MerkleTree();
    await this.nextCheckpoint();
    return null;
  }

  private async nextCheckpoint(): Promise<void> {
    const { value } = await this.stored.next();
    this.checkpoint = value ?? null;
    const what = value ? this.chain.next(value) : this.chain.end();
    if (what !== null)
      this.checkpointFinding ??= { violation: 'altered', what, seqs: value ? seqsOf(value) : null, event: null };
  }

  /** Compares the number of entries with the last position of the feed, which is stored in `haven.feed_heads`. */
  private async checkHead(): Promise<AuditFinding | null> {
    const [[row] = []] = await sendPipeline(this.client, [{ text: HEAD, values: [] }]);
    const head = Number(row?.[0] ?? 0);
    if (head === this.sealed) return null;
    if (head > this.sealed) {
      return { violation: 'removed', what: 'missing from the feed', seqs: [this.sealed + 1, head], event: null };
    }
    return { violation: 'inserted', what: 'beyond the end of the feed', seqs: [head + 1, this.sealed], event: null };
  }

  /** Reports events that a checkpoint covers, but that are not in the feed. */
  private checkRemaining(): AuditFinding | null {
    if (this.checkpointFinding || !this.checkpoint) return null;
    const { number, lastSeq } = this.checkpoint;
    const what = `missing from the feed, but covered by checkpoint ${number}`;
    return { violation: 'removed', what, seqs: [this.sealed + 1, lastSeq], event: null };
  }

  /**
   * Checks events that are not in the feed. They are legitimate only if the sequencer has not processed their positions
   * yet.
   */
  private async checkOutsideFeed(): Promise<{ waiting: number; inserted: AuditFinding | null }> {
    let waiting = 0;
    for await (const row of streamRows(this.client, 'outside', { text: OUTSIDE, values: [] })) {
      const [processed, collection, recordId, version] = row as [string, string, string, string];
      if (processed === 't') {
        const event = { collection, recordId, version: Number(version) };
        return { waiting, inserted: { violation: 'inserted', what: 'it never entered the feed', seqs: null, event } };
      }
      waiting += 1;
    }
    return { waiting, inserted: null };
  }
}

async function* checkpointsOf(client: ClientBase): AsyncGenerator<Checkpoint, undefined> {
  for await (const row of streamRows(client, 'checkpoints', { text: CHECKPOINTS, values: [] }))
    yield checkpointRow(row);
  return undefined;
}

function seqsOf({ firstSeq, lastSeq }: Checkpoint): [number, number] {
  return [firstSeq, lastSeq];
}

const CHECKPOINTS = `
SELECT ${CHECKPOINT_COLUMNS} FROM haven.checkpoints WHERE tenant_id = haven.current_tenant() ORDER BY number`;

const HEAD = 'SELECT seq FROM haven.feed_heads WHERE tenant_id = haven.current_tenant()';

const OF_RECORD = `SELECT FROM haven.events AS o
  WHERE o.tenant_id = f.tenant_id AND o.collection_id = f.collection_id AND o.record_id = f.record_id`;

/**
 * Reads every entry with its event, the entry of the previous version, and whether erasure or pruning explains missing
 * data. `OFFSET 0` prevents joins of whole tables, which the planner would choose because it assumes that every tenant
 * has the average size.
 */
const FEED = `
SELECT f.seq, coalesce(c.name, f.collection_id::text), f.record_id, f.version, f.salt, f.digest, f.hash,
  p.seq, p.hash, e.version IS NOT NULL, e.type, e.actor, e.trace_id, e.created_at, e.at, e.data,
  CASE WHEN e.version IS NOT NULL AND e.data IS NULL
    THEN EXISTS (${OF_RECORD} AND o.version > f.version AND o.type = 'record.erased') END,
  CASE WHEN e.version IS NULL
    THEN f.seq < c.pruned_through AND EXISTS (${OF_RECORD} AND o.version > f.version)
      AND NOT EXISTS (${OF_RECORD} AND o.version < f.version) END,
  e.position > s.watermark AND NOT e.position <@ s.done, e.cause
FROM haven.feed AS f
CROSS JOIN haven.sequencer AS s
LEFT JOIN haven.collections AS c ON c.tenant_id = f.tenant_id AND c.id = f.collection_id
LEFT JOIN LATERAL (
  SELECT * FROM haven.events AS e WHERE e.tenant_id = f.tenant_id AND e.collection_id = f.collection_id
    AND e.record_id = f.record_id AND e.version = f.version OFFSET 0
) AS e ON true
LEFT JOIN LATERAL (
  SELECT p.seq, p.hash FROM haven.feed AS p WHERE p.tenant_id = f.tenant_id AND p.collection_id = f.collection_id
    AND p.record_id = f.record_id AND p.version = f.version - 1 OFFSET 0
) AS p ON true
WHERE f.tenant_id = haven.current_tenant() ORDER BY f.seq`;

const OUTSIDE = `
SELECT e.position <= s.watermark OR e.position <@ s.done, coalesce(c.name, e.collection_id::text), e.record_id, e.version
FROM haven.events AS e
CROSS JOIN haven.sequencer AS s
LEFT JOIN haven.collections AS c ON c.tenant_id = e.tenant_id AND c.id = e.collection_id
WHERE e.tenant_id = haven.current_tenant() AND NOT EXISTS (
  SELECT FROM haven.feed AS f WHERE f.tenant_id = e.tenant_id AND f.collection_id = e.collection_id
    AND f.record_id = e.record_id AND f.version = e.version OFFSET 0
) ORDER BY e.position`;

/** The first columns of `FEED`, which are never null. */
type LeadingColumns = [string, string, string, string];

function toSealedEntry(row: TextRow): { line: SealedEntry; event: NonNullable<AuditFinding['event']> } {
  const [seq, collection, recordId, version] = row as unknown as LeadingColumns;
  const [, , , , salt, digest, hash, previousSeq, previousHash, , , , , , , , erased, pruned, ahead] = row;
  const line = {
    seq: Number(seq),
    version: Number(version),
    salt: hexToBytes(salt),
    digest: hexToBytes(digest),
    hash: hexToBytes(hash) ?? Buffer.alloc(0),
    previous:
      previousSeq == null ? null : { seq: Number(previousSeq), hash: hexToBytes(previousHash) ?? Buffer.alloc(0) },
    event: toSealedEvent(row),
    erased: erased === 't',
    pruned: pruned === 't',
    ahead: ahead === 't',
  };
  return { line, event: { collection, recordId, version: line.version } };
}

function toSealedEvent(row: TextRow): SealedEntry['event'] {
  const [, collection, recordId, version, , , , , , isThere, type, actor, traceId, createdAt, at, data] =
    row as string[];
  if (isThere !== 't') return null;
  const facts = {
    collection: collection ?? '',
    recordId: recordId ?? '',
    version: Number(version),
    type: type ?? '',
    actor: actor ?? '',
    traceId: traceId ?? '',
    createdAt: toRfc3339(createdAt ?? ''),
    at: toRfc3339(at ?? ''),
    cause: row[19] ?? null,
  };
  return { facts, data: data == null ? null : (readJson(data) as JsonObject) }; // only objects are stored
}

function hexToBytes(text: string | null | undefined): Buffer | null {
  return text == null ? null : Buffer.from(text.slice(2), 'hex');
}
