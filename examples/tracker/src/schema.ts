/** The columns of the board, in their order. */
export const STATES = { todo: 'To do', doing: 'In progress', done: 'Done' } as const;

export type State = keyof typeof STATES;

export interface Issue {
  title: string;
  state: State;
}

/** The collections of the tracker, for the client. `npx haven types` writes such an interface for all collections. */
export interface Schema {
  issues: { record: Issue };
}

/** The same as JSON Schema, by which Haven checks what is stored. */
const ISSUE_SCHEMA = {
  title: 'Issue',
  type: 'object',
  required: ['title', 'state'],
  additionalProperties: false,
  properties: {
    title: { type: 'string', minLength: 1, maxLength: 200 },
    state: { enum: Object.keys(STATES) },
  },
};

/** The settings of the collection. The index makes counts by state and month fast, however many issues there are. */
const ISSUES = {
  schema: ISSUE_SCHEMA,
  indexes: [{ paths: ['state', '$createdAt'] }],
  search: { paths: ['title'] },
};

/** Creates the collection if it does not exist, and declares search if it does not have it yet. */
export async function createCollections(url: string): Promise<void> {
  const path = `${url}/api/v1/collections/issues`;
  const found = await fetch(path);
  if (found.ok && (await found.json()).search) return;
  const response = await fetch(path, {
    method: found.ok ? 'PATCH' : 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(ISSUES),
  });
  if (!response.ok) throw new Error(await response.text());
}
