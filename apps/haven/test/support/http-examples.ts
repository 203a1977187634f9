import { expect } from 'vitest';

/** A request of the guide and what its answer must have; a success if nothing is said. */
export interface HttpExample {
  request: Message;
  answer?: Message;
}

/** A request or an answer as it is written: the first line, headers, a blank line, the body. */
interface Message {
  text: string;
  start: string;
  headers: Record<string, string>;
  body: string;
}

/**
 * The examples of a page: each `http` block that begins with a method is a request, and one that begins with `HTTP/`
 * right after it is what comes back. Headers and members that the page leaves out may be there; a `"…"` stands for
 * any value, and `"{{name}}"` for one that later requests use.
 */
export function httpExamplesOf(markdown: string): HttpExample[] {
  const examples: HttpExample[] = [];
  for (const [, block = ''] of markdown.matchAll(/^```http\n(.*?)^```$/gms)) {
    const message = messageOf(block);
    const last = examples.at(-1);
    if (!message.start.startsWith('HTTP/')) examples.push({ request: message });
    else if (last && !last.answer) last.answer = message;
    else throw new Error(`An answer without a request: ${message.start}`);
  }
  return examples;
}

/** The requests of an `.http` file: split by `###`, with its `@variables` put in; a comment `# 412` names the status. */
export function requestsOf(file: string, host: string): HttpExample[] {
  const variables = new Map([...file.matchAll(/^@(\w+) *= *(.*)$/gm)].map(([, name, value]) => [name, value]));
  variables.set('host', host);
  return file.split(/^###.*$/m).flatMap((part) => {
    const text = part.replaceAll(/^(#|@).*\n/gm, '').trim();
    if (text === '') return [];
    const status = /^# (\d{3})\b/m.exec(part)?.[1];
    const request = messageOf(text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => variables.get(name) ?? whole));
    return [{ request, ...(status !== undefined && { answer: messageOf(`HTTP/1.1 ${status}`) }) }];
  });
}

/** Sends the requests one after the other and compares what comes back; `given` are names that they may use from the start. */
export async function play(
  examples: HttpExample[],
  url: string,
  given: Readonly<Record<string, string>> = {},
): Promise<void> {
  const known = new Map(Object.entries(given));
  for (const { request, answer } of examples) {
    const filled = messageOf(request.text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => known.get(name) ?? ''));
    const [, method = '', address = ''] = /^(\S+) (.*)$/.exec(filled.start) ?? [];
    const body = filled.body === '' ? undefined : filled.body;
    const response = await fetch(new URL(address, url), { method, headers: filled.headers, body });
    const type = response.headers.get('content-type') ?? '';
    const text = await response.text();
    const came = `${request.start}\n${response.status} ${text}`;
    if (!answer) {
      expect(response.ok && !text.startsWith('{"errors"'), came).toBe(true);
      continue;
    }
    expect(response.status, came).toBe(Number(answer.start.split(' ')[1]));
    for (const [name, value] of Object.entries(answer.headers)) expect(response.headers.get(name), came).toBe(value);
    if (answer.body === '') continue;
    const real = bodyOf(text, type);
    expect({ body: real }, came).toMatchObject({ body: settle(bodyOf(answer.body, type), real, known) });
  }
}

/** The shown value with the places that may be anything filled from the real one. */
function settle(shown: unknown, real: unknown, known: Map<string, string>): unknown {
  if (typeof shown === 'string') {
    const name = /^\{\{(\w+)\}\}$/.exec(shown)?.[1];
    if (name !== undefined) known.set(name, String(real));
    return name !== undefined || shown === '…' ? (real ?? expect.anything()) : shown;
  }
  if (typeof shown !== 'object' || shown === null) return shown;
  const at = (key: string | number): unknown => (real as Record<string | number, unknown> | null | undefined)?.[key];
  if (Array.isArray(shown)) return shown.map((item, index) => settle(item, at(index), known));
  return Object.fromEntries(Object.entries(shown).map(([key, value]) => [key, settle(value, at(key), known)]));
}

function messageOf(text: string): Message {
  const [, head = '', body = ''] = /^(.*?)(?:\n\n(.*))?$/s.exec(text.trim()) ?? [];
  const [start = '', ...lines] = head.split('\n');
  const headers = Object.fromEntries(lines.map((line) => /^(.*?): *(.*)$/.exec(line)?.slice(1) ?? [line, '']));
  return { text, start, headers, body };
}

function bodyOf(text: string, type: string): unknown {
  if (type.includes('ndjson'))
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  return type.includes('json') ? JSON.parse(text) : text;
}
