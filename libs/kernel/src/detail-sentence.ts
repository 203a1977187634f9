/** Matches a text about a value that does not name the value: `must be a string`, `Has more than 5 members`. */
const WITHOUT_SUBJECT =
  /^(?:must|is|are|has|have|exceeds|names|refers|nests|requires|cannot|should|needs|contains|does|may)\b/i;

/** Longest name that is repeated in a message. */
const LONGEST_NAME = 60;

/**
 * Returns a whole sentence about the value at `pointer`. If `text` does not name the value, it becomes the subject:
 * ``detailSentence('/in/0', 'must be a string')`` returns "`in[0]` must be a string.".
 */
export function detailSentence(pointer: string, text: string): string {
  const rest = WITHOUT_SUBJECT.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : undefined;
  const sentence = rest === undefined ? text : `${subjectOf(pointer)} ${rest}`;
  return /[.?!]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** Returns the name of the value at `pointer`: that of its nearest member, with the index of an element of an array. */
function subjectOf(pointer: string): string {
  const path = /\/([^/]*)((?:\/\d+)*)$/.exec(pointer);
  if (!path) return 'The value';
  const [, token = '', indexes = ''] = path;
  const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
  if (name.length > LONGEST_NAME || name.includes('`')) return 'This member';
  return `\`${name}${indexes.replaceAll(/\/(\d+)/g, '[$1]')}\``;
}
