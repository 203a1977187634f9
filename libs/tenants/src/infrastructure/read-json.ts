/** Far more than keys need. */
const MOST_BYTES = 1_048_576;

/** The JSON at an address that was configured. Follows no redirects: nobody else is to say where to ask. */
export async function readJson(address: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(address, { signal, redirect: 'error', headers: { accept: 'application/json' } });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MOST_BYTES) throw new Error(`${address} answers more than ${MOST_BYTES} bytes`);
    parts.push(part);
  }
  if (response.status !== 200) throw new Error(`${address} answers ${response.status}`);
  return JSON.parse(Buffer.concat(parts).toString()) as unknown;
}
