import { LRUCache } from 'lru-cache';

/** Number of uses from which on a text has a name. Preparing a statement that is not used again is wasted work. */
const REPEATED = 3;

/** Maximum number of texts that are counted. */
const MAX_TEXTS = 500;

/** Maximum number of characters of a text that has a name. Plans need about 150 bytes for each character. */
const MAX_CHARACTERS = 2_500;

interface Repetition {
  readonly name: string;
  uses: number;
}

/**
 * Names the texts of statements that are used repeatedly. Clients decide how many texts there are, so the least
 * recently used ones are dropped; a name is never given to another text.
 */
export class RepeatedTexts {
  private readonly known = new LRUCache<string, Repetition>({ max: MAX_TEXTS });
  private last = 0;

  /** Counts a use of a text. Returns its name, or an empty text if it has none. */
  use(text: string): string {
    if (text.length > MAX_CHARACTERS) return '';
    const known = this.known.get(text);
    if (known) return ++known.uses >= REPEATED ? known.name : '';
    this.known.set(text, { name: `repeated.${++this.last}`, uses: 1 });
    return '';
  }
}
