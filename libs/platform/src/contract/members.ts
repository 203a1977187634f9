const members = new WeakMap<object, Set<string>>();

/** Remembers that a class publishes a member; `@Expose` calls this. */
export function remember(prototype: object, member: string): void {
  const type = prototype.constructor;
  const known = members.get(type) ?? new Set(members.get(Object.getPrototypeOf(type) as object));
  members.set(type, known.add(member));
}

/** The members a contract class publishes, or undefined if it is no contract class. */
export function contractOf(type: object): ReadonlySet<string> | undefined {
  const own = members.get(type);
  const parent: unknown = Object.getPrototypeOf(type);
  return own ?? (typeof parent === 'function' ? contractOf(parent) : undefined);
}
