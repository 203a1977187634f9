import { createCinema, created } from '../../graphql/typed-cinema.js';
import type { Haven } from '../haven.js';
import type { GraphqlField } from './sdl-inputs.js';

/** Members whose name in GraphQL is not their key. */
export const KEYS: ReadonlyMap<string, string> = new Map([
  ['Major_Genre', 'Major Genre'],
  ['m_1st', '1st'],
  ['m_id', '_id'],
  ['a_b_c', 'a.b/c~'],
]);

/** A collection with defaults, a unique index on two paths, and keys that a filter or a pointer has to escape. */
const SCREENINGS = {
  required: ['room', 'starts', 'film', 'booked'],
  properties: {
    room: { type: 'string', maxLength: 40 },
    starts: { type: 'string', format: 'date-time' },
    film: { type: 'string', 'x-haven-ref': { collection: 'films' } },
    booked: { type: 'string', format: 'date-time', 'x-haven-default': '$now' },
    open: { type: 'boolean', 'x-haven-default': true },
    seats: { type: 'integer', minimum: 0, maximum: 500 },
    price: { type: 'number' },
    '1st': { type: 'integer' },
    _id: { type: 'string' },
    'a.b/c~': { type: 'string' },
    slots: { type: 'array', items: { type: 'string', format: 'date-time' } },
  },
};

/** The unique indexes by the suffix of their fields. */
export const INDEXES: Readonly<Record<string, string>> = { Code: 'code', RoomAndStarts: 'room,starts', Price: 'price' };

/** The filter that relations between records stand for. */
export const RELATIONS: Readonly<Record<string, (id: string) => object>> = {
  filmsByDirector: (director) => ({ director }),
  filmsByCast: (id) => ({ cast: { _contains: id } }),
  filmsByStudioOwner: (owner) => ({ studio: { owner } }),
  people: (agent) => ({ agent }),
  peopleByAgent: (agent) => ({ agent }),
  screenings: (film) => ({ film }),
  screeningsByFilm: (film) => ({ film }),
};

/** The records on which typed fields are called; those with `changing` are only for mutations. */
interface TypedThings {
  people: string;
  agents: string;
  films: string;
  screenings: string;
  changing: Record<string, string>;
}

/** Creates collections with types and records in them, and returns valid arguments of their fields. */
export class PreparedTypedThings {
  readonly now: TypedThings = { people: '', agents: '', films: '', screenings: '', changing: {} };
  private number = 0;

  constructor(private readonly haven: Haven) {}

  async prepare(): Promise<void> {
    const { haven, now } = this;
    await createCinema(haven);
    const { status } = await haven.rest('POST', '/collections', {
      name: 'screenings',
      schema: SCREENINGS,
      indexes: [
        { paths: ['room', 'starts'], unique: true },
        { paths: ['price'], unique: true },
      ],
    });
    if (status !== 201) throw new Error(`The collection screenings was not created: ${status}.`);
    for (const collection of ['agents', 'people', 'films', 'screenings'] as const) {
      now[collection] = (await created(haven, collection, this.documentOf(collection, true))).id;
      await this.renew(collection);
    }
  }

  /** Creates another record that mutations can change, if the last one was deleted. */
  async renewAfter({ root }: GraphqlField): Promise<void> {
    if (root.name.startsWith('delete')) await this.renew(collectionOf(root.name));
  }

  /** Returns the arguments with which a field succeeds. */
  argumentsOf({ kind, root, field }: GraphqlField): Record<string, unknown> {
    const collection = collectionOf(root.name);
    const id = kind === 'mutation' ? this.now.changing[collection] : this.now[collection];
    const document = this.documentOf(collection, kind !== 'mutation');
    const valid: Record<string, unknown> = { ...document, id, data: document, p: 0.5 };
    const needed = field.args.filter(({ type }) => String(type).endsWith('!'));
    return Object.fromEntries(needed.map(({ name }) => [name, valid[name]]));
  }

  private async renew(collection: Collection): Promise<void> {
    this.now.changing[collection] = (await created(this.haven, collection, this.documentOf(collection, false))).id;
  }

  /** Returns the document that is read, or another one at each call. */
  private documentOf(collection: Collection, isRead: boolean): Record<string, unknown> {
    const { now } = this;
    const number = isRead ? 0 : ++this.number;
    const starts = new Date(Date.UTC(2026, 0, 1) + number * 1_000).toISOString();
    const documents = {
      agents: { name: 'Agent' },
      people: { name: 'Ridley', born: '1937-11-30T00:00:00Z', agent: now.agents },
      films: { title: 'Alien', code: `C${number}`, year: 1979, director: now.people, cast: [now.people] },
      screenings: { room: 'Blue', starts, film: now.films, price: number + 0.5 },
    };
    return documents[collection];
  }
}

type Collection = 'agents' | 'people' | 'films' | 'screenings';

/** Returns the collection whose record is in the name of a type or field. */
export function collectionOf(root: string): Collection {
  const [, name = ''] = /(agent|people|person|film|screening)/i.exec(root) ?? [];
  const one = name.toLowerCase();
  return one === 'people' || one === 'person' ? 'people' : (`${one}s` as Collection); // the expression lists the names
}
