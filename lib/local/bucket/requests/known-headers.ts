/** The `x-amz-` headers that the local bucket knows. Amazon S3 refuses a header whose function it does not have, too. */
import type { IncomingHttpHeaders } from 'node:http'
import { CHECKSUM_ALGORITHMS, checksumHeader } from '../checksums/checksum-algorithms.js'
import { notImplemented } from '../service/bucket-error.js'

const KNOWN: ReadonlySet<string> = new Set([
  ...CHECKSUM_ALGORITHMS.map(checksumHeader),
  ...['algorithm', 'mode', 'type'].map((name) => `x-amz-checksum-${name}`),
  'x-amz-bucket-object-lock-enabled',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-decoded-content-length',
  'x-amz-expected-bucket-owner',
  'x-amz-max-parts',
  'x-amz-mp-object-size',
  'x-amz-object-attributes',
  ...['legal-hold', 'mode', 'retain-until-date'].map((name) => `x-amz-object-lock-${name}`),
  'x-amz-optional-object-attributes',
  'x-amz-part-number-marker',
  'x-amz-request-payer',
  'x-amz-sdk-checksum-algorithm',
  'x-amz-security-token',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-server-side-encryption-context',
  'x-amz-storage-class',
  'x-amz-tagging',
  'x-amz-trailer',
  'x-amz-user-agent',
])
/** Conditions of reads that a server must not ignore. */
const UNKNOWN_CONDITIONS = ['if-modified-since', 'if-unmodified-since', 'if-range']

/**
 * Asserts that no header asks for what the local bucket does not have.
 *
 * @throws {BucketError} 501 `NotImplemented`
 */
export function assertKnownHeaders(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) {
    const isUnknown = name.startsWith('x-amz-') && !name.startsWith('x-amz-meta-') && !KNOWN.has(name)
    if (isUnknown || UNKNOWN_CONDITIONS.includes(name)) throw notImplemented(`the header ${name}`)
  }
}
