import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';

import { LinkTargets } from '../domain/link-targets.js';
import type { LinkTarget } from '../domain/link-targets.js';
import { liveTargetsSql } from './live-targets-sql.js';

/** Locks the targets of links in PostgreSQL. */
@Injectable()
export class PgLinkTargets extends LinkTargets {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async lock(targets: readonly LinkTarget[]): Promise<LinkTarget[]> {
    if (targets.length === 0) return [];
    const distinct = [...new Map(targets.map((target) => [keyOf(target), target])).entries()];
    const sorted = distinct.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, target]) => target);
    const [rows = []] = await this.uow.current().pipeline([
      {
        name: 'records.targets',
        text: liveTargetsSql('$1', '$2'),
        values: [sorted.map(({ collectionId }) => collectionId), sorted.map(({ id }) => id)],
      },
    ]);
    const live = new Set(rows.map(([collectionId, id]) => `${collectionId}/${id}`));
    return sorted.filter((target) => !live.has(keyOf(target)));
  }
}

function keyOf({ collectionId, id }: LinkTarget): string {
  return `${collectionId}/${id}`;
}
