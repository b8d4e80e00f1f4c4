/** The bucket that is checked, and what the requests that several checks need have found. */
import type { PrefixRequest } from '../../../s3/bucket-requests.js'
import type { ListedUpload } from '../../../s3/bucket-responses.js'
import type { RepeatableOperations } from '../../../s3/retry/retrying-bucket.js'
import type { BucketProbe } from '../../../s3/sdk/bucket-probe.js'
import type { SdkBucketClient } from '../../../s3/sdk/sdk-bucket-client.js'
import type { Page } from '../../../store/pages.js'

/** The bucket that is checked. */
export interface BucketSubject {
  readonly client: SdkBucketClient
  /** Repeats failed requests for ten seconds. */
  readonly repeating: Pick<RepeatableOperations, 'abortUpload'>
  /** The bucket, and the beginning of the keys that commands are about. */
  readonly place: Omit<PrefixRequest, 'signal'> & { readonly prefix: string }
  /** The region that requests go to. */
  readonly region: () => Promise<string>
  /** Whether the bucket is one of this machine, which `put` creates. */
  readonly isLocal: boolean
  /** Whether to begin an upload and to abort it. */
  readonly write: boolean
  /** The time of this machine. */
  readonly now: () => number
}

/** The bucket with the findings of the requests that several checks need. */
export interface BucketFacts {
  readonly subject: BucketSubject
  readonly probed: BucketProbe
  /** The first page of the unfinished uploads. */
  readonly listUploads: () => Promise<Page<ListedUpload>>
}
