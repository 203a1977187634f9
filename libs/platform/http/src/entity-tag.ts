import { HavenError } from '@haven/kernel';
import type { VersionMatch } from '@haven/kernel';

/** Matches an entity tag and the separator before the next one (RFC 9110 §8.8.3). */
const TAG = /^[ \t]*(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/;

/**
 * Returns the versions in an `If-Match` or `If-None-Match` header. Weak tags count like strong ones, also in `If-Match`
 * (docs/adr/0039-content-codings.md). Tags that do not contain a version number are skipped, so that they match
 * nothing. Throws `MALFORMED_REQUEST` if the header is not a list of tags.
 */
export function parseEntityTags(header: string, name: string): VersionMatch {
  if (header.trim() === '*') return '*';
  const versions: number[] = [];
  for (let rest = header; rest.trim() !== '';) {
    const [matched, opaque = ''] = TAG.exec(rest) ?? [];
    if (matched === undefined) throw malformed(name);
    if (/^[1-9]\d{0,9}$/.test(opaque)) versions.push(Number(opaque));
    rest = rest.slice(matched.length);
  }
  return versions;
}

function malformed(name: string): HavenError {
  return new HavenError(
    'MALFORMED_REQUEST',
    `${name} must be * or a list of entity tags in double quotes, such as "3".`,
  );
}
