/** Maximum size of a response, in bytes. Key sets are far smaller. */
const MAX_BYTES = 1_048_576;

/** Fetches JSON from a configured URL. Follows no redirects, so that only the configuration decides what is fetched. */
export async function readJson(url: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error(`${url} returned more than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  if (response.status !== 200) throw new Error(`${url} returned status ${response.status}`);
  return JSON.parse(Buffer.concat(parts).toString()) as unknown;
}
