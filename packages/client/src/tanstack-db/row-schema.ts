import type { HavenRecord } from '../record.js';

/** The members that a new row must have. The others are filled in. */
export interface NewRecord<Input> {
  /** UUID of the record. By default it is generated. */
  id?: string;
  data: Input;
}

interface Issue {
  readonly message: string;
  readonly path?: readonly PropertyKey[];
}

type Result<Output> = { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly Issue[] };

/** A Standard Schema that makes records of new rows. Haven validates their data when they are stored. */
export interface RowSchema<Data, Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'haven-records';
    readonly validate: (value: unknown) => Result<HavenRecord<Data>>;
    readonly types?: { readonly input: NewRecord<Input>; readonly output: HavenRecord<Data> };
  };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Returns the schema of a collection's rows. A row has version 0 until Haven has stored it. */
export function rowSchema<Data, Input>(collection: string): RowSchema<Data, Input> {
  const validate = (value: unknown): Result<HavenRecord<Data>> => {
    const row = value as Partial<HavenRecord<Data>>; // its members are checked here
    const { id = createId(), data } = row;
    if (typeof id !== 'string' || !UUID.test(id))
      return failure('id', `The id of a record must be a UUID; got ${JSON.stringify(id)}.`);
    if (typeof data !== 'object' || data === null || Array.isArray(data))
      return failure('data', 'A record must have `data`, an object: `insert({ data: { … } })`.');
    const now = new Date().toISOString();
    return { value: { collection, version: 0, createdAt: now, updatedAt: now, ...row, id: id.toLowerCase(), data } };
  };
  return { '~standard': { version: 1, vendor: 'haven-records', validate } };
}

function failure(member: string, message: string): Result<never> {
  return { issues: [{ message, path: [member] }] };
}

/** Creates a UUID of version 4. Browsers have `crypto.randomUUID` only on pages with HTTPS. */
function createId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, index) => {
    const value = index === 6 ? (byte & 0x0f) | 0x40 : index === 8 ? (byte & 0x3f) | 0x80 : byte;
    return value.toString(16).padStart(2, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
