/** Length from which lines are not wrapped: the browser would need seconds to find out where. */
const UNWRAPPED = 50_000;

/** Returns properties of an input for a long text. Its spelling is not checked, which would block the page. */
export function longTextProps({ length }: string) {
  return { spellCheck: false, autoCorrect: 'off', wrap: length > UNWRAPPED ? 'off' : undefined };
}
