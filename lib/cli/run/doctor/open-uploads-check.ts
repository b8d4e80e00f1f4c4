/** The check of unfinished uploads of a bucket: they do not expire, and their parts are charged for until they are aborted. */
import { AccessDeniedError } from '../../../errors.js'
import type { PrefixRequest } from '../../../s3/bucket-requests.js'
import type { ListedUpload } from '../../../s3/bucket-responses.js'
import type { Page } from '../../../store/pages.js'
import { formatAge, formatCount } from '../../output/format.js'
import { shellCommand } from '../../output/shell-command.js'
import { ok, warning, type Finding } from './check.js'

/** The age from which an upload is taken for one that was forgotten: it may still run. */
const OLD_MS = 2 * 86_400_000

/**
 * States how many uploads are unfinished, and since when. Only the first page of the list is read, which has up to 1,000.
 *
 * @param now - the time of this machine
 */
export async function openUploadsFinding(
  listUploads: () => Promise<Page<ListedUpload>>,
  { bucket, prefix = '' }: Pick<PrefixRequest, 'bucket' | 'prefix'>,
  now: () => number,
): Promise<Finding> {
  let page: Page<ListedUpload>
  try {
    page = await listUploads()
  } catch (error) {
    if (!(error instanceof AccessDeniedError)) throw error
    return warning('not checked: ListMultipartUploads is denied', 'Allow s3:ListBucketMultipartUploads.')
  }
  const { items, marker } = page
  if (items.length === 0) return ok('none is unfinished')
  const times = items.map(({ initiated = '' }) => Date.parse(initiated)).filter((time) => !Number.isNaN(time))
  const ageMs = now() - Math.min(...times)
  const count = `${marker === undefined ? '' : 'at least '}${formatCount(items.length, 'upload')}`
  const age = times.length > 0 ? `; age of the oldest: ${formatAge(ageMs)}` : ''
  const finding = `${count} not finished${age}`
  const list = shellCommand(['glacier-pipe', 'uploads', printPlace(bucket, prefix)])
  return times.length === 0 || ageMs < OLD_MS
    ? ok(finding)
    : warning(
        `${finding}; their parts are charged for`,
        `Resume them with put --resume, or list them, and abort the others: ${list}`,
      )
}

function printPlace(bucket: string, prefix: string): string {
  return `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`
}
