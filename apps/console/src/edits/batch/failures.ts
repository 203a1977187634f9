import { HavenError } from 'haven-records';

/** A reason for which Haven refuses one operation of a batch. */
export interface Failure {
  code: string;
  detail: string;
  /** JSON Pointer into the operation, such as `/data/title`; empty if the operation as a whole is refused. */
  pointer: string;
}

/** The reasons for which Haven refuses a batch, by the index of the operation. */
export type Failures = ReadonlyMap<number, readonly Failure[]>;

const POINTER = /^\/operations\/(\d+)(.*)$/su;

/** Returns the failures in an error, or undefined if it is not about operations of the batch. */
export function failuresOf(error: unknown): Failures | undefined {
  if (!(error instanceof HavenError)) return undefined;
  const { code, message, errors, problem } = error;
  const all = errors.length > 0 ? errors : [{ code, detail: message, pointer: '' }];
  const found = new Map<number, Failure[]>();
  for (const { code: reason, detail, pointer } of all) {
    const [, position = problem.index, within = ''] = POINTER.exec(pointer) ?? [];
    if (position === undefined) return undefined;
    const index = Number(position);
    const failure = { code: reason, detail: detail.replace(/^Operation \d+: /, ''), pointer: within };
    found.set(index, [...(found.get(index) ?? []), failure]);
  }
  return found;
}

const CONFLICTS = new Set(['VERSION_CONFLICT', 'NOT_FOUND', 'ALREADY_EXISTS']);

/** Whether the record of the operation has changed since the user read it. */
export function isConflict({ code, pointer }: Failure): boolean {
  return pointer === '' && CONFLICTS.has(code);
}
