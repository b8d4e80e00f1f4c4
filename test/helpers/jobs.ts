import type { Job } from '../../lib/store/retrieval-store.js'

/** A finished job for the archive `a` of 100 bytes. */
export function jobWith(more: Partial<Job> = {}): Job {
  return {
    jobId: 'job',
    action: 'ArchiveRetrieval',
    status: 'Succeeded',
    statusMessage: undefined,
    description: undefined,
    creationDate: '2026-01-01T20:00:00.000Z',
    completionDate: '2026-01-02T00:00:00.000Z',
    tier: 'Standard',
    archiveId: 'a',
    archiveSize: 100,
    archiveHash: 'aa',
    range: { start: 0, end: 100 },
    hash: 'bb',
    inventorySize: undefined,
    inventory: undefined,
    ...more,
  }
}
