import { HavenError } from '@haven/kernel';
import type { EntityTags, VersionMatch } from '@haven/kernel';

/** Matches an entity tag and the separator before the next one (RFC 9110 §8.8.3). */
const TAG = /^[ \t]*(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/;

/**
 * Returns the versions in an `If-Match` or `If-None-Match` header. Weak tags count like strong ones, also in `If-Match`
 * (docs/adr/0039-content-codings.md). Tags that do not contain a version number are skipped, so that they match
 * nothing. Throws `MALFORMED_REQUEST` if the header is not a list of tags.
 */
export function parseEntityTags(header: string, name: string): VersionMatch {
  const tags = entityTagsIn(header, name);
  return tags === '*' ? tags : tags.filter((tag) => /^[1-9]\d{0,9}$/.test(tag)).map(Number);
}

/** Returns the entity tags in a header, without their quotes. Throws `MALFORMED_REQUEST` like `parseEntityTags`. */
export function entityTagsIn(header: string, name: string): EntityTags {
  if (header.trim() === '*') return '*';
  const tags: string[] = [];
  for (let rest = header; rest.trim() !== '';) {
    const [matched, opaque = ''] = TAG.exec(rest) ?? [];
    if (matched === undefined) throw malformed(name);
    tags.push(opaque);
    rest = rest.slice(matched.length);
  }
  return tags;
}

function malformed(name: string): HavenError {
  return new HavenError(
    'MALFORMED_REQUEST',
    `${name} must be * or a list of entity tags in double quotes, such as "3".`,
  );
}
