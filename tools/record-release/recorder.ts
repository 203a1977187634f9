/** Those members of all responses that the recorder itself uses. A response has some of them. */
export interface ResponseBody {
  id: string;
  token: string;
  secret: string;
  createdAt: string;
  nextCursor: string;
  lastSeq: number;
  code: string;
  items: { id: string; cursor: string; record: { data: { android?: boolean } } | null }[];
  errors?: unknown[];
  data: { createRecord: { id: string }; records: { pageInfo: { endCursor: string } } };
}

/** A request of a client, and the members of the response that the client relies on. */
export interface Exchange {
  name: string;
  /** Name of the key that authenticates the request. */
  key: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: unknown;
  status: number;
  etag?: string;
  /** The body of the response, or of a problem only its code. */
  response: unknown;
}

interface SendOptions {
  key?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

interface Received {
  status: number;
  etag: string | null;
  response: ResponseBody;
}

/** Sends requests to a Haven server as several clients, and records some of them with their responses. */
export class Recorder {
  readonly keys: Record<string, string>;
  readonly reads: Exchange[] = [];
  readonly retries: Exchange[] = [];
  readonly #origin: string;

  constructor(origin: string, keys: Record<string, string>) {
    this.#origin = origin;
    this.keys = keys;
  }

  /** Records a request that has no effect. Its response must stay the same. */
  async read(name: string, method: string, path: string, options: SendOptions = {}): Promise<ResponseBody> {
    return this.#record(this.reads, name, method, path, options);
  }

  async readGraphql(name: string, query: string, variables: object, options: SendOptions = {}): Promise<ResponseBody> {
    return this.read(name, 'POST', '/graphql', { ...options, body: { query, variables } });
  }

  /** Records a request with an `Idempotency-Key`. If it is repeated, its response must be the stored one. */
  async retryable(name: string, method: string, path: string, options: SendOptions = {}): Promise<ResponseBody> {
    const headers = { ...options.headers, 'Idempotency-Key': name };
    return this.#record(this.retries, name, method, path, { ...options, headers });
  }

  /** Sends a request that must succeed, and returns the body of the response. */
  async write(method: string, path: string, body?: unknown, options: SendOptions = {}): Promise<ResponseBody> {
    const { status, response } = await this.#send(method, path, { ...options, body });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(response)}`);
    return response;
  }

  async graphql(query: string, variables: object): Promise<ResponseBody['data']> {
    const { data, errors } = await this.write('POST', '/graphql', { query, variables });
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async #record(
    list: Exchange[],
    name: string,
    method: string,
    path: string,
    options: SendOptions,
  ): Promise<ResponseBody> {
    const { key = 'shop', headers = {}, body } = options;
    const { status, etag, response } = await this.#send(method, path, options);
    list.push({
      name,
      key,
      method,
      path,
      headers,
      ...(body !== undefined && { body }),
      status,
      ...(etag !== null && { etag }),
      response: status >= 400 ? { code: response.code } : response,
    });
    return response;
  }

  async #send(method: string, path: string, { key = 'shop', headers = {}, body }: SendOptions): Promise<Received> {
    const isText = typeof body === 'string';
    const response = await fetch(this.#origin + path, {
      method,
      headers: {
        authorization: `Bearer ${this.keys[key]}`,
        ...(body !== undefined && { 'content-type': isText ? 'application/x-ndjson' : 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      etag: response.headers.get('etag'),
      response: JSON.parse(text || 'null') as ResponseBody, // the caller uses only members that this response has
    };
  }
}
