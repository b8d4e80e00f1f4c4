/** The promises of the README and of docs/architecture.md, and what tests each. */
import type { InvariantName } from '../../test/simulation/world/invariants.js'

/** A promise. */
export interface Promised {
  readonly promise: string
  /** The invariants of the simulation that fail when it is broken. */
  readonly invariants: readonly InvariantName[]
  /** The most direct tests outside of the simulation. */
  readonly tests: readonly string[]
  /** The milestones of the simulation at which the invariants were checked. */
  readonly milestones: readonly string[]
}

/** All promises. Each invariant belongs to one of them. */
export const PROMISES: readonly Promised[] = [
  {
    promise: 'Success is true: exactly these bytes are stored under the printed ID.',
    invariants: [
      ...(['a success is what the vault holds', 'a success is what the bucket holds'] as const),
      ...(['a success is confirmed', 'an archive ID has one hash', 'an object is of one source'] as const),
    ],
    tests: ['test/upload/completion.test.ts', 'test/upload/whole-archive.test.ts'],
    milestones: ['stream stored'],
  },
  {
    promise:
      'Nothing is lost: an archive that exists, or may exist, is in the catalog before success is reported.',
    invariants: [
      'a success is what the catalog says',
      'every archive is known to the catalog',
      'every object is known to the catalog',
      'an archive with a known ID is recorded',
      'no wrong abort',
      'an upload that has ended is not open',
      'an upload counts as gone only if it is',
    ],
    tests: ['test/upload/record-before-emit.test.ts', 'test/slow/power-cut.test.ts'],
    milestones: ['archive stored'],
  },
  {
    promise: 'No object of a bucket is overwritten unless that is permitted, and never by an older source.',
    invariants: ['an existing object is not replaced'],
    tests: ['test/s3/s3-store.test.ts', 'test/s3/s3-store-properties.test.ts'],
    milestones: ['refused by an object'],
  },
  {
    promise: 'A lost catalog is rebuilt from the inventory.',
    invariants: ['a rebuilt catalog has the inventory', 'a lost catalog is rebuilt when faults have ceased'],
    tests: ['test/reconcile/rebuild.test.ts'],
    milestones: ['catalog rebuilt'],
  },
  {
    promise: 'A failed upload is resumed with any source, and only what is missing is sent.',
    invariants: [
      'three runs succeed when faults have ceased',
      'nothing stored is sent again',
      'an upload is kept alive',
    ],
    tests: ['test/resume/resume-point.test.ts', 'test/slow/kills.test.ts'],
    milestones: ['stream stored'],
  },
  {
    promise: 'Two commands at once, on one host or two, do not disturb each other.',
    invariants: [
      'only the owner of a stream stores archives',
      'a lock is taken only from a process that is gone',
    ],
    tests: ['test/fs/lock-simulation.test.ts', 'test/slow/locks.test.ts'],
    milestones: ['lock taken over', 'lock taken over from another host', 'lock lost'],
  },
  {
    promise: 'No unverified byte is output, and a file appears only when it is complete.',
    invariants: [
      'delivered bytes are right',
      'delivered bytes are complete',
      'a file under its final name is complete',
      'a retrieved file has its name',
      'a stored stream is retrieved when faults have ceased',
      'a delivered range is verified',
      'a file that was begun is completed when faults have ceased',
    ],
    tests: ['test/retrieve/archive-reader.test.ts', 'test/retrieve/file/archive-download.test.ts'],
    milestones: ['stream retrieved', 'file retrieved'],
  },
  {
    promise: 'A retrieval that was paid for is not started again.',
    invariants: ['a job is started once', 'a restore is requested only if it is needed'],
    tests: ['test/retrieve/jobs/renewable-job.test.ts', 'test/s3/restore/restores.test.ts'],
    milestones: ['stream retrieved', 'file retrieved'],
  },
  {
    promise: 'Memory and requests stay within their limits.',
    invariants: [
      'parts stay within the budget',
      'requests stay within the concurrency',
      'part memory',
      'the memory of a part is released once',
      'the bytes of a request are those it states',
    ],
    tests: ['test/transfer/concurrency.test.ts', 'test/slow/memory.test.ts'],
    milestones: ['stream stored', 'stream retrieved'],
  },
  {
    promise: 'Pruning keeps a whole stream of each name.',
    invariants: ['a stream of each name is kept'],
    tests: ['test/deletion/delete-archives.test.ts'],
    milestones: ['archive deleted'],
  },
  {
    promise: 'A command ends with its result or with a documented error, and leaves nothing behind.',
    invariants: [
      'errors are documented ones',
      'nothing remains of an ended process',
      'no lock remains of an ended process',
      'uncaught',
      'settles',
      'ends',
      'returns',
      'scenario',
      'request form',
    ],
    tests: ['test/errors.test.ts', 'test/fs/every-step.test.ts', 'test/process-life.test.ts'],
    milestones: ['run finished'],
  },
]
