/** Identifies the record to which a link leads. */
export interface LinkTarget {
  readonly collectionId: number;
  readonly id: string;
}

/** Finds and locks the records to which links lead. */
export abstract class LinkTargets {
  /**
   * Locks those of the records that are not deleted, so that they cannot be deleted until the open transaction ends.
   * Other changes of these records, and other transactions that link to them, do not wait. Returns the records that do
   * not exist.
   */
  abstract lock(targets: readonly LinkTarget[]): Promise<LinkTarget[]>;
}
