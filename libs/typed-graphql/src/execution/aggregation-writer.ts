import { invalid } from '@haven/kernel';
import type { AggregateGroupView, AggregationView } from '@haven/records';

import type { AggregateColumns } from '../arguments/aggregate-columns.js';
import type { FieldErrors } from './field-errors.js';
import type { Location } from './location.js';
import { pathOf } from './location.js';
import { Output } from './output.js';
import type { AggregationPlan, ColumnPlan, GroupPartPlan, Planned } from './plan.js';
import { expectedValue, scalarText } from './stored-value.js';

/** Writes the groups of an aggregate as their plan says. */
export class AggregationWriter {
  private readonly out = new Output();

  constructor(
    private readonly errors: FieldErrors,
    private readonly columns: AggregateColumns,
  ) {}

  write({ fields }: AggregationPlan, aggregation: AggregationView, location: Location): string {
    this.object(fields, location, ({ source }, place) => {
      if (source.kind === 'constant') this.out.add(source.text);
      else if (source.kind === 'truncated') this.out.add(String(aggregation.truncated));
      else this.groups(source.fields, aggregation.groups, place);
    });
    return this.out.toString();
  }

  private groups(fields: readonly Planned<GroupPartPlan>[], groups: readonly AggregateGroupView[], at: Location): void {
    this.out.add('[');
    for (const [index, group] of groups.entries()) {
      if (index > 0) this.out.add(',');
      this.object(fields, { parent: at, key: index }, (field, place) => this.part(field, group, place));
    }
    this.out.add(']');
  }

  private part({ source, nodes }: Planned<GroupPartPlan>, group: AggregateGroupView, location: Location): void {
    if (source.kind === 'ignored') return this.out.add(JSON.stringify(this.columns.labelled(group.ignored)));
    if (source.kind !== 'columns') return this.column({ source, nodes }, group, location);
    return this.object(source.fields, location, (field, place) => this.column(field, group, place));
  }

  /** A value of another type than the field is null, with an error: the schema does not describe all records. */
  private column(
    { source, nodes }: Pick<Planned<ColumnPlan>, 'source' | 'nodes'>,
    group: AggregateGroupView,
    location: Location,
  ): void {
    if (source.kind === 'constant') return this.out.add(source.text);
    const value = group[source.from][source.name] ?? null;
    const text = JSON.stringify(value);
    const found = value === null ? text : scalarText(source.scalar, text, 0, text.length);
    if (found === undefined) {
      const detail = `The value is not ${expectedValue[source.scalar]}; the generic \`aggregate\` returns it as it is`;
      const pointer = `/${pathOf(location).slice(1).join('/')}`;
      this.errors.add(invalid('STORED_VALUE_MISMATCH', pointer, detail), location, nodes);
    }
    this.out.add(found ?? 'null');
  }

  private object<Source>(
    fields: readonly Planned<Source>[],
    location: Location,
    write: (field: Planned<Source>, place: Location) => void,
  ): void {
    if (fields.length === 0) return this.out.add('{}');
    for (const field of fields) {
      this.out.add(field.label);
      write(field, { parent: location, key: field.name });
    }
    this.out.add('}');
  }
}
