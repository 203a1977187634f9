import { download } from '../../ui/download.js';

/** Where a file is written to. */
export interface FileTarget {
  /** Writes all bytes of the stream. If the stream fails, there is no file. */
  write(stream: ReadableStream<Uint8Array<ArrayBuffer>>, signal: AbortSignal): Promise<void>;
}

/** The File System Access API, which not all browsers have. */
interface SavePicker {
  showSaveFilePicker?(options: { suggestedName: string }): Promise<FileSystemFileHandle>;
}

/**
 * Asks where to save a file, and returns where to write it: to the disk, as it arrives, or in browsers that cannot do
 * that, to a download when all of it has arrived. Returns null if the user cancels. Call it in the handler of a click.
 */
export async function chooseFile(name: string): Promise<FileTarget | null> {
  const { showSaveFilePicker } = globalThis as SavePicker; // the types of TypeScript do not have it
  if (!showSaveFilePicker) return downloadTarget(name);
  try {
    const handle = await showSaveFilePicker({ suggestedName: name });
    return {
      write: async (stream, signal) => stream.pipeTo(await handle.createWritable(), { signal }),
    };
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    return downloadTarget(name); // the page may be in a frame that is not allowed to ask
  }
}

function downloadTarget(name: string): FileTarget {
  return {
    write: async (stream, signal) => {
      const blob = await new Response(stream).blob();
      signal.throwIfAborted();
      download(blob, name);
    },
  };
}

/** Returns a name without the characters that file systems refuse. */
export function fileName(collection: string, extension: string): string {
  return `${collection.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '-')}.${extension}`;
}
