import { setTimeout } from 'node:timers/promises';

import { initGraphQLTada } from 'gql.tada';
import type { ResultOf, TadaDocumentNode } from 'gql.tada';
import { print } from 'graphql';

import type { introspection } from './generated/graphql.js';
import type { components } from './generated/openapi.js';

type JsonObject = Record<string, unknown>;

const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; JSON: unknown; JSONObject: JsonObject };
}>();

/** An error in a GraphQL response. Its codes are the same as in REST. */
interface ResponseError {
  message: string;
  path?: string[];
  extensions: {
    code: components['schemas']['Problem']['code'];
    errors?: { code: string; detail: string; pointer: string }[];
  };
}

/** Thrown for an error in the response; `responseError.extensions.code` states the reason. */
export class HavenError extends Error {
  readonly responseError: ResponseError;

  constructor(responseError: ResponseError) {
    super(responseError.message);
    this.responseError = responseError;
  }
}

const Read = graphql(`
  query Read($collection: String!, $id: ID!) {
    record(collection: $collection, id: $id) {
      version
      data
    }
  }
`);

const Replace = graphql(`
  mutation Replace($collection: String!, $id: ID!, $data: JSONObject!, $expectedVersion: Int!) {
    replaceRecord(collection: $collection, id: $id, data: $data, expectedVersion: $expectedVersion) {
      version
      data
    }
  }
`);

const List = graphql(`
  query List($collection: String!, $filter: JSON!, $after: String) {
    records(collection: $collection, filter: $filter, sort: ["title"], first: 2, after: $after) {
      edges {
        node {
          data
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

const Collection = graphql(`
  mutation Collection($name: String!, $input: CollectionSettings!) {
    replaceCollection(name: $name, input: $input) {
      revision
    }
  }
`);

const Create = graphql(`
  mutation Create($collection: String!, $data: JSONObject!) {
    createRecord(collection: $collection, data: $data) {
      id
    }
  }
`);

const Drop = graphql(`
  mutation Drop($name: String!) {
    deleteCollection(name: $name, cascade: true)
  }
`);

/** The result of an operation without errors. Every root field can be null, but only if there is an error for it. */
type Succeeded<Result> = { [Field in keyof Result]: NonNullable<Result[Field]> };

/** Sends a document with its variables. Variables and result are typed by the schema. */
async function ask<Result, Variables>(
  url: string,
  document: TadaDocumentNode<Result, Variables>,
  variables: Variables,
): Promise<Succeeded<Result>> {
  const response = await fetch(new URL('/graphql', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = (await response.json()) as { data: Succeeded<Result>; errors?: ResponseError[] };
  if (errors?.[0]) throw new HavenError(errors[0]);
  return data;
}

/** Changes a record by a function of its current data. Retries if another client changed it in the meantime. */
export async function update(
  url: string,
  target: { collection: string; id: string },
  change: (data: JsonObject) => JsonObject,
): Promise<Succeeded<ResultOf<typeof Replace>>['replaceRecord']> {
  for (let attempt = 1; ; attempt += 1) {
    const { record } = await ask(url, Read, target);
    const variables = { ...target, data: change(record.data), expectedVersion: record.version };
    try {
      return (await ask(url, Replace, variables)).replaceRecord;
    } catch (error) {
      const isConflict = error instanceof HavenError && error.responseError.extensions.code === 'VERSION_CONFLICT';
      if (!isConflict || attempt === 20) throw error;
      await setTimeout(Math.random() * 20); // random, so that two clients do not collide again
    }
  }
}

/** Yields all documents that match the filter, page by page. */
export async function* everyDocument(url: string, collection: string, filter: JsonObject) {
  let after: string | null = null;
  do {
    const { records }: Succeeded<ResultOf<typeof List>> = await ask(url, List, { collection, filter, after });
    for (const { node } of records.edges) yield node.data;
    after = records.pageInfo.hasNextPage ? records.pageInfo.endCursor : null;
  } while (after !== null);
}

/** Creates a collection, changes a record ten times concurrently, reads all pages of a list, and causes an error. */
export async function tour(url: string) {
  const collection = 'example-graphql';
  const schema = { type: 'object', required: ['title'], properties: { views: { type: 'integer' } } };
  await ask(url, Collection, { name: collection, input: { schema } });

  const ids: string[] = [];
  for (const title of ['Alien', 'Amélie', 'Heat', 'Metropolis', 'Parasite']) {
    const { createRecord } = await ask(url, Create, { collection, data: { title, views: 0 } });
    ids.push(createRecord.id);
  }

  const target = { collection, id: ids[0] ?? '' };
  const once = () => update(url, target, (data) => ({ ...data, views: Number(data['views']) + 1 }));
  await Promise.all(Array.from({ length: 10 }, once));
  const { data: alien, version } = await update(url, target, (data) => ({ ...data, seen: true }));

  const titles: unknown[] = [];
  for await (const data of everyDocument(url, collection, { title: { _gte: 'B' } })) titles.push(data['title']);

  const refused = await update(url, target, () => ({ views: 'many' })).catch((error: unknown) => {
    if (error instanceof HavenError && error.responseError.extensions.code === 'SCHEMA_VIOLATION') {
      return error.responseError.extensions.errors?.map(({ pointer, detail }) => `${pointer}: ${detail}`);
    }
    throw error;
  });

  await ask(url, Drop, { name: collection });
  return { alien, version, titles, refused };
}

if (process.argv[1] === import.meta.filename) {
  console.log(JSON.stringify(await tour(process.argv[2] ?? 'http://localhost:8080'), null, 2));
}
