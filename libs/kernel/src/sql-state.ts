/** Returns the SQLSTATE or system error code of a driver's error, whether TypeORM has wrapped it or not. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code: unknown = Reflect.get(error, 'code') ?? Reflect.get(Reflect.get(error, 'driverError') ?? {}, 'code');
  return typeof code === 'string' ? code : undefined;
}
