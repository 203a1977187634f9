/** Returns a value that the server has put into the page. */
function metaOf(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';
}

/** The path below which Haven is reached, such as `/haven`; empty if it is the root. */
export const prefix = metaOf('haven-origin');

/** The value that style elements need: the policy of the page allows no others. */
export const styleNonce = metaOf('style-nonce');

// Read by `get-nonce`, with which Mantine's dialogs create their style elements.
Object.assign(globalThis, { __webpack_nonce__: styleNonce });
