import { join } from 'node:path'
import { ARCHIVE_ID, UPLOAD_ID, type Operation } from './hostile-service.js'
import { patternBytes } from './pattern-source.js'

/** A command, and the operations of the service that it uses. */
export interface HostileCommand {
  readonly name: string
  readonly operations: readonly Operation[]
  readonly input?: Uint8Array
  /** Whether stdout is the content of an archive. */
  readonly rawStdout?: true
  /** @param dir - a folder for its files: `catalog.jsonl`, and `out` */
  readonly args: (dir: string, endpoint: string) => string[]
}

/** Files in the folder of a command that it may change. */
export const OWN_FILES: readonly string[] = [
  'catalog.jsonl',
  'catalog.jsonl.locks',
  'out',
  'out.partial',
  'out.partial.ranges',
]

const RETRIEVAL: readonly Operation[] = ['ListJobs', 'InitiateJob', 'DescribeJob', 'GetJobOutput']
const SMALL = Buffer.from('x')
const LARGE = patternBytes(1_500_000)

function at(words: readonly string[], rest: readonly string[] = []): HostileCommand['args'] {
  return (dir, endpoint) => [
    ...words,
    ...['--endpoint', endpoint, '--region', 'us-east-1'],
    ...(['inventory', 'jobs', 'vault'].includes(String(words[0]))
      ? []
      : ['--catalog', join(dir, 'catalog.jsonl')]),
    ...rest.map((word) => (word === 'OUT' ? join(dir, 'out') : word)),
  ]
}

const PATIENCE = ['--retry-for', '1m']

/** Commands that together use all operations. */
export const COMMANDS: readonly HostileCommand[] = [
  {
    name: 'put of one part',
    operations: ['UploadArchive', 'DescribeVault'],
    input: SMALL,
    args: at(['put', 'docs'], PATIENCE),
  },
  {
    name: 'put of two parts',
    operations: [
      'InitiateMultipartUpload',
      'UploadMultipartPart',
      'CompleteMultipartUpload',
      'AbortMultipartUpload',
      'DescribeVault',
    ],
    input: LARGE,
    args: at(['put', 'docs'], [...PATIENCE, '--part-size', '1MiB']),
  },
  {
    name: 'put that resumes',
    operations: ['ListParts', 'UploadMultipartPart', 'CompleteMultipartUpload'],
    input: LARGE,
    args: at(['put', 'docs'], [...PATIENCE, '--upload-id', UPLOAD_ID]),
  },
  { name: 'get', operations: RETRIEVAL, rawStdout: true, args: at(['get', 'docs', ARCHIVE_ID], PATIENCE) },
  {
    name: 'get to a file',
    operations: RETRIEVAL,
    args: at(['get', 'docs', ARCHIVE_ID], [...PATIENCE, '-o', 'OUT']),
  },
  {
    name: 'get without waiting',
    operations: ['ListJobs', 'InitiateJob', 'DescribeJob'],
    args: at(['get', 'docs', ARCHIVE_ID], [...PATIENCE, '--no-wait']),
  },
  {
    name: 'catalog rebuild',
    operations: [...RETRIEVAL, 'DescribeVault'],
    args: at(['catalog', 'rebuild', 'docs'], PATIENCE),
  },
  { name: 'inventory', operations: RETRIEVAL, args: at(['inventory', 'docs'], PATIENCE) },
  { name: 'uploads', operations: ['ListMultipartUploads'], args: at(['uploads', 'docs']) },
  { name: 'uploads --json', operations: ['ListMultipartUploads'], args: at(['uploads', 'docs'], ['--json']) },
  {
    name: 'uploads --abort',
    operations: ['AbortMultipartUpload'],
    args: at(['uploads', 'docs', '--abort', UPLOAD_ID]),
  },
  { name: 'jobs', operations: ['ListJobs'], args: at(['jobs', 'docs']) },
  { name: 'jobs --json', operations: ['ListJobs'], args: at(['jobs', 'docs'], ['--json']) },
  { name: 'vault ls', operations: ['ListVaults'], args: at(['vault', 'ls']) },
  { name: 'vault show', operations: ['DescribeVault'], args: at(['vault', 'show', 'docs']) },
  { name: 'vault create', operations: ['CreateVault'], args: at(['vault', 'create', 'docs']) },
  { name: 'vault rm', operations: ['DeleteVault'], args: at(['vault', 'rm', 'docs']) },
  {
    name: 'rm',
    operations: ['DeleteArchive', 'DescribeVault'],
    args: at(['rm', 'docs', ARCHIVE_ID], ['--yes']),
  },
  { name: 'doctor', operations: ['DescribeVault', 'ListVaults'], args: at(['doctor', 'docs']) },
]
