import { getArgumentValues } from 'graphql';
import type { FieldNode } from 'graphql';

import { toPageRequest } from '@haven/api';
import type { ChangeView } from '@haven/changes';
import { EventLoopTurn, HavenError, RawJson } from '@haven/kernel';
import type { Slice } from '@haven/kernel';
import type { RecordView } from '@haven/records';

import type { FieldErrors } from './field-errors.js';
import { inTypedArguments, toListArguments } from './list-arguments.js';
import type { Location } from './location.js';
import { Level } from './level.js';
import type { Link, Parent } from './object-writer.js';
import { Output } from './output.js';
import type { PendingCount, RecordPage } from './page-writer.js';
import type { ChangePlan, ConnectionPlan, ObjectPlan, ReferencePlan, ReferrersPlan } from './plan.js';
import type { RelationLoaders } from './relation-loaders.js';

/** The operation that a result belongs to. */
export interface CompletionContext {
  readonly loaders: RelationLoaders;
  readonly errors: FieldErrors;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The moment at which the root field reads, and so do its relations. */
  readonly asOf: string | undefined;
}

/**
 * Writes the result of a root field. Relations are read level by level: those of all records of a level first, with one
 * statement for each field, then those of the records that these led to.
 */
export class Completion {
  constructor(private readonly context: CompletionContext) {}

  record(plan: ObjectPlan, view: RecordView, location: Location): Promise<string> {
    return this.complete((level, out) => level.records.record(out, plan, view, location));
  }

  page(plan: ConnectionPlan, page: RecordPage, location: Location): Promise<string> {
    return this.complete((level, out) => level.pages.page(out, plan, page, location));
  }

  change(plan: ChangePlan, change: ChangeView, location: Location): Promise<string> {
    return this.complete((level, out) => {
      if (plan.fields.length === 0) return out.add('{}');
      for (const { label, name, source } of plan.fields) {
        out.add(label);
        if (source.kind === 'constant') out.add(source.text);
        else if (source.kind === 'property') out.add(JSON.stringify(change[source.name as keyof ChangeView] ?? null));
        else if (change.record === null) out.add('null');
        else level.records.record(out, source.record, change.record, { parent: location, key: name });
      }
      out.add('}');
    });
  }

  private async complete(write: (level: Level, out: Output) => void): Promise<string> {
    const out = new Output();
    const level = new Level(this.context.errors);
    write(level, out);
    await this.readRelations(level);
    return out.toString();
  }

  /** Reads the relations of a level and fills their places, one after another: a request then takes one connection. */
  private async readRelations(level: Level): Promise<void> {
    for (const [plan, links] of level.references) await this.fillReferences(plan, links);
    for (const [plan, parents] of level.referrers) await this.fillReferrers(plan, parents);
    await Promise.all(level.counts.map((count) => this.fillCount(count)));
  }

  private async fillReferences(plan: ReferencePlan, links: readonly Link[]): Promise<void> {
    const { collection, record, isList } = plan;
    const ids = links.flatMap((link) => link.ids.filter((id) => id !== null));
    const found = await this.context.loaders.loadRecords(collection, ids, this.context.asOf);
    const next = new Level(this.context.errors);
    const turn = new EventLoopTurn();
    let index = 0;
    for (const { ids: own, ...place } of links) {
      if (turn.isLong) await turn.pause();
      const views = own.map((id) => (id === null ? null : (found[index++] ?? null)));
      const failure = views.find((view) => view instanceof Error) ?? this.excess(views);
      const { out, location } = place;
      if (failure) this.fail(failure, place);
      else if (isList) writeList(out, views, (view, key) => next.related(out, record, view, { parent: location, key }));
      else next.related(out, record, views[0] ?? null, location);
    }
    await this.readRelations(next);
  }

  private async fillReferrers(plan: ReferrersPlan, parents: readonly Parent[]): Promise<void> {
    const slices = await this.loadPages(plan, parents);
    const next = new Level(this.context.errors);
    const turn = new EventLoopTurn();
    for (const [index, place] of parents.entries()) {
      if (turn.isLong) await turn.pause();
      const slice = slices[index];
      const failure = slice instanceof Error ? slice : this.excess(slice?.items ?? []);
      if (failure) this.fail(failure, place);
      else if (slice && !(slice instanceof Error)) next.pages.page(place.out, plan.page, pageOf(slice), place.location);
    }
    await this.readRelations(next);
  }

  /** Returns a page for each parent, or why there is none. */
  private async loadPages(
    { member, node, definition }: ReferrersPlan,
    parents: readonly Parent[],
  ): Promise<readonly (Slice<RecordView> | Error)[]> {
    const { asOf, loaders, variables } = this.context;
    try {
      const args = getArgumentValues(definition, node, variables);
      const list = toListArguments(args, definition.args);
      const ids = parents.map(({ id }) => id);
      const page = { ...list, page: toPageRequest(args), ...(asOf !== undefined && { asOf }) };
      const slices = await loaders.loadPages(member, ids, page);
      return slices.map((slice) =>
        slice instanceof HavenError ? inTypedArguments(slice, args, definition.args) : slice,
      );
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return parents.map(() => error);
    }
  }

  private async fillCount({ count, out, location, nodes }: PendingCount): Promise<void> {
    try {
      out.add(String(await count()));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.fail(error, { out, location, nodes });
    }
  }

  /** Counts records before they are written, and returns the error if the response has too many of them. */
  private excess(views: readonly (RecordView | null | Error)[]): HavenError | undefined {
    try {
      for (const view of views)
        if (view && !(view instanceof Error)) this.context.loaders.countRepetition(view, sizeOf(view));
      return undefined;
    } catch (error) {
      if (error instanceof HavenError) return error;
      throw error;
    }
  }

  private fail(error: Error, { out, location, nodes }: { out: Output; location: Location; nodes: Nodes }): void {
    this.context.errors.add(error, location, nodes);
    out.add('null');
  }
}

type Nodes = readonly [FieldNode, ...FieldNode[]];

function writeList<Item>(out: Output, items: readonly Item[], write: (item: Item, index: number) => void): void {
  out.add('[');
  for (const [index, item] of items.entries()) {
    if (index > 0) out.add(',');
    write(item, index);
  }
  out.add(']');
}

function pageOf(slice: Slice<RecordView>): RecordPage {
  const { items, hasNext, hasPrevious, cursorAt, count, truncated = false } = slice;
  return { records: items, hasNext, hasPrevious, cursorAt, count, truncated };
}

function sizeOf({ data }: RecordView): number {
  return data instanceof RawJson ? data.text.length : 0;
}
