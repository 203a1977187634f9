import type { ErrorCode } from '@haven/kernel';

/** One operation as both doors spell it. `same` picks what must be equal of a GraphQL answer in REST's form. */
export interface Row {
  rest: [method: string, path: string, body?: unknown, headers?: Record<string, string>];
  graphql: [query: string, variables?: Record<string, unknown>];
  same?: (data: any) => unknown;
  /** The code of the catalogue both must answer, where the row is about that one. */
  code?: ErrorCode;
  /** Where in the input both must say that it is wrong. */
  pointer?: string;
  /** The `Idempotency-Key` it comes with. */
  key?: string;
  /** What came before it with the same key. */
  earlier?: Pick<Row, 'rest' | 'graphql'>;
}

export const first = (data: any): unknown => Object.values(data)[0];
export const page = (data: any): unknown => (first(data) as any).edges.map(({ node }: any) => node);
export const nothing = (): unknown => '';
