import type { GuideRequest } from './guide-request.js';

/** Matches the command that indents JSON, which is not a part of the request. */
const INDENT = / *(?:\\\n *)?\| npx haven json/;

/** Matches a word of a command. The guide quotes whole words only. */
const WORD = /'([^']*)'|"([^"]*)"|[^\s\\'"]+/g;

/**
 * Parses a `curl` command of the guide. Undefined if it is another command, reads variables of the shell, or has
 * options other than those of a single request, such as `-N` for streams.
 */
export function curlRequestOf(block: string): GuideRequest | undefined {
  const [, command = '', document = ''] =
    /^(curl .*?)(?: <<'JSON'\n(.*)\nJSON)?$/s.exec(block.trim().replace(INDENT, '')) ?? [];
  const words = [...command.matchAll(WORD)].map(([word, single, double]) => single ?? double ?? word);
  if (words.length === 0 || command.includes('$')) return undefined;
  const read: Reading = { headers: {}, data: [], document };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === 'curl' || /^-[si]+$/.test(word)) continue;
    if (/^-s?G$/.test(word)) read.isQuery = true;
    else if (!word.startsWith('-')) read.target = word.replace(/^localhost:8080/, '');
    else if (!readOption(read, word, words.shift() ?? '')) return undefined;
  }
  return requestOf(read);
}

/** A command, as far as it is read. */
interface Reading {
  target?: string;
  method?: string;
  headers: Record<string, string>;
  data: string[];
  /** The text that the command reads from its input. */
  document: string;
  /** Whether the data is the query string (`-G`). */
  isQuery?: boolean;
}

/** Reads an option with a value. Returns whether it is known. */
function readOption(read: Reading, option: string, value: string): boolean {
  const [, name = '', rest = ''] = /^([^:=]*)[:=] ?(.*)$/s.exec(value) ?? [];
  if (option === '-X') read.method = value;
  else if (option === '-H') read.headers[name] = rest;
  else if (option === '--data-urlencode') read.data.push(`${name}=${encodeURIComponent(rest)}`);
  else if (option === '-d') read.data.push(value === '@-' ? read.document : value);
  else return false;
  return true;
}

function requestOf({ target = '', method, headers, data, isQuery = false }: Reading): GuideRequest {
  const content = data.join('&');
  if (isQuery) return { method: method ?? 'GET', target: `${target}?${content}`, headers, body: '' };
  return { method: method ?? (content === '' ? 'GET' : 'POST'), target, headers, body: content };
}
