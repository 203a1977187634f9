/** Type information about a member, for parsers of text such as query strings. */
export interface Member {
  /** The type in the option `as` of the member's `@Expose`; without that option, the declared type of the property. */
  type: unknown;
  optional: boolean;
  nullable: boolean;
}

export type Members = ReadonlyMap<string, Member>;

const membersByClass = new WeakMap<object, Map<string, Member>>();

/** Registers a published member of a class; called by `@Expose`. */
export function registerMember(prototype: object, name: string, member: Member): void {
  const type = prototype.constructor;
  const known = membersByClass.get(type) ?? new Map(contractOf(Object.getPrototypeOf(type) as object));
  membersByClass.set(type, known.set(name, member));
}

const optionalBodies = new WeakSet<object>();

/** Declares that a request without a body is a request with an empty object. */
export function allowAbsence(type: object): void {
  optionalBodies.add(type);
}

/** Whether a request without a body is a request with an empty object. */
export function mayBeAbsent(type: object): boolean {
  return optionalBodies.has(type);
}

/** Returns the published members of a contract class; undefined for other classes. */
export function contractOf(type: object): Members | undefined {
  const own = membersByClass.get(type);
  const parent: unknown = Object.getPrototypeOf(type);
  return own ?? (typeof parent === 'function' ? contractOf(parent) : undefined);
}
