/** Why the embedded PostgreSQL can not run: one sentence for the operator that names the way out. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** Turns what the file system, initdb or the server said into the operator's sentence; anything else comes back as it is. */
export function explain(error: unknown, dataDir: string): unknown {
  if (!(error instanceof Error) || error instanceof EmbeddedPostgresError) return error;
  const { code, path = dataDir } = error as NodeJS.ErrnoException; // read only: an error without these members gives undefined
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new EmbeddedPostgresError(
        `Haven may not write to ${path} (${code}); make it writable for the user that runs Haven, or set HAVEN_DATA_DIR to another directory.`,
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

/** A program's failure as an error; a full disk is recognised in what it printed. */
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
