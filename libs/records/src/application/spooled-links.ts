import type { CollectionSnapshot } from '@haven/collections';
import { HavenError } from '@haven/kernel';

import { brokenLinks } from '../domain/links.js';
import type { ImportSpool, LinkedEntry } from '../domain/import-spool.js';
import { orError, reachable } from './import-links.js';
import type { CollectionIds, ImportLinks } from './import-links.js';
import { newLinks } from './link-checker.js';
import type { NewLink } from './link-checker.js';

/** Number of lines that are read at a time. */
const PAGE_SIZE = 500;

/** Number of links to records of the import that are looked up at a time: each look-up reads all its lines. */
const LOOKUP_SIZE = 20_000;

/** A link of a line. */
interface LineLink extends NewLink {
  readonly line: number;
}

/**
 * Finds the links of a spooled import that lead neither to a stored record nor to one of the import. Its order does not
 * matter, and memory is needed only for two numbers for each link to a record that the import creates.
 */
export class SpooledLinks {
  private readonly errors = new Map<number, HavenError>();
  private readonly referrers = new Map<number, number[]>();
  private open: LineLink[] = [];

  constructor(
    private readonly importId: string,
    private readonly collection: CollectionSnapshot,
    private readonly spool: ImportSpool,
    private readonly links: ImportLinks,
    private readonly ids: CollectionIds,
  ) {}

  /**
   * Returns the errors of the lines that cannot be written, and locks the records to which the others link. A line
   * cannot be written either if it links to a record that only such a line would create. Every record must have only
   * one line. With `first`, stops when it has found some, and returns only one.
   */
  async broken({ first }: { first: boolean }): Promise<Map<number, HavenError>> {
    for (let after = 0; ;) {
      const page = await this.spool.pageWithPrevious(this.collection.id, this.importId, after, PAGE_SIZE);
      await this.check(page);
      const isLast = page.length < PAGE_SIZE;
      const isBroken = first && this.errors.size > 0;
      if (isLast || isBroken || this.open.length > LOOKUP_SIZE) await this.lookUp();
      if (first && this.errors.size > 0) return lowest(this.errors);
      if (isLast) break;
      after = page.at(-1)?.line ?? after;
    }
    if (this.errors.size > 0) await this.addReferrers();
    return this.errors;
  }

  private async check(page: readonly LinkedEntry[]): Promise<void> {
    const links = page.flatMap((entry): LineLink[] => {
      const added = orError(() => this.linksOf(entry));
      if (!(added instanceof HavenError)) return added;
      this.errors.set(entry.line, added);
      return [];
    });
    const missing = await this.links.withoutTarget(this.ids, links);
    const isOwn = ({ collection }: LineLink) => collection === this.collection.name;
    this.addErrors(missing.filter((link) => !isOwn(link)));
    this.open.push(...missing.filter((link) => isOwn(link) && !this.errors.has(link.line)));
  }

  /** Finds the lines that create the targets of the open links. */
  private async lookUp(): Promise<void> {
    const { open } = this;
    this.open = [];
    const lines = await this.linesOf(open);
    this.addErrors(open.filter(({ id }) => !lines.has(id)));
    for (const { id, line } of open) {
      const target = lines.get(id);
      if (target === undefined) continue;
      const known = this.referrers.get(target);
      if (known) known.push(line);
      else this.referrers.set(target, [line]);
    }
  }

  /** Adds the errors of the lines that link to records which are not created, because their lines have errors. */
  private async addReferrers(): Promise<void> {
    const lost = reachable(this.errors.keys(), this.referrers);
    const others = [...lost].filter((line) => !this.errors.has(line));
    for (let at = 0; at < others.length; at += PAGE_SIZE) {
      const lines = others.slice(at, at + PAGE_SIZE);
      const entries = await this.spool.entriesWithPrevious(this.collection.id, this.importId, lines);
      const links = entries.flatMap((entry) => this.linksOf(entry));
      const own = await this.linesOf(links.filter(({ collection }) => collection === this.collection.name));
      this.addErrors(links.filter(({ id }) => lost.has(own.get(id) ?? 0)));
    }
  }

  private linksOf({ line, data, previous }: LinkedEntry): LineLink[] {
    return newLinks(this.collection.references, previous, data).map((link) => ({ ...link, line }));
  }

  private linesOf(links: readonly LineLink[]): Promise<Map<string, number>> {
    return this.spool.linesOf(this.importId, [...new Set(links.map(({ id }) => id))]);
  }

  private addErrors(links: readonly LineLink[]): void {
    for (const [line, broken] of Map.groupBy(links, (link) => link.line)) this.errors.set(line, brokenLinks(broken));
  }
}

function lowest(errors: ReadonlyMap<number, HavenError>): Map<number, HavenError> {
  return new Map([...errors].toSorted(([one], [other]) => one - other).slice(0, 1));
}
