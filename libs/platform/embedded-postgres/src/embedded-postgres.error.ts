/** The embedded PostgreSQL cannot run. The message is one sentence that says what the operator can do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** Translates an error of the file system into a message for the operator. Returns other errors unchanged. */
export function explain(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || error instanceof EmbeddedPostgresError) return error;
  const { code, path = dataDir } = error as NodeJS.ErrnoException; // both undefined in other errors
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EmbeddedPostgresError(
        `Haven may not write to ${path} (${code}); ` +
          'make it writable for the user that runs Haven, or set HAVEN_DATA_DIR to another directory.',
        { cause: error },
      );
    case 'EEXIST':
    case 'ENOTDIR':
      return new EmbeddedPostgresError(
        `The data directory ${dataDir} is not a directory; set HAVEN_DATA_DIR to another path.`,
        { cause: error },
      );
    default:
      return error;
  }
}

/** Creates the error for a program that failed. Its output reveals whether the disk is full. */
export function failure(sentence: string, output: string, dataDir: string): EmbeddedPostgresError {
  if (output.includes('No space left on device') || output.includes('Disk quota exceeded'))
    return diskFull(dataDir, output);
  return new EmbeddedPostgresError(output === '' ? sentence : `${sentence}\n${output}`);
}

function diskFull(path: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The disk that holds ${path} is full; free some space, or set HAVEN_DATA_DIR to a directory on another disk.`,
    { cause },
  );
}
