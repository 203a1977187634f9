/** Name under which `@Operation` hands over what it declares about request bodies to {@link withBodies}. */
export const BODIES = 'x-bodies';

/** Examples and schemas of a request body. Those for a media type replace the ones for all media types. */
export interface DeclaredBodies {
  example?: unknown;
  examples?: Readonly<Record<string, unknown>>;
  schemas?: Readonly<Record<string, object>>;
}

type Content = Record<string, { schema?: unknown; example?: unknown }>;
type Described = { requestBody?: { content: Content }; [BODIES]?: DeclaredBodies };

/** Moves the examples and schemas that operations declare into their request bodies. Changes the document. */
export function withBodies<T extends { paths: object }>(document: T): T {
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item as object) as Described[]) {
      const { [BODIES]: declared, requestBody } = operation;
      if (!declared) continue;
      delete operation[BODIES];
      for (const [type, content] of Object.entries(requestBody?.content ?? {})) {
        content.schema = declared.schemas?.[type] ?? content.schema;
        content.example = declared.examples?.[type] ?? declared.example;
      }
    }
  }
  return document;
}
