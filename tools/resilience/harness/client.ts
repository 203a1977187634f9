import { Agent } from 'undici';

/** Longer than Haven may take to answer anything; whoever is not answered by then was left hanging. */
const PATIENCE_MS = 15_000;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends requests over connections that it keeps, and tells what came of each; never fails, never tries again. */
export class Client {
  #agent = new Agent({
    connections: 64,
    headersTimeout: PATIENCE_MS,
    bodyTimeout: PATIENCE_MS,
    connect: { timeout: PATIENCE_MS },
  });

  /** Status 0 is no answer; `code` then says why, else it is the code of the problem or GraphQL error, if it is one. */
  async send(origin, { method = 'POST', path, headers = JSON_TYPE, body }, key) {
    const at = performance.now();
    const all = key ? { ...headers, 'idempotency-key': key } : headers;
    try {
      const answer = await this.#agent.request({
        origin,
        method,
        path,
        headers: all,
        body: body && JSON.stringify(body),
      });
      const text = await answer.body.text();
      const json = parsed(text);
      const took = performance.now() - at;
      const code = json?.errors?.[0]?.extensions?.code ?? json?.code;
      const ok = answer.statusCode >= 200 && answer.statusCode < 300 && !json?.errors;
      const retryAfter = answer.headers['retry-after'] ?? json?.errors?.[0]?.extensions?.retryAfter;
      return {
        at,
        took,
        status: answer.statusCode,
        code,
        ok,
        retryAfter,
        json,
        replayed: answer.headers['idempotency-replayed'],
      };
    } catch (error) {
      return { at, took: performance.now() - at, status: 0, code: error.code ?? error.name, ok: false };
    }
  }

  /** The answer's JSON, where a scenario can not go on without it. */
  async must(origin, request) {
    const { ok, status, json, code } = await this.send(origin, request);
    if (!ok) throw new Error(`${request.path}: ${status} ${code} ${JSON.stringify(json)}`);
    return json;
  }

  close() {
    return this.#agent.destroy();
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
