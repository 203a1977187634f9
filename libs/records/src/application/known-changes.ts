import type { RecentChanges } from '@haven/events';

/** How many changed records are told apart, of a tenant; more at once are none. */
const CAPACITY = 1_000;

/** That a record has come to a version. */
export interface Change {
  readonly key: string;
  readonly version: number;
}

interface Noted {
  readonly version: number;
  /** Infinity: it has none yet. */
  readonly place: number;
}

/** What a process knows of the changes of a tenant's records: from a place in the feed on, and up to a position of the log. */
export class KnownChanges {
  /** The place up to which the feed is known; undefined before anything is. */
  place: number | undefined;
  lineage = '';
  /** Changes behind this place are noted, by record; Infinity: not all of them. */
  private since = Infinity;
  private position = -1n;
  private isStill = false;
  private asOf = -Infinity;
  private readonly notes = new Map<string, Noted>();

  /** Changes are noted for those alone who remember what is not told of changes itself. */
  constructor(private readonly notesChanges: boolean) {}

  /** Takes in what was found when somebody looked at `asOf`; answers what has changed, or undefined when anything may have. */
  learn(recent: RecentChanges, asOf: number): readonly Change[] | undefined {
    const { lineage, position, isStill, from, to, changes } = recent;
    const isNext = lineage === this.lineage && from === this.place && to >= from && position >= this.position;
    this.noteAll(recent, isNext);
    Object.assign(this, { lineage, place: to, position, isStill, asOf });
    if (!isNext || !changes) return undefined;
    return changes.map(({ collectionId, recordId, version }) => ({ key: recordKey(collectionId, recordId), version }));
  }

  /** Something may have been missed: nothing is covered until somebody has looked again. */
  doubt(): void {
    this.asOf = -Infinity;
  }

  /** Whether everything is known that could be seen when the log was at that position, and all that is older than `oldest`. */
  covers(position: bigint, oldest: number): boolean {
    return this.asOf >= oldest && (position < this.position || (position === this.position && this.isStill));
  }

  /** Whether no later version is known, of a record that was read when the feed was known up to that place. */
  isNewest({ key, version }: Change, place: number): boolean {
    const isNoted = place >= this.since && place <= (this.place ?? 0);
    return isNoted && version >= (this.notes.get(key)?.version ?? 0);
  }

  /** What is too much to be noted makes nothing certain that was read before; the next time everything behind it is told. */
  private noteAll({ from, changes }: RecentChanges, isNext: boolean): void {
    if (!isNext || this.since === Infinity) {
      this.notes.clear();
      this.since = from;
    }
    if (!this.notesChanges || !changes || changes.length > CAPACITY) {
      this.notes.clear();
      this.since = Infinity;
      return;
    }
    for (const { place = Infinity, collectionId, recordId, version } of changes)
      this.note(recordKey(collectionId, recordId), { version, place });
  }

  /** The oldest are forgotten. What has no place yet is told again the next time, and is then not among them. */
  private note(key: string, { version, place }: Noted): void {
    const before = this.notes.get(key);
    this.notes.delete(key);
    this.notes.set(key, { version: Math.max(version, before?.version ?? 0), place });
    for (const [oldest, noted] of this.notes) {
      if (this.notes.size <= CAPACITY) break;
      this.notes.delete(oldest);
      if (noted.place !== Infinity) this.since = Math.max(this.since, noted.place);
    }
  }
}

/** What a record is called within its tenant. */
export function recordKey(collectionId: number, recordId: string): string {
  return `${collectionId}/${recordId}`;
}
