/** A change of an API that can break a client. */
export interface BreakingChange {
  api: 'OpenAPI' | 'GraphQL';
  /** Name of the changed thing, by which the changelog admits the change, such as `Record.version`. */
  name: string;
  /** Description of the change: a sentence without its subject, such as "was removed". */
  change: string;
}
