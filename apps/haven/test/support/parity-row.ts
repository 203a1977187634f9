import type { ErrorCode } from '@haven/kernel';

/** One operation in both APIs. `same` selects the part of the GraphQL data that must equal the REST body. */
export interface Row {
  rest: [method: string, path: string, body?: unknown, headers?: Record<string, string>];
  graphql: [query: string, variables?: Record<string, unknown>];
  same?: (data: any) => unknown;
  /** The error code that both must return, if the row expects a particular one. */
  code?: ErrorCode;
  /** The pointer to the invalid input that both must return. */
  pointer?: string;
  /** The `Idempotency-Key` of the request. */
  key?: string;
  /** A request that is sent first, with the same key. */
  earlier?: Pick<Row, 'rest' | 'graphql'>;
}

export const first = (data: any): unknown => Object.values(data)[0];
export const page = (data: any): unknown => (first(data) as any).edges.map(({ node }: any) => node);
export const nothing = (): unknown => '';
