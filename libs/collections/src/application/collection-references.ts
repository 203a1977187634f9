import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import { HavenError, invalid } from '@haven/kernel';
import type { Access } from '@haven/kernel';

import type { Collection } from '../domain/collection.js';
import { CollectionsRepository } from '../domain/collections.repository.js';
import { declaredReferences } from '../domain/reference-declaration.js';
import type { DeclaredReference } from '../domain/reference-declaration.js';
import type { Reference } from '../domain/reference.js';
import { CompiledSchemas } from './compiled-schemas.js';

/** The collections that references of a collection name, by name, without the collection itself. They are locked. */
export type ReferenceTargets = ReadonlyMap<string, Collection>;

/** Number of collections that an error names. */
const NAMED = 5;

/**
 * Keeps the references of collections with their targets, in the open transaction. Locks the targets after the
 * collection that refers to them, in the order of their names. Two collections that get references to each other at the
 * same time can block each other: PostgreSQL then aborts one of the transactions, and it runs again.
 */
@Injectable()
export class CollectionReferences {
  constructor(
    private readonly collections: CollectionsRepository,
    private readonly schemas: CompiledSchemas,
    private readonly uow: UnitOfWork,
  ) {}

  /**
   * Checks the references that a new schema declares, and locks their targets and those of the references `before`.
   * Throws `SCHEMA_INVALID` if one is malformed or its target does not exist, and `FORBIDDEN` if the caller may not see
   * a new target.
   */
  async declared(
    { name, schema, currentSchemaText }: Collection,
    before: readonly Reference[],
  ): Promise<{ references: readonly DeclaredReference[]; targets: ReferenceTargets }> {
    const references = schema === null ? [] : declaredReferences(schema, this.schemas.check(schema, currentSchemaText));
    const { access } = this.uow.current().caller;
    for (const { collection } of references)
      if (!before.some((known) => known.collection === collection)) access.requireVisible(collection);
    const targets = await this.lockTargets(name, [...before, ...references]);
    const broken = references.find(({ collection }) => collection !== name && !targets.has(collection));
    if (!broken) return { references, targets };
    throw invalid(
      'SCHEMA_INVALID',
      `${broken.pointer}/collection`,
      `names the collection ${JSON.stringify(broken.collection)}, which does not exist. Create it first`,
    );
  }

  /** Locks the collections that references name, except `name`, and returns those that exist. */
  async lockTargets(name: string, references: readonly Reference[]): Promise<ReferenceTargets> {
    const names = [...new Set(references.map(({ collection }) => collection))].filter((target) => target !== name);
    const targets = new Map<string, Collection>();
    for (const target of names.sort()) {
      await this.collections.lock(target, 'exclusive');
      const found = await this.collections.find(target);
      if (found) targets.set(target, found);
    }
    return targets;
  }

  /** Stores with the targets which references of a collection name them; all others of the collection are removed. */
  async store(name: string, references: readonly Reference[], targets: ReferenceTargets): Promise<void> {
    const at = new Date();
    for (const target of targets.values()) if (target.refer(name, references, at)) await this.collections.store(target);
  }

  /** Throws `COLLECTION_REFERENCED` if another collection has a reference to this one, which the caller has locked. */
  async requireUnreferenced({ name, referrers }: Collection): Promise<void> {
    const names = [...new Set(referrers.map(({ collection }) => collection))].filter((from) => from !== name);
    const referring: string[] = [];
    for (const from of names) {
      const collection = await this.collections.find(from);
      if (collection?.references.some((reference) => reference.collection === name)) referring.push(from);
    }
    if (referring.length > 0) throw referenced(name, referring, this.uow.current().caller.access);
  }
}

function referenced(name: string, referring: readonly string[], access: Access): HavenError {
  const visible = referring.filter((from) => access.collections?.has(from) ?? true).sort();
  const [named, others] = [visible.slice(0, NAMED), referring.length - Math.min(visible.length, NAMED)];
  const more = others === 0 ? [] : [named.length === 0 ? countOf(others) : `${others} more`];
  const list = [...named.map((from) => JSON.stringify(from)), ...more];
  const text = list.length === 1 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
  return new HavenError(
    'COLLECTION_REFERENCED',
    `${referring.length === 1 ? `The schema of ${text} refers` : `The schemas of ${text} refer`} to the collection ` +
      `${JSON.stringify(name)}. Remove these references first.`,
  );
}

function countOf(collections: number): string {
  return collections === 1 ? '1 other collection' : `${collections} other collections`;
}
