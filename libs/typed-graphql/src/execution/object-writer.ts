import { RawJson } from '@haven/kernel';
import type { RecordView } from '@haven/records';

import type { FieldErrors } from './field-errors.js';
import { endOfValue, findItems } from './json-text.js';
import type { Location } from './location.js';
import type { Output } from './output.js';
import type { FieldPlan, ObjectPlan, Planned, ReferencePlan, ReferrersPlan, UnionPlan, ValuePlan } from './plan.js';
import { expectedValue, scalarText } from './stored-value.js';

type PlannedField = Planned<FieldPlan>;
type Named = Pick<PlannedField, 'name' | 'nodes'>;
type MemberPlan = Extract<FieldPlan, { kind: 'member' }>;
type Nodes = PlannedField['nodes'];

/** Receives the relations that a record selects, which are read later. */
export interface Relations {
  addReference(plan: ReferencePlan, link: Link): void;
  addReferrers(plan: ReferrersPlan, parent: Parent): void;
}

/** Ids that a record holds, and the place where the records are written. */
export interface Link {
  /** Null for an item that is null. */
  readonly ids: readonly (string | null)[];
  readonly out: Output;
  readonly location: Location;
  readonly nodes: Nodes;
}

/** A record whose referring records are written. */
export interface Parent {
  readonly id: string;
  readonly out: Output;
  readonly location: Location;
  readonly nodes: Nodes;
}

/** A record, and the text of its document. */
interface Source {
  readonly view: RecordView;
  readonly text: string;
}

const NULL_FIRST = 0x6e;
const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const OPEN_BRACE = 0x7b;

/** Writes records as their plans say, from the text of their documents. */
export class ObjectWriter {
  constructor(
    private readonly errors: FieldErrors,
    private readonly relations: Relations,
  ) {}

  /** `location` has no member, because it is outside of the document. */
  record(out: Output, plan: ObjectPlan, view: RecordView, location: Location): void {
    const { data } = view;
    this.object(out, plan, { view, text: data instanceof RawJson ? data.text : JSON.stringify(data) }, 0, location);
  }

  private object(out: Output, { finder, fields }: ObjectPlan, source: Source, at: number, location: Location): void {
    if (fields.length === 0) return out.add('{}');
    const object = { source, at, spans: finder.find(source.text, at), location };
    for (const field of fields) {
      out.add(field.label);
      this.field(out, field, object);
    }
    out.add('}');
  }

  private field(out: Output, field: PlannedField, object: OpenObject): void {
    const plan = field.source;
    const { source, at, location } = object;
    switch (plan.kind) {
      case 'constant':
        return out.add(plan.text);
      case 'member':
        return this.member(out, plan, field, object);
      case 'system':
        return out.add(JSON.stringify(source.view[plan.name]));
      case 'data':
        return out.add(at === 0 ? source.text : source.text.slice(at, endOfValue(source.text, at)));
      case 'reference':
        return this.reference(out, plan, field, object);
      case 'referrers':
        return this.relations.addReferrers(plan, {
          id: source.view.id,
          out: out.place(),
          location: { parent: location, key: field.name },
          nodes: field.nodes,
        });
    }
  }

  private member(out: Output, { slot, key, value }: MemberPlan, { name, nodes }: Named, object: OpenObject): void {
    const { source, spans } = object;
    const start = spans[2 * slot] ?? 0;
    const end = spans[2 * slot + 1] ?? 0;
    if (end === 0 || source.text.charCodeAt(start) === NULL_FIRST) return out.add('null');
    const found = value.kind === 'scalar' ? scalarText(value.scalar, source.text, start, end) : undefined;
    if (found !== undefined) return out.add(found);
    const location = { parent: object.location, key: name, member: key };
    this.value(out, value, { source, start, end, location, nodes });
  }

  private value(out: Output, plan: ValuePlan, value: OpenValue): void {
    const { source, start, end, location } = value;
    const first = source.text.charCodeAt(start);
    if (first === NULL_FIRST) return out.add('null');
    switch (plan.kind) {
      case 'scalar': {
        const found = scalarText(plan.scalar, source.text, start, end);
        return found === undefined ? this.mismatch(out, expectedValue[plan.scalar], value) : out.add(found);
      }
      case 'list':
        return first === OPEN_BRACKET ? this.list(out, plan.of, value) : this.mismatch(out, 'a list', value);
      case 'object':
        if (first !== OPEN_BRACE) return this.mismatch(out, 'an object', value);
        return this.object(out, plan.object, source, start, location);
      case 'union': {
        const object = first === OPEN_BRACE ? unionMember(plan, source.text, start) : undefined;
        if (object) return this.object(out, object, source, start, location);
        return this.mismatch(out, 'an object of one of the types of this union', value);
      }
    }
  }

  private list(out: Output, of: ValuePlan, { source, start, location, nodes }: OpenValue): void {
    const spans = findItems(source.text, start);
    out.add('[');
    for (let index = 0; 2 * index < spans.length; index++) {
      if (index > 0) out.add(',');
      const from = spans[2 * index] ?? 0;
      const to = spans[2 * index + 1] ?? 0;
      const item = { parent: location, key: index, member: index };
      this.value(out, of, { source, start: from, end: to, location: item, nodes });
    }
    out.add(']');
  }

  private mismatch(out: Output, expected: string, { location, nodes }: OpenValue): void {
    this.errors.addMismatch(expected, location, nodes);
    out.add('null');
  }

  private reference(out: Output, plan: ReferencePlan, { name, nodes }: Named, object: OpenObject): void {
    const { source, spans } = object;
    const { slot, key, isList } = plan;
    const start = spans[2 * slot] ?? 0;
    const end = spans[2 * slot + 1] ?? 0;
    const first = source.text.charCodeAt(start);
    if (end === 0 || first === NULL_FIRST) return out.add('null');
    const value = { source, start, end, location: { parent: object.location, key: name, member: key }, nodes };
    if (first !== (isList ? OPEN_BRACKET : QUOTE)) return this.mismatch(out, isList ? 'a list of ids' : 'an id', value);
    const ids = isList ? this.ids(value) : [JSON.parse(source.text.slice(start, end)) as string]; // a string in quotes
    const location = { parent: object.location, key: name };
    this.relations.addReference(plan, { ids, out: out.place(), location, nodes });
  }

  /** Returns the ids in a list; null for items that are none. */
  private ids({ source: { text }, start, location, nodes }: OpenValue): (string | null)[] {
    const spans = findItems(text, start);
    const ids: (string | null)[] = [];
    for (let index = 0; 2 * index < spans.length; index++) {
      const from = spans[2 * index] ?? 0;
      const first = text.charCodeAt(from);
      if (first === QUOTE) ids.push(JSON.parse(text.slice(from, spans[2 * index + 1])) as string);
      else {
        ids.push(null);
        const item = { parent: location, key: index, member: index };
        if (first !== NULL_FIRST) this.errors.addMismatch('an id', item, nodes);
      }
    }
    return ids;
  }
}

/** An object whose fields are being written. */
interface OpenObject {
  readonly source: Source;
  /** Where it starts in the text of the document. */
  readonly at: number;
  readonly spans: readonly number[];
  readonly location: Location;
}

/** A value that is not null, in the text of the document. */
interface OpenValue {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
  readonly location: Location;
  readonly nodes: Nodes;
}

/** Returns the plan of the type that the constant of an object names. */
function unionMember({ discriminator, objects }: UnionPlan, text: string, at: number): ObjectPlan | undefined {
  const [start = 0, end = 0] = discriminator.find(text, at);
  if (end === 0 || text.charCodeAt(start) !== QUOTE) return undefined;
  return objects.get(JSON.parse(text.slice(start, end)) as string); // a string in quotes
}
