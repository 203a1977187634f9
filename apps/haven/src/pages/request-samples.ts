import { parse, print } from 'graphql';

import { curlRequestOf } from './curl-request.js';
import { graphqlOf } from './graphql-sample.js';
import { graphqlBlockAsHttp, guideRequestOf } from './guide-request.js';
import type { GuideRequest } from './guide-request.js';

/** The same request in another notation. */
export interface Sample {
  label: 'HTTP' | 'curl' | 'TypeScript' | 'GraphQL';
  language: string;
  code: string;
}

const ORIGIN = 'http://localhost:8080';

/**
 * Returns a request of the guide as it is written, in HTTP, for curl or as a GraphQL document, and in the other
 * notations. Undefined if the block is no request.
 */
export function notationsOf(language: string, code: string): Sample[] | undefined {
  if (language === 'graphql') return graphqlNotationsOf(code);
  const inHttp = language === 'http' ? guideRequestOf(code) : undefined;
  if (inHttp) return [{ label: 'HTTP', language, code }, ...samplesOf(inHttp)];
  const forCurl = language === 'sh' ? curlRequestOf(code) : undefined;
  if (!forCurl) return undefined;
  return [{ label: 'curl', language, code }, ...samplesOf(forCurl).filter(({ label }) => label !== 'curl')];
}

function graphqlNotationsOf(code: string): Sample[] | undefined {
  const text = graphqlBlockAsHttp(code);
  const request = text === undefined ? undefined : guideRequestOf(text);
  if (!request) return undefined;
  const others = samplesOf(request).filter(({ label }) => label !== 'GraphQL');
  return [{ label: 'GraphQL', language: 'graphql', code }, ...others];
}

/** Returns the request for curl, for TypeScript and, if GraphQL has the operation, as a GraphQL document. */
export function samplesOf(request: GuideRequest): Sample[] {
  const document = documentFor(request);
  return [
    { label: 'curl', language: 'sh', code: curlOf(request) },
    { label: 'TypeScript', language: 'ts', code: typescriptOf(request) },
    ...(document === undefined ? [] : [{ label: 'GraphQL', language: 'graphql', code: document } as const]),
  ];
}

function curlOf({ method, target, headers, body }: GuideRequest): string {
  // Placeholders such as {{id}} are to be replaced by the reader.
  const url = quoted(encodeURI(ORIGIN + target).replaceAll(/%7B%7B(\w+)%7D%7D/g, '{{$1}}'));
  const parts = [
    method === 'GET' || (method === 'POST' && body !== '') ? `curl ${url}` : `curl -X ${method} ${url}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === '' ? [] : [`${body.includes('\n') ? '--data-binary' : '-d'} ${quoted(body)}`]),
  ];
  return parts.join(' \\\n  ');
}

/** Quotes text for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function typescriptOf({ method, target, headers, body }: GuideRequest): string {
  const isJson = Object.values(headers).some((value) => /[/+]json$/.test(value));
  const content = isJson ? `JSON.stringify(${literalOf(body)})` : `\`${body.replaceAll('`', '\\`')}\``;
  const options = [
    ...(method === 'GET' ? [] : [`  method: ${JSON.stringify(method)},`]),
    ...(Object.keys(headers).length === 0 ? [] : [`  headers: ${spaced(headers)},`]),
    ...(body === '' ? [] : [`  body: ${content},`]),
  ];
  const second = options.length === 0 ? '' : `, {\n${options.join('\n')}\n}`;
  return `const response = await fetch(${JSON.stringify(ORIGIN + target)}${second});\nconst content = await response.text();`;
}

/** Returns JSON as a literal of TypeScript, whose members have quotes only if necessary. */
function literalOf(json: string): string {
  return json
    .trim()
    .replaceAll(/"([a-z_$][\w$]*)":/gi, '$1:')
    .replaceAll('\n', '\n  ');
}

function spaced(object: object): string {
  return `{ ${Object.entries(object)
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(', ')} }`;
}

/** Returns the GraphQL document of a request, with its variables as an editor for GraphQL shows them. */
function documentFor(request: GuideRequest): string | undefined {
  const { document, variables = {} } = graphqlRequestOf(request) ?? {};
  if (document === undefined || Object.keys(variables).length === 0) return document;
  return `${document}\n\n# variables\n${JSON.stringify(variables, null, 2)}`;
}

/** Returns the request as a GraphQL document and variables; undefined if GraphQL cannot express it. */
export function graphqlRequestOf(request: GuideRequest): { document: string; variables?: object } | undefined {
  if (request.target !== '/graphql') return isNotJson(request) ? undefined : graphqlOf(request);
  const { query, variables } = JSON.parse(request.body) as { query?: string; variables?: object }; // tests execute it
  return query === undefined ? undefined : { document: print(parse(query)), ...(variables && { variables }) };
}

function isNotJson({ headers }: GuideRequest): boolean {
  const type = headers['Content-Type'];
  return type !== undefined && !/[/+]json$/.test(type);
}
