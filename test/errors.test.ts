import { readFile } from 'node:fs/promises'
import t from 'tap'
import * as errors from '../lib/errors.js'
import { toServiceError } from '../lib/client/sdk/service-error.js'
import { failureKindOf, type FailureKind } from '../lib/store/failure.js'
import { asAbortError } from '../lib/streams/abort-error.js'

const cause = new Error('the cause')
const details = { operation: 'UploadArchive', serviceCode: 'X', status: 400, requestId: 'r', cause }
const context = { cause, uploadId: 'u' }

const table: [errors.GlacierPipeError, string, string, RegExp, object][] = [
  [new errors.EmptyArchiveError(), 'EmptyArchiveError', 'ERR_EMPTY_ARCHIVE', /without a byte/, {}],
  [
    new errors.TooManyPartsError(1048576, 10_000, context),
    'TooManyPartsError',
    'ERR_TOO_MANY_PARTS',
    /longer than 10000 parts of 1048576 bytes.*larger parts/,
    { partSize: 1048576, limit: 10_000, ...context },
  ],
  [
    new errors.PartBoundaryError(7, 10, 9, context),
    'PartBoundaryError',
    'ERR_PART_BOUNDARY',
    /Part 7 has 9 bytes; every part but the last must have 10\..*rechunk\(10\)/,
    { index: 7, expected: 10, actual: 9, ...context },
  ],
  [
    new errors.HashMismatchError('part', 'part 7', 'aa', undefined, context),
    'HashMismatchError',
    'ERR_HASH_MISMATCH',
    /The hash of part 7 does not match. Expected: aa. Found: not stated./,
    { scope: 'part', expected: 'aa', actual: undefined, ...context },
  ],
  [
    new errors.HashMismatchError('range', 'bytes 0-9', undefined, 'bb'),
    'HashMismatchError',
    'ERR_HASH_MISMATCH',
    /Expected: not stated. Found: bb./,
    { scope: 'range', uploadId: undefined },
  ],
  [
    new errors.MissingPackageError('p', 'it is needed', context),
    'MissingPackageError',
    'ERR_MISSING_PACKAGE',
    /^Install p: it is needed, and it is not installed\.$/,
    { packageName: 'p', ...context },
  ],
  [
    new errors.RepeatedMarkerError('m', 1),
    'RepeatedMarkerError',
    'ERR_REPEATED_MARKER',
    /does not end: page 2 has the marker "m" of an earlier page/,
    { marker: 'm' },
  ],
  [
    new errors.SizeMismatchError('bytes 0-9', 10, 9),
    'SizeMismatchError',
    'ERR_SIZE_MISMATCH',
    /bytes 0-9: expected 10 bytes, found 9/,
    { expected: 10, actual: 9 },
  ],
  [
    new errors.ServiceError('m', { ...details, uploadId: 'u' }),
    'ServiceError',
    'ERR_SERVICE',
    /^UploadArchive: m \(X\)$/,
    { ...details, uploadId: 'u' },
  ],
  [new errors.NotFoundError('m', details), 'NotFoundError', 'ERR_NOT_FOUND', /m/, details],
  [new errors.CredentialsError('m', details), 'CredentialsError', 'ERR_CREDENTIALS', /m/, details],
  [
    new errors.RetrievalRefusedError('m', { ...details, serviceCode: 'PolicyEnforcedException' }),
    'RetrievalRefusedError',
    'ERR_RETRIEVAL_REFUSED',
    /m\. Try again later, use another tier than Standard, or change the data retrieval policy/,
    { ...details, serviceCode: 'PolicyEnforcedException' },
  ],
  [
    new errors.RetrievalRefusedError('m.', { ...details, serviceCode: 'InsufficientCapacityException' }),
    'RetrievalRefusedError',
    'ERR_RETRIEVAL_REFUSED',
    /m\. Use the tier Standard or Bulk/,
    {},
  ],
  [new errors.InventoryError('m'), 'InventoryError', 'ERR_INVENTORY', /^m$/, {}],
  [new errors.AccessDeniedError('m', details), 'AccessDeniedError', 'ERR_ACCESS_DENIED', /m/, details],
  [new errors.ConnectionError('m', details), 'ConnectionError', 'ERR_CONNECTION', /m/, details],
  [
    new errors.RetriesExhaustedError(cause, 7, 3_600_000),
    'RetriesExhaustedError',
    'ERR_RETRIES_EXHAUSTED',
    /^the cause\. The request was given up after 7 attempts in 3600 s\.$/,
    { attempts: 7, cause },
  ],
  [
    new errors.SourceCommandError('pg_dump', { exitStatus: 1 }),
    'SourceCommandError',
    'ERR_SOURCE_COMMAND',
    /^The command "pg_dump" failed: it exited with the status 1\. Its output may be incomplete/,
    { command: 'pg_dump', exitStatus: 1, signal: undefined },
  ],
  [
    new errors.SourceCommandError('pg_dump', { signal: 'SIGKILL' }),
    'SourceCommandError',
    'ERR_SOURCE_COMMAND',
    /failed: it was ended by SIGKILL\./,
    { exitStatus: undefined, signal: 'SIGKILL' },
  ],
  [
    new errors.SourceCommandError('a\n"b', { reason: 'no such file or directory (ENOENT)' }, { cause }),
    'SourceCommandError',
    'ERR_SOURCE_COMMAND',
    /^The command "a\\n\\"b" cannot be started: no such file or directory \(ENOENT\)\.$/,
    { exitStatus: undefined, signal: undefined, cause },
  ],
  [
    new errors.IncompleteSetError('a', []),
    'IncompleteSetError',
    'ERR_INCOMPLETE_SET',
    /^The last volume of the set a is not in the catalog: the stream was not stored to its end/,
    { firstVolume: 'a', missing: [] },
  ],
  [
    new errors.UploadGoneError('u', { cause }),
    'UploadGoneError',
    'ERR_UPLOAD_GONE',
    /does not have the upload u: .*after a day.*start a new upload/,
    { ...context, archiveId: undefined },
  ],
  [
    new errors.UploadGoneError('u', { archiveId: 'a' }),
    'UploadGoneError',
    'ERR_UPLOAD_GONE',
    /^The upload u is complete, and its archive a was deleted\. Start a new upload\.$/,
    { uploadId: 'u', archiveId: 'a' },
  ],
  [
    new errors.ResumeMismatchError(5, 9, 'the source ends at 5.', context),
    'ResumeMismatchError',
    'ERR_RESUME_MISMATCH',
    /^Bytes 5-8 were uploaded before, but the source ends at 5\. Stored archives are unchanged\. Pipe in/,
    { start: 5, end: 9, ...context },
  ],
  [
    new errors.CompletionRejectedError(9, 'aa', '2 parts, 8 bytes of hash bb', cause, 'u'),
    'CompletionRejectedError',
    'ERR_COMPLETION_REJECTED',
    /^the cause\. Sent: 9 bytes of hash aa\. At the service: 2 parts, 8 bytes of hash bb\. Resume/,
    { size: 9, hash: 'aa', ...context },
  ],
  [
    new errors.CompletionUnknownError(9, 'aa', 'u', { cause }),
    'CompletionUnknownError',
    'ERR_COMPLETION_UNKNOWN',
    /^The response to the completion of the upload u was lost.*look for 9 bytes of hash aa in the bucket, or in an inventory of the vault/,
    { size: 9, hash: 'aa', ...context },
  ],
  [
    new errors.NotRecordedError('a', cause),
    'NotRecordedError',
    'ERR_NOT_RECORDED',
    /^The archive is stored, but could not be recorded: the cause\. Write down its ID: a$/,
    { archiveId: 'a', cause },
  ],
  [
    new errors.LockHeldError(
      'The upload u',
      { host: 'h', pid: 7, since: '2026-01-01T00:00:00.000Z' },
      context,
    ),
    'LockHeldError',
    'ERR_LOCK_HELD',
    /^The upload u is owned by process 7 on h since 2026-01-01T00:00:00\.000Z\. Nothing was changed/,
    { owner: { host: 'h', pid: 7, since: '2026-01-01T00:00:00.000Z' }, ...context },
  ],
  [
    new errors.LockLostError('the upload u', context),
    'LockLostError',
    'ERR_LOCK_LOST',
    /the upload u/,
    context,
  ],
  [
    new errors.CatalogConflictError('/c', 'a', ['{1}', '{2}']),
    'CatalogConflictError',
    'ERR_CATALOG_CONFLICT',
    /^The catalog \/c has different tree hashes for the archive a\..*catalog rebuild.*\{1\} \{2\}$/,
    { archiveId: 'a', lines: ['{1}', '{2}'] },
  ],
  [
    new errors.UnverifiableError('s3://b/k', 'has no SHA-256', context),
    'UnverifiableError',
    'ERR_UNVERIFIABLE',
    /^The archive s3:\/\/b\/k has no SHA-256, so its bytes cannot be verified\./,
    { archiveId: 's3://b/k', isCheckedLate: false, ...context },
  ],
  [
    new errors.UnverifiableError('s3://b/k', 'has no SHA-256', { isCheckedLate: true, ...context }),
    'UnverifiableError',
    'ERR_UNVERIFIABLE',
    /^The archive s3:\/\/b\/k has no SHA-256, so its bytes can only be verified when all of them have arrived\./,
    { archiveId: 's3://b/k', isCheckedLate: true, ...context },
  ],
  [
    new errors.IncompleteSetError('s3://b/k', []),
    'IncompleteSetError',
    'ERR_INCOMPLETE_SET',
    /^The last volume of the set s3:\/\/b\/k is not in the bucket: .* or an object was deleted\.$/,
    { firstVolume: 's3://b/k', missing: [] },
  ],
  [
    new errors.IncompleteSetError('a', [2, 4]),
    'IncompleteSetError',
    'ERR_INCOMPLETE_SET',
    /does not have volume 2, 4 of the set a\./,
    { firstVolume: 'a', missing: [2, 4] },
  ],
  [
    new errors.ListenerError('archive', cause, 'a', context),
    'ListenerError',
    'ERR_LISTENER',
    /^A listener of the event 'archive' threw: the cause\. The archive is stored and recorded: its ID is a\.$/,
    { archiveId: 'a', ...context },
  ],
  [
    new errors.ListenerError('part', 'why'),
    'ListenerError',
    'ERR_LISTENER',
    /threw: why\.$/,
    { archiveId: undefined },
  ],
  [
    new errors.OutputFileError('/f', 'It is a directory.', { cause }),
    'OutputFileError',
    'ERR_OUTPUT_FILE',
    /^\/f: It is a directory\.$/,
    { path: '/f', cause },
  ],
  [new errors.NotRecordedError('a', 'why'), 'NotRecordedError', 'ERR_NOT_RECORDED', /: why\. /, {}],
  [
    new errors.CatalogError('/c', 'written', cause),
    'CatalogError',
    'ERR_CATALOG',
    /^The catalog \/c cannot be written: the cause$/,
    { path: '/c', cause },
  ],
  [new errors.CatalogError('/c', 'read', 'why'), 'CatalogError', 'ERR_CATALOG', /read: why/, {}],
  [
    new errors.CatalogError('/c', 'read', cause, 'no such file.'),
    'CatalogError',
    'ERR_CATALOG',
    /^The catalog \/c cannot be read: no such file\.$/,
    { path: '/c', cause },
  ],
  [
    new errors.CatalogMirrorError('/m', 'diverged', 'it is another file.'),
    'CatalogMirrorError',
    'ERR_CATALOG_MIRROR',
    /^The mirror \/m of the catalog is not up to date: it is another file\.$/,
    { path: '/m', reason: 'diverged' },
  ],
  [
    new errors.UploadFailedError(cause, 'u', true),
    'UploadFailedError',
    'ERR_UPLOAD_FAILED',
    /^the cause\. The upload is kept: its ID is u\.$/,
    { kept: true, ...context },
  ],
  [
    new errors.UploadFailedError('thrown', 'u', false),
    'UploadFailedError',
    'ERR_UPLOAD_FAILED',
    /^thrown\. The upload u was aborted\.$/,
    { kept: false, cause: 'thrown' },
  ],
  [
    new errors.LocalFolderError('/dir', 'it is not empty'),
    'LocalFolderError',
    'ERR_LOCAL_FOLDER',
    /^The folder \/dir cannot be used for a local vault: it is not empty\.$/,
    { dir: '/dir' },
  ],
  [
    new errors.JobFailedError('j', 'why'),
    'JobFailedError',
    'ERR_JOB_FAILED',
    /The job j failed: why\. Start a new job/,
    { jobId: 'j' },
  ],
  [
    new errors.JobFailedError('j', undefined),
    'JobFailedError',
    'ERR_JOB_FAILED',
    /the service stated no reason\. Start/,
    {},
  ],
  [new errors.AbortError(context), 'AbortError', 'ABORT_ERR', /aborted/, context],
]

t.test(
  'every error has its class, name and code, says what was wanted and found, and keeps its cause',
  async (t) => {
    for (const [error, name, code, message, fields] of table) {
      t.ok(error instanceof errors.GlacierPipeError && error instanceof Error)
      t.match(error.message, message, name)
      t.hasStrict(error, fields, `the fields of ${name}`)
      // Exactly: t.match() would take ERR_SERVICES for ERR_SERVICE.
      t.strictSame([error.name, error.code], [name, code])
      t.match(error.stack, new RegExp(`^(?:Error|${name})`))
    }
    const classes = Object.values(errors).filter((it) => typeof it === 'function')
    const covered = new Set(table.map(([error]) => error.constructor))
    t.strictSame(
      classes.filter((it) => !covered.has(it)),
      [errors.GlacierPipeError],
      'all are in the table but the base',
    )
  },
)

t.test('a cause is kept as it was thrown, also where it is nothing much', async (t) => {
  for (const thrown of [cause, null, 0, '', false]) {
    const error = new errors.AbortError({ cause: thrown })
    t.ok('cause' in error)
    t.equal(error.cause, thrown)
  }
})

t.test('an error without a cause has none', async (t) => {
  t.notOk('cause' in new errors.AbortError())
  t.match(new errors.GlacierPipeError('ERR_X', 'm'), {
    name: 'GlacierPipeError',
    code: 'ERR_X',
    uploadId: undefined,
  })
})

t.test('the errors of a service are the subclasses of ServiceError', async (t) => {
  for (const name of ['NotFoundError', 'CredentialsError', 'AccessDeniedError', 'ConnectionError'] as const) {
    t.ok(new errors[name]('m', details) instanceof errors.ServiceError)
  }
})

/** The error for a response of the service. */
function response(serviceCode: string, message: string): errors.GlacierPipeError {
  const thrown = Object.assign(new Error(message), {
    name: serviceCode,
    $fault: 'client',
    $metadata: { httpStatusCode: 400, requestId: 'r' },
  })
  return toServiceError('X', thrown)
}

t.test('the text of a response becomes a reason', (t) => {
  const hash = 'f'.repeat(64)
  const table: [string, string, errors.ServiceErrorReason | undefined][] = [
    ['ResourceNotFoundException', 'Vault not found for ARN: arn:x', 'vault-not-found'],
    ['ResourceNotFoundException', 'The archive ID was not found: a', 'archive-not-found'],
    ['ResourceNotFoundException', 'The upload ID was not found: u', 'upload-not-found'],
    ['ResourceNotFoundException', 'The job ID was not found: j', 'job-not-found'],
    ['ResourceNotFoundException', 'No notification configuration is set', undefined],
    ['InvalidParameterValueException', 'Vault not empty or recently written to: arn:x', 'vault-not-empty'],
    ['InvalidParameterValueException', `Checksum mismatch: expected ${hash}`, 'body-hash-mismatch'],
    ['InvalidParameterValueException', 'Invalid part size: 5', undefined],
    ['InvalidSignatureException', 'Signature expired: A is now earlier than B', 'signature-time'],
    ['InvalidSignatureException', 'Signature not yet current: A is still later than B', 'signature-time'],
    [
      'InvalidSignatureException',
      'The value passed in as x-amz-content-sha256 does not match',
      'body-hash-mismatch',
    ],
    [
      'InvalidSignatureException',
      'The request signature we calculated does not match',
      'credentials-rejected',
    ],
    ['UnrecognizedClientException', 'Vault not found', 'credentials-rejected'],
    ['ExpiredTokenException', 'The token is expired', 'credentials-expired'],
    ['AccessDeniedException', 'Vault not found: of a policy', undefined],
  ]
  for (const [code, message, reason] of table) t.hasStrict(response(code, message), { reason }, message)
  t.end()
})

t.test('docs/errors.md explains every reason', async (t) => {
  const file = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8')
  const source = await file('../lib/service-error-reason.ts')
  const reasons = [...source.matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(([, reason = '']) => reason)
  t.equal(reasons.length, 22)
  const documentation = await file('../docs/errors.md')
  t.strictSame(
    reasons.filter((reason) => !documentation.includes(`\`${reason}\``)),
    [],
  )
})

t.test('an error of a caller without a reason is judged by its class and its code', (t) => {
  const credentials = new errors.CredentialsError('m', { ...details, serviceCode: 'ExpiredTokenException' })
  t.equal(credentials.reason, 'credentials-rejected')
  t.equal(failureKindOf(credentials), 'expired')
  const unspecific = { ...details, reason: undefined }
  t.equal(new errors.NotFoundError('Vault not found', unspecific).reason, undefined)
  t.equal(failureKindOf(new errors.ServiceError('Checksum mismatch: ', unspecific)), 'final')
  const reasons: [errors.ServiceErrorReason, FailureKind][] = [
    ['credentials-missing', 'final'],
    ['credentials-unavailable', 'transient'],
    ['credentials-expired', 'expired'],
    ['credentials-rejected', 'final'],
    ['signature-time', 'transient'],
    ['body-hash-mismatch', 'corrupted'],
    ['upload-not-found', 'final'],
  ]
  for (const [reason, kind] of reasons)
    t.equal(failureKindOf(new errors.ServiceError('m', { ...details, reason })), kind, reason)
  t.end()
})

t.test('an operation that a signal ended fails with the one AbortError', (t) => {
  const reason = new errors.EmptyArchiveError()
  const signal = AbortSignal.abort(reason)
  const nodes = new DOMException('This operation was aborted', 'AbortError')
  for (const thrown of [reason, nodes]) {
    for (const error of [asAbortError(thrown, signal), toServiceError('X', thrown, signal)]) {
      t.ok(error instanceof errors.AbortError)
      t.match(error, { name: 'AbortError', code: 'ABORT_ERR', cause: reason })
    }
  }
  const other = new Error('of something else')
  t.equal(asAbortError(other, signal), other)
  t.equal(asAbortError('thrown', signal), 'thrown')
  t.equal(asAbortError(nodes, undefined), nodes)
  t.equal(asAbortError(nodes, new AbortController().signal), nodes, 'a signal that has not fired')
  const ours = new errors.AbortError({ uploadId: 'u' })
  t.equal(asAbortError(ours, signal), ours, 'with its upload ID')
  t.match(toServiceError('X', other, signal), { name: 'AbortError', cause: reason })
  t.end()
})

t.test('whatever a request throws becomes an error to branch on', async (t) => {
  const named = (name: string, code?: string): Error =>
    Object.assign(new Error('why'), { name, ...(code && { code }) })
  t.match(toServiceError('X', named('Error', 'ECONNRESET')), {
    name: 'ConnectionError',
    serviceCode: 'ECONNRESET',
  })
  t.match(toServiceError('X', named('TimeoutError')), {
    name: 'ConnectionError',
    serviceCode: 'TimeoutError',
  })
  t.match(toServiceError('X', named('CredentialsProviderError')), { name: 'CredentialsError' })
  t.match(toServiceError('X', 'thrown'), {
    name: 'ServiceError',
    message: 'X: thrown (Error)',
    cause: 'thrown',
  })
  const several = new AggregateError([new Error('connect ECONNREFUSED ::1')], '')
  t.match(toServiceError('X', Object.assign(several, { code: 'ECONNREFUSED' })), {
    name: 'ConnectionError',
    message: 'X: connect ECONNREFUSED ::1 (ECONNREFUSED)',
  })
  t.match(toServiceError('X', new AggregateError(['odd'], '')), { message: /no reason was stated/ })
  const ours = new errors.EmptyArchiveError()
  t.equal(toServiceError('X', ours), ours)
})

t.test('what is in a bucket is not looked for in an inventory', (t) => {
  const unknown = new errors.CompletionUnknownError(9, 'aa', 'u', { archiveId: 's3://b/k' })
  t.match(unknown.message, /names the archive s3:\/\/b\/k .* look for 9 bytes of hash aa at this address\.$/)
  t.match(
    new errors.CompletionUnknownError(9, 'aa', 'u').message,
    /in the bucket, or in an inventory of the vault/,
  )
  t.match(
    new errors.IncompleteSetError('s3://b/k', [2]).message,
    /Run "catalog rebuild", or name the volumes/,
  )
  t.match(
    new errors.IncompleteSetError('a', [2]).message,
    /Run "catalog rebuild" when an inventory contains it/,
  )
  t.end()
})
