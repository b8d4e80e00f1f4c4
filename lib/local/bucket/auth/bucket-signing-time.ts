/** The time of a signature, which may differ from that of the server by 15 minutes. */
import type { SignedRequest } from '../../auth/signature.js'
import { MINUTE_MS } from '../../service/durations.js'
import { accessDenied, BucketError } from '../service/bucket-error.js'
import { onlyHeader } from './only-header.js'

const FORM = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
const MAX_SKEW_MS: number = 15 * MINUTE_MS

/**
 * The time in `x-amz-date`, or else in `Date`, in the form `20120525T002453Z`.
 *
 * @param now - the time of the server, in milliseconds
 * @throws {BucketError} 403: it is absent or has another form, or it is too far from the time of the server
 */
export function timestampOf(request: Pick<SignedRequest, 'headers'>, now: number): string {
  const text = onlyHeader(request, 'x-amz-date') ?? onlyHeader(request, 'date') ?? ''
  const time = Date.parse(FORM.test(text) ? text.replace(FORM, '$1-$2-$3T$4:$5:$6Z') : text)
  if (Number.isNaN(time)) throw accessDenied('AWS authentication requires a valid Date or x-amz-date header')
  if (Math.abs(time - now) > MAX_SKEW_MS) {
    throw new BucketError(
      403,
      'RequestTimeTooSkewed',
      'The difference between the request time and the current time is too large.',
      {
        fields: {
          RequestTime: text,
          ServerTime: new Date(now).toISOString(),
          MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
        },
      },
    )
  }
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '')
}
