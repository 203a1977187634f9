import { isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** The keyword that declares what an absent member of a record gets. */
export const DEFAULT_KEYWORD = 'x-haven-default';

/** A default whose value is different for each record. */
export type GeneratedDefault = '$now' | '$uuid' | '$principal';

const GENERATED: ReadonlySet<unknown> = new Set<GeneratedDefault>(['$now', '$uuid', '$principal']);

/** The values of generated defaults. */
export interface DefaultSource {
  /** The time of the event, RFC 3339 in UTC with milliseconds. */
  readonly now: string;
  /** The name of the caller in the event. */
  readonly principal: string;
  uuid(): string;
}

/** A generated value in a document, and the names of the members that lead to it. */
export interface GeneratedMember {
  readonly path: readonly string[];
  readonly from: GeneratedDefault;
}

/** A document with its defaults. */
export interface CompletedDocument {
  readonly data: JsonObject;
  readonly generated: readonly GeneratedMember[];
}

/** A member that has a default, or contains members that have one. */
interface Member {
  readonly name: string;
  /** Undefined if only members inside this one have a default. */
  readonly value: JsonValue | undefined;
  readonly members: readonly Member[];
}

/**
 * The defaults that a schema declares for members of `properties`. Ignores a declaration that `checkDefaults` refuses:
 * a stored schema can be older than the keyword.
 */
export class MemberDefaults {
  /** Whether a member gets the time of the event. */
  readonly usesTime: boolean;
  /** The length of all literals as JSON text: a document gets at most this much longer, besides generated values. */
  readonly length: number;

  private constructor(private readonly members: readonly Member[]) {
    this.usesTime = hasTime(members);
    this.length = lengthOf(members);
  }

  /** Returns the defaults that a schema declares, or null if it declares none. */
  static of(schema: JsonObject): MemberDefaults | null {
    const members = membersOf(schema);
    return members.length === 0 ? null : new MemberDefaults(members);
  }

  /**
   * Returns the document with the defaults of its absent members; null is not absent. The default of a member is added
   * before those of members inside it, and only an object that is there gets members. The given document is not
   * modified; the result shares parts with it.
   */
  complete(data: JsonObject, source: DefaultSource): CompletedDocument {
    const generated: GeneratedMember[] = [];
    return { data: completed(data, this.members, [], { source, generated }), generated };
  }
}

function completed(
  given: JsonObject,
  members: readonly Member[],
  path: readonly string[],
  work: { readonly source: DefaultSource; readonly generated: GeneratedMember[] },
): JsonObject {
  let data = given;
  for (const { name, value, members: inner } of members) {
    const at = [...path, name];
    const before = Object.hasOwn(given, name) ? given[name] : undefined;
    let after = before;
    if (after === undefined && value !== undefined) {
      if (isGenerated(value)) work.generated.push({ path: at, from: value });
      after = isGenerated(value) ? generatedValue(value, work.source) : structuredClone(value);
    }
    if (isJsonObject(after)) after = completed(after, inner, at, work);
    if (after === undefined || after === before) continue;
    if (data === given) data = { ...given };
    data[name] = after;
  }
  return data;
}

function generatedValue(from: GeneratedDefault, source: DefaultSource): string {
  switch (from) {
    case '$now':
      return source.now;
    case '$uuid':
      return source.uuid();
    case '$principal':
      return source.principal;
  }
}

function membersOf({ properties }: JsonObject): Member[] {
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (!isJsonObject(schema)) return [];
    const value = declaredDefault(schema);
    const members = membersOf(schema);
    return value === undefined && members.length === 0 ? [] : { name, value, members };
  });
}

/** Returns the default that a schema declares, or undefined if it declares none or one that is not known. */
function declaredDefault(schema: JsonObject): JsonValue | undefined {
  const value = Object.hasOwn(schema, DEFAULT_KEYWORD) ? schema[DEFAULT_KEYWORD] : undefined;
  return typeof value === 'string' && value.startsWith('$') && !isGenerated(value) ? undefined : value;
}

/** Whether the value of the keyword is not a literal. */
export function isGenerated(value: JsonValue): value is GeneratedDefault {
  return GENERATED.has(value);
}

function lengthOf(members: readonly Member[]): number {
  return members.reduce(
    (sum, { value, members: inner }) => sum + JSON.stringify(value ?? '').length + lengthOf(inner),
    0,
  );
}

function hasTime(members: readonly Member[]): boolean {
  return members.some((member) => member.value === '$now' || hasTime(member.members));
}
