/** The facts about a request that the log contains. */
export interface LoggedRequest {
  readonly requestId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly tenant: string | undefined;
  readonly keyId: string | undefined;
  readonly address: string;
  readonly method: string;
  readonly route: string;
  readonly status: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number;
  readonly graphqlCost: number | undefined;
}

/** Matches text that JSON writes as it is. */
const PLAIN = /^[\w.:%/ -]*$/;

/** Returns the members of the line of a request as the text of JSON, which begins with a comma. */
export function requestLine(request: LoggedRequest): string {
  const { tenant, keyId, status, error, graphqlCost } = request;
  let line = `,"request_id":${quoted(request.requestId)},"trace_id":"${request.traceId}","span_id":"${request.spanId}"`;
  if (tenant !== undefined) line += `,"tenant":${quoted(tenant)}`;
  if (keyId !== undefined) line += `,"key_id":${quoted(keyId)}`;
  line += `,"client.address":${quoted(request.address)},"http.request.method":${quoted(request.method)}`;
  line += `,"http.route":${quoted(request.route)}`;
  if (status !== undefined) line += `,"http.response.status_code":${status}`;
  if (error !== undefined) line += `,"error.type":${quoted(error)}`;
  line += `,"duration_ms":${Math.round(request.milliseconds * 1_000) / 1_000}`;
  return graphqlCost === undefined ? line : `${line},"graphql.cost":${graphqlCost}`;
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
