import t from 'tap'
import { explanationsOf } from '../../../lib/cli/output/exit-code.js'
import {
  AbortError,
  AccessDeniedError,
  ConnectionError,
  CredentialsError,
  NotFoundError,
  ServiceError,
  UnverifiableError,
  UploadFailedError,
} from '../../../lib/errors.js'

const details = { operation: 'ListVaults', serviceCode: 'X' }

t.test('an error that a newcomer makes first names the ways forward', (t) => {
  const cases: [Error, RegExp][] = [
    [
      new ServiceError('no region is set', { ...details, reason: 'region-missing' }),
      /^No region is set\. Select one with --region, .* add --local\.$/,
    ],
    [
      new CredentialsError('none', { ...details, reason: 'credentials-missing' }),
      /none \(X\)\. Credentials come .*--profile, or the AWS configuration\. To try the command without AWS, add --local\.$/,
    ],
    [
      new NotFoundError('Vault not found', { ...details, reason: 'vault-not-found' }),
      /glacier-pipe vault create NAME\. Or select the region and the account/,
    ],
    [
      new ServiceError('This API is no longer supported', {
        ...details,
        serviceCode: 'NoLongerSupportedException',
      }),
      /closed the service to new accounts on 15 December 2025\. .* add --local\.$/,
    ],
    [
      new UnverifiableError('s3://b/k', 'has no SHA-256'),
      /of all its bytes\. Retrieve it with a tool that does not verify, such as "aws s3 cp", and compare it with the original\.$/,
    ],
    [
      new UnverifiableError('s3://b/k', 'has no SHA-256', { isCheckedLate: true }),
      /Retrieve all of it into a file, .* -o FILE\. To output the bytes before they are verified, give --check-late: /,
    ],
    [
      new NotFoundError('gone', { ...details, serviceCode: 'InvalidObjectState' }),
      /The same command restores the object again\. With a larger --days/,
    ],
    [
      new Error('It was given up.', { cause: new ConnectionError('connect', details) }),
      /^It was given up\. Check the network, the proxy in HTTPS_PROXY, and --endpoint\. .* add --local\.$/,
    ],
  ]
  for (const [error, line] of cases) t.match(explanationsOf(error), [line])
  t.match(explanationsOf(new AccessDeniedError('no', details)), [/\(X\)$/], 'no more is known')
  t.end()
})

t.test('an error of the system is a sentence with its path, or its system call', (t) => {
  const failure = { code: 'EIO', errno: -5, syscall: 'read' }
  const error = Object.assign(new Error('EIO: i/o error, read'), failure)
  t.strictSame(explanationsOf(error), ['The system call read failed: i/o error (EIO)'])
  t.strictSame(explanationsOf(Object.assign(error, { path: '/a' })), ['/a: i/o error (EIO)'])
  t.strictSame(explanationsOf(new UploadFailedError(error, 'u', true)), [
    '/a: i/o error (EIO). The upload is kept: its ID is u.',
  ])
  t.strictSame(explanationsOf(new UploadFailedError(error, 'u', false)), [
    '/a: i/o error (EIO). The upload u was aborted.',
  ])
  t.match(explanationsOf(new UploadFailedError(new Error('other'), 'u', true)), [
    /^other\. The upload is kept/,
  ])
  t.end()
})

t.test('a stop that leaves nothing to say is not mentioned with --quiet', (t) => {
  const stop = new AbortError()
  t.strictSame(explanationsOf(stop), ['Stopped.'])
  t.strictSame(explanationsOf(stop, true), [])
  t.match(explanationsOf(Object.assign(stop, { uploadId: 'u' }), true), [/The upload is kept: its ID is u/])
  t.end()
})
