import { asSchema } from '../values/json-schema.js';

/** Members that name a record in most collections, the best first. */
export const LABEL_MEMBERS: readonly string[] = [
  ...['name', 'title', 'label', 'subject', 'displayname', 'fullname', 'username', 'email', 'code', 'slug'],
];

/** Returns the texts of a schema by which people recognize its records: at most two, the best first. */
export function labelMembers(schema: unknown): string[] {
  const texts = Object.entries(asSchema(asSchema(schema)['properties']))
    .filter(([, part]) => [asSchema(part)['type']].flat().includes('string') && !('format' in asSchema(part)))
    .map(([name]) => name);
  const known = LABEL_MEMBERS.flatMap((label) => texts.filter((name) => name.toLowerCase() === label));
  return (known.length > 0 ? known : texts).slice(0, 2);
}
