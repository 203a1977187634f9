import type { GraphQLLeafType } from 'graphql';

import { printJson } from '@haven/kernel';

import type { ResponseText } from './response-text.js';

/** Appends a value to a response. Throws if graphql-js has to complete it, for example because it is an error. */
export type Writer = (out: ResponseText, value: unknown) => void;

/** A selected field of an object: the text before its value, and how the value is read and written. */
export interface FieldWriter {
  readonly label: string;
  readonly read: (source: Readonly<Record<string, unknown>>) => unknown;
  readonly write: Writer;
}

/** Writers of the scalars that GraphQL specifies. A value that graphql-js would convert is left to it. */
export const scalarWriters = {
  text: nullable((out, value) => {
    if (typeof value !== 'string') return writeLater(out, value, scalarWriters.text);
    out.text += printJson(value);
  }),
  integer: nullable((out, value) => {
    if (typeof value !== 'number' || (value | 0) !== value) return writeLater(out, value, scalarWriters.integer);
    out.text += value;
  }),
  boolean: nullable((out, value) => {
    if (typeof value !== 'boolean') return writeLater(out, value, scalarWriters.boolean);
    out.text += value;
  }),
  float: nullable((out, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return writeLater(out, value, scalarWriters.float);
    out.text += JSON.stringify(value);
  }),
} satisfies Record<string, Writer>;

/** Creates the writer of an enum or of a scalar of Haven. */
export function leafWriter(type: GraphQLLeafType): Writer {
  const write = nullable((out, value) => {
    if (value instanceof Error || typeof value === 'function' || isPromise(value)) return writeLater(out, value, write);
    const serialized = type.serialize(value);
    if (serialized == null) throw unwritable();
    out.text += printJson(serialized);
  });
  return write;
}

export function objectWriter(fields: readonly FieldWriter[]): Writer {
  const write = nullable((out, value) => {
    if (typeof value !== 'object' || value instanceof Error || isPromise(value)) return writeLater(out, value, write);
    if (fields.length === 0) out.text += '{';
    for (const field of fields) {
      out.text += field.label;
      field.write(out, field.read(value as Readonly<Record<string, unknown>>)); // any object may be read by name
    }
    out.text += '}';
  });
  return write;
}

export function listWriter(item: Writer): Writer {
  const write = nullable((out, value) => {
    if (!Array.isArray(value)) return writeLater(out, value, write);
    let separator = '[';
    for (const each of value) {
      out.text += separator;
      item(out, each);
      separator = ',';
    }
    out.text += value.length === 0 ? '[]' : ']';
  });
  return write;
}

export function nonNullWriter(writer: Writer): Writer {
  const write: Writer = (out, value) => {
    if (value == null) throw unwritable();
    if (isPromise(value)) out.addLater(value, write);
    else writer(out, value);
  };
  return write;
}

function nullable(write: (out: ResponseText, value: NonNullable<unknown>) => void): Writer {
  return (out, value) => {
    if (value == null) out.text += 'null';
    else write(out, value);
  };
}

/** Writes a value of an unexpected type: a promise when it is resolved, and nothing else. */
function writeLater(out: ResponseText, value: unknown, write: Writer): void {
  if (!isPromise(value)) throw unwritable();
  out.addLater(value, write);
}

/** As in graphql-js, anything with a method `then` is a promise. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function unwritable(): Error {
  return new Error('graphql-js must complete this value.');
}
