/** The source of a `get`: what its kind of store decides. A vault and an object of a bucket are the two kinds. */
import type { RetrievalStore } from '../../../../store/retrieval-store.js'
import type { RetrievalSettings, WaitOptions } from '../../../../vault/retrieval-options.js'
import type { StoreTarget } from '../../../../vault/upload-target.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import type { Io } from '../../../io.js'
import type { RetrievalWords } from '../retrieval-words.js'
import type { RetrievalTarget } from '../retrieval-target.js'
import type { TimedJob } from '../../../output/job-times.js'

/** The source of a `get`, before a connection is made. */
export interface GetSource {
  /** The options of the command, without those that are about the other kind of source. */
  readonly options: GetOptions
  /** Runs a function with a connection and the archives that were found, and closes what was opened for it. */
  readonly connect: <T>(io: Io, run: (found: FoundSource) => Promise<T>) => Promise<T>
}

/** The options of a retrieval from a source. */
export type SourceRetrieval = StoreTarget<RetrievalStore> & RetrievalSettings & WaitOptions

/** A source that is connected, and the archives to retrieve from it. */
export interface FoundSource {
  readonly store: RetrievalStore
  readonly target: RetrievalTarget
  readonly words: RetrievalWords
  /** Describes a job as it stands. */
  readonly describeJob: (jobId: string) => Promise<TimedJob>
  /** Prints what would be started, and what it costs as far as that is known. */
  readonly printPlan: (retrieval: SourceRetrieval) => Promise<void>
  /** Notes what a retrieval costs, or needs, before it starts. */
  readonly noteCost: (retrieval: SourceRetrieval) => Promise<void>
}
