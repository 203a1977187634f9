import type { FieldNode } from 'graphql';

import type { RecordView } from '@haven/records';

import type { Location } from './location.js';
import type { ObjectWriter } from './object-writer.js';
import type { Output } from './output.js';
import type { ConnectionPlan, Planned, PropertyPlan } from './plan.js';

/** A page of records. Cursors and the count are computed only if they are selected. */
export interface RecordPage {
  readonly records: readonly RecordView[];
  readonly hasNext: boolean;
  readonly hasPrevious: boolean;
  readonly cursorAt: (index: number) => string;
  readonly count: () => Promise<number>;
  /** Whether more records match than the list has. */
  readonly truncated: boolean;
}

/** The place of a `totalCount`. */
export interface PendingCount {
  readonly count: () => Promise<number>;
  readonly out: Output;
  readonly location: Location;
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

/** Writes pages as connections. */
export class PageWriter {
  constructor(
    private readonly records: ObjectWriter,
    private readonly counts: PendingCount[],
  ) {}

  page(out: Output, { fields }: ConnectionPlan, page: RecordPage, location: Location): void {
    if (fields.length === 0) return out.add('{}');
    for (const field of fields) {
      out.add(field.label);
      this.field(out, field, page, { parent: location, key: field.name });
    }
    out.add('}');
  }

  private field(
    out: Output,
    { source, nodes }: ConnectionPlan['fields'][number],
    page: RecordPage,
    location: Location,
  ): void {
    switch (source.kind) {
      case 'constant':
        return out.add(source.text);
      case 'edges':
        return this.edges(out, source.fields, page, location);
      case 'pageInfo':
        return writePageInfo(out, source.fields, page);
      case 'truncated':
        return out.add(String(page.truncated));
      case 'totalCount':
        this.counts.push({ count: page.count, out: out.place(), location, nodes });
    }
  }

  private edges(out: Output, fields: EdgeFields, page: RecordPage, location: Location): void {
    out.add('[');
    for (const [index, view] of page.records.entries()) {
      if (index > 0) out.add(',');
      if (fields.length === 0) out.add('{}');
      for (const { label, name, source } of fields) {
        out.add(label);
        if (source.kind === 'constant') out.add(source.text);
        else if (source.kind === 'cursor') out.add(JSON.stringify(page.cursorAt(index)));
        else this.records.record(out, source.record, view, { parent: { parent: location, key: index }, key: name });
      }
      if (fields.length > 0) out.add('}');
    }
    out.add(']');
  }
}

type EdgeFields = Extract<ConnectionPlan['fields'][number]['source'], { kind: 'edges' }>['fields'];

function writePageInfo(out: Output, fields: readonly Planned<PropertyPlan>[], page: RecordPage): void {
  if (fields.length === 0) return out.add('{}');
  for (const { label, source } of fields)
    out.add(`${label}${source.kind === 'constant' ? source.text : JSON.stringify(pageProperty(source.name, page))}`);
  out.add('}');
}

function pageProperty(name: string, { records, hasNext, hasPrevious, cursorAt }: RecordPage): string | boolean | null {
  if (name === 'hasNextPage') return hasNext;
  if (name === 'hasPreviousPage') return hasPrevious;
  if (records.length === 0) return null;
  return cursorAt(name === 'startCursor' ? 0 : records.length - 1);
}
