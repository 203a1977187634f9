/** Name under which `@Operation` hands over the examples of request bodies to {@link withBodyExamples}. */
export const EXAMPLES = 'x-body-examples';

type Content = Record<string, { example?: unknown }>;
type Described = {
  requestBody?: { content: Content };
  [EXAMPLES]?: { example?: unknown; examples?: Record<string, unknown> };
};

/** Moves the examples that operations declare into their request bodies. Changes the document. */
export function withBodyExamples<T extends { paths: object }>(document: T): T {
  for (const item of Object.values(document.paths)) {
    for (const operation of Object.values(item as object) as Described[]) {
      const { [EXAMPLES]: declared, requestBody } = operation;
      if (!declared) continue;
      delete operation[EXAMPLES];
      for (const [type, content] of Object.entries(requestBody?.content ?? {})) {
        content.example = declared.examples?.[type] ?? declared.example;
      }
    }
  }
  return document;
}
