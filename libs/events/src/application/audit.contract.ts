import { Float } from '@nestjs/graphql';

import { DateTime, Expose, Output } from '@haven/api';

import type { Checkpoint } from '../domain/checkpoint.js';

const COUNT = { as: Float, schema: { type: 'integer' } };
const HASH = { pattern: '^[0-9a-f]{64}$' };

/** A checkpoint with everything that its hash covers, so that a client can verify it. */
@Output('AuditCheckpoint', 'A seal over a range of the event log and over the previous checkpoint.')
export class CheckpointView {
  @Expose('UUID of the tenant.', { schema: { format: 'uuid' } })
  tenant: string;

  @Expose('Starts at 1, without gaps.', COUNT)
  number: number;

  @Expose('Number of the first event it covers.', COUNT)
  firstSeq: number;

  @Expose('Number of the last event it covers.', COUNT)
  lastSeq: number;

  @Expose('Root of the Merkle tree (RFC 9162 §2.1) over the hashes of these events; SHA-256 in hexadecimal.', {
    schema: HASH,
  })
  root: string;

  @Expose('Hash of the previous checkpoint; null for the first.', { as: String, nullable: true, schema: HASH })
  previous: string | null;

  @Expose('When the checkpoint was created.', { as: DateTime })
  at: string;

  @Expose('SHA-256 of the canonical form (RFC 8785) of all other members, in hexadecimal.', { schema: HASH })
  hash: string;

  constructor(checkpoint: Checkpoint) {
    this.tenant = checkpoint.tenant;
    this.number = checkpoint.number;
    this.firstSeq = checkpoint.firstSeq;
    this.lastSeq = checkpoint.lastSeq;
    this.root = checkpoint.root;
    this.previous = checkpoint.previous;
    this.at = checkpoint.at;
    this.hash = checkpoint.hash;
  }
}
