/** What is remembered of a member for readers of text, such as query strings. */
export interface Member {
  /** `as` of its `@Expose`, or what the property's own type says. */
  type: unknown;
  optional: boolean;
}

export type Members = ReadonlyMap<string, Member>;

const membersByClass = new WeakMap<object, Map<string, Member>>();

/** Remembers that a class publishes a member; `@Expose` calls this. */
export function remember(prototype: object, name: string, member: Member): void {
  const type = prototype.constructor;
  const known = membersByClass.get(type) ?? new Map(contractOf(Object.getPrototypeOf(type) as object));
  membersByClass.set(type, known.set(name, member));
}

/** The members a contract class publishes, or undefined if it is no contract class. */
export function contractOf(type: object): Members | undefined {
  const own = membersByClass.get(type);
  const parent: unknown = Object.getPrototypeOf(type);
  return own ?? (typeof parent === 'function' ? contractOf(parent) : undefined);
}
