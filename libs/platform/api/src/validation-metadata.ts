import { getMetadataStorage, useContainer } from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;
type Metadatas = ReturnType<Storage['getTargetValidationMetadatas']>;

/**
 * Makes class-validator faster by caching. Without this, class-validator collects and groups the constraints of a class
 * for each validation, although they do not change after the class is declared. It also searches an array of all
 * validators for each constraint.
 */
export function cacheValidationMetadata(storage: Storage = getMetadataStorage()): void {
  useContainer({ get: instanceOf });
  const lookUp = storage.getTargetValidationMetadatas.bind(storage);
  const group = storage.groupByPropertyName.bind(storage);
  const byClass = new WeakMap<object, Metadatas>();
  const grouped = new WeakMap<Metadatas, ReturnType<Storage['groupByPropertyName']>>();
  storage.getTargetValidationMetadatas = (type, schema, always, strictGroups, groups) => {
    if (schema || groups) return lookUp(type, schema, always, strictGroups, groups); // Haven uses neither
    const known = byClass.get(type) ?? lookUp(type, schema, always, strictGroups, groups);
    byClass.set(type, known);
    return known;
  };
  storage.groupByPropertyName = (metadatas) => {
    const known = grouped.get(metadatas) ?? group(metadatas);
    grouped.set(metadatas, known);
    return known;
  };
}

const instances = new WeakMap<object, unknown>();

/** Returns the only instance of a validator class; validators have no state. */
function instanceOf<T>(type: (new () => T) | { prototype: T }): T {
  const known = instances.get(type) as T | undefined; // stored below under its own class
  if (known) return known;
  const created = new (type as new () => T)();
  instances.set(type, created);
  return created;
}
