/** Returns the text of a section of the changelog, such as `Unreleased` or `0.2.0`, without its heading. */
export function sectionOf(changelog: string, version: string): string | undefined {
  const heading = /^## \[([^\]]+)\].*$/gm;
  for (let match = heading.exec(changelog); match; match = heading.exec(changelog)) {
    if (match[1] !== version) continue;
    const rest = changelog.slice(heading.lastIndex);
    const end = rest.search(/^## \[|^\[[^\]]+\]: /m);
    return (end === -1 ? rest : rest.slice(0, end)).trim();
  }
  return undefined;
}

/** Returns the names in backticks in those list items of a section that begin with `**Breaking:**`. */
export function admittedNames(section: string): string[] {
  const items = section.split(/^- /m).filter((item) => item.startsWith('**Breaking:**'));
  return items.flatMap((item) => [...item.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replaceAll(/\s+/g, ' ')));
}

/** Whether a name admits a change: it is the name of the changed thing, or of something that contains it. */
export function admits(admitted: string, changed: string): boolean {
  return changed === admitted || (changed.startsWith(admitted) && /^[.\s[]/.test(changed.slice(admitted.length)));
}
