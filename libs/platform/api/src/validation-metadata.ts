import { getMetadataStorage, useContainer } from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;
type Metadatas = ReturnType<Storage['getTargetValidationMetadatas']>;

/**
 * Takes two searches out of each validation. class-validator collects and groups the constraints of a class anew each time,
 * though decorators run when a class is declared and add nothing later, and it looks for the validator of each constraint
 * in an array of all.
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

/** The one instance of a validator, which has no state. */
function instanceOf<T>(type: (new () => T) | { prototype: T }): T {
  const known = instances.get(type) as T | undefined; // put there below, under its own class
  if (known) return known;
  const created = new (type as new () => T)();
  instances.set(type, created);
  return created;
}
