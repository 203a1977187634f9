/** Returns the beginning of a value as JSON. It reads no more of the value than it shows. */
export function preview(value: unknown, length = 120): string {
  const text = print(value, length + 1);
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

function print(value: unknown, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.length > room ? value.slice(0, room) : value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${join(value, (item, left) => print(item, left), room)}]`;
  return `{${join(Object.keys(value), (name, left) => printMember(value, name, left), room)}}`;
}

function printMember(value: object, name: string, room: number): string {
  const member: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return `${print(name, room)}: ${print(member, room)}`;
}

/** Joins items until they are longer than what is shown. */
function join<Item>(items: readonly Item[], printItem: (item: Item, room: number) => string, room: number): string {
  let text = '';
  for (const item of items) {
    if (text.length > room) break;
    text += `${text === '' ? '' : ', '}${printItem(item, room - text.length)}`;
  }
  return text;
}
