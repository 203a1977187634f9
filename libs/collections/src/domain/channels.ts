/** Name of the channel on which work for the background job that builds and drops indexes is announced. */
export const INDEX_BUILDS_CHANNEL = 'haven_index_builds';
