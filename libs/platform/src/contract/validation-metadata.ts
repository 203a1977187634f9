import { getMetadataStorage } from 'class-validator';

type Storage = ReturnType<typeof getMetadataStorage>;
type Metadatas = ReturnType<Storage['getTargetValidationMetadatas']>;

/**
 * Makes class-validator look up and group the constraints of a class once. It does so at each validation, which takes most
 * of the time of a small one, though decorators run when a class is declared and add nothing later.
 */
export function cacheValidationMetadata(storage: Storage = getMetadataStorage()): void {
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
