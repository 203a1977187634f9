import type { Page } from 'playwright-core';

/** A file that a page has written through the File System Access API. */
interface SavedFile {
  name: string;
  state: 'open' | 'closed' | 'aborted';
  text: string;
  writes: number;
  /** Bytes that the page has read from the response. */
  read: number;
}

/** The state of the replaced dialog, a global variable of the page. */
interface Saving {
  name: string;
  state: SavedFile['state'];
  chunks: Uint8Array<ArrayBuffer>[];
  read: number;
  resume(): void;
}

/**
 * Replaces the dialog in which the user chooses where to save a file, and counts the bytes of exports that the page
 * reads. Writing takes until `resumeSaving` if it is held.
 */
export function replaceSaveDialog(page: Page, { isHeld }: { isHeld: boolean }): Promise<void> {
  return page.evaluate((waits) => {
    const resumed = Promise.withResolvers<void>();
    if (!waits) resumed.resolve();
    const saving: Saving = { name: '', state: 'open', chunks: [], read: 0, resume: resumed.resolve };
    const createWritable = async () =>
      new WritableStream<Uint8Array<ArrayBuffer>>({
        write: async (chunk) => {
          saving.chunks.push(chunk);
          await resumed.promise;
        },
        close: () => void (saving.state = 'closed'),
        abort: () => void (saving.state = 'aborted'),
      });
    const showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) => {
      saving.name = suggestedName;
      return { createWritable };
    };
    const send = globalThis.fetch;
    const fetch: typeof send = async (...request) => {
      const response = await send(...request);
      if (!response.body || !response.url.includes('/export')) return response;
      const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, output) => {
          saving.read += chunk.byteLength;
          output.enqueue(chunk);
        },
      });
      return new Response(response.body.pipeThrough(counter), response);
    };
    Object.assign(globalThis, { saving, showSaveFilePicker, fetch });
  }, isHeld);
}

/** Removes the dialog, as in browsers that do not have the API. */
export function removeSaveDialog(page: Page): Promise<void> {
  return page.evaluate(() => void Object.assign(globalThis, { showSaveFilePicker: undefined }));
}

export function resumeSaving(page: Page): Promise<void> {
  return page.evaluate(() => (globalThis as unknown as { saving: Saving }).saving.resume()); // defined above
}

export function savedFile(page: Page): Promise<SavedFile> {
  return page.evaluate(async () => {
    const { name, state, chunks, read } = (globalThis as unknown as { saving: Saving }).saving; // defined above
    return { name, state, read, writes: chunks.length, text: await new Blob(chunks).text() };
  });
}
