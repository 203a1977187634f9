/** What a collection says about its records: whether they may be answered from memory, and when it last chose otherwise; null: never. */
interface Choice {
  readonly cacheRecords: boolean;
  readonly cacheChangedAt: Date | null;
}

/** So long after a choice every process knows of it, though their clocks differ by some seconds. */
const SETTLED_MS = 10_000;

/** Whether records may be answered from memory: every process tells positions by now. */
export function mayRemember(choice: Choice): boolean {
  return choice.cacheRecords && isSettled(choice);
}

/** Whether some process may answer records from memory: one that has not heard yet that it must not any more, too. */
export function mayBeRemembered(choice: Choice): boolean {
  return choice.cacheRecords || !isSettled(choice);
}

function isSettled({ cacheChangedAt }: Choice): boolean {
  return cacheChangedAt === null || Date.now() - cacheChangedAt.getTime() >= SETTLED_MS;
}
