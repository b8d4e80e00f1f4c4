import type { ServerResponse } from 'node:http'
import { send, type Nonsense, type Operation, type Reply } from './hostile-service.js'

/** Text that controls a terminal, hides lines of its output, or changes the order of its characters. */
export const ESCAPES = '\u001b]0;title\u0007\u001b[2J\r\n\u009b31m\u202eevil\u2066\u2028'

const STATUSES = [200, 201, 204, 206, 302, 400, 403, 404, 408, 502]

/** Whole responses that are not the service's, or not correct, by name. */
export const FOREIGN_REPLIES: ReadonlyMap<string, Nonsense> = new Map([
  ...STATUSES.map((status): [string, Nonsense] => [
    `a page with the status ${status}`,
    reply(() => page(status, 'text/html', '<html>\u001b[31mlogin</html>')),
  ]),
  ...STATUSES.map((status): [string, Nonsense] => [
    `cut JSON with the status ${status}`,
    reply(() => page(status, 'application/json', '{"code":')),
  ]),
  ...STATUSES.map((status): [string, Nonsense] => [
    `escapes with the status ${status}`,
    reply(() =>
      page(status, 'application/json', JSON.stringify({ code: ESCAPES, message: ESCAPES, type: {} })),
    ),
  ]),
  ...Object.entries({
    null: 'null',
    'a list': '[]',
    'a number': '1e999',
    'a text': '"x"',
    nothing: '',
    'deep lists': `{"JobList":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    'deep objects': '{"VaultList":'.repeat(50_000),
    'invalid UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    'names of prototypes': '{"__proto__":{"JobList":[{}]},"constructor":1,"toString":1,"hasOwnProperty":2}',
    'rows that are no objects':
      '{"JobList":[null,1,"x",[]],"VaultList":[null],"UploadsList":[7],"Parts":[null]}',
  }).map(([name, body]): [string, Nonsense] => [
    name,
    reply(({ status }) => page(status, 'application/json', body)),
  ]),
])

/** The fields of the JSON of each operation. */
const FIELDS: Readonly<Partial<Record<Operation, readonly string[]>>> = {
  DescribeVault: ['VaultName', 'VaultARN', 'CreationDate', 'NumberOfArchives', 'SizeInBytes'],
  ListVaults: [
    'VaultList',
    'Marker',
    'VaultName',
    'VaultARN',
    'CreationDate',
    'NumberOfArchives',
    'SizeInBytes',
  ],
  ListParts: [
    'MultipartUploadId',
    'ArchiveDescription',
    'PartSizeInBytes',
    'CreationDate',
    'Parts',
    'RangeInBytes',
    'SHA256TreeHash',
    'Marker',
  ],
  ListMultipartUploads: [
    'UploadsList',
    'MultipartUploadId',
    'ArchiveDescription',
    'PartSizeInBytes',
    'CreationDate',
    'Marker',
  ],
  ListJobs: ['JobList', 'Marker', ...jobFields()],
  DescribeJob: jobFields(),
}

/** Values that fields of other types have, or that are out of range. */
const VALUES: Readonly<Record<string, unknown>> = {
  'an object': {},
  'a list': [1],
  'a negative number': -1,
  'a huge number': 1e308,
  'a fraction': 1.5,
  true: true,
  null: null,
  'the text of a number': '1e999',
  escapes: ESCAPES,
  'a path': '../../etc/passwd',
  'a million characters': 'A'.repeat(1_000_000),
  'a date far ahead': '+275760-09-13T00:00:00.000Z',
}

function jobFields(): string[] {
  return [
    'JobId',
    'Action',
    'StatusCode',
    'StatusMessage',
    'CreationDate',
    'CompletionDate',
    'Tier',
    'SNSTopic',
    'ArchiveId',
    'ArchiveSizeInBytes',
    'ArchiveSHA256TreeHash',
    'SHA256TreeHash',
    'RetrievalByteRange',
    'InventorySizeInBytes',
    'InventoryRetrievalParameters',
  ]
}

/** Correct responses of an operation in which one field has a wrong value, by name. */
export function fieldReplies(operation: Operation): [string, Nonsense][] {
  return (FIELDS[operation] ?? []).flatMap((field) =>
    Object.entries(VALUES).map(([name, value]): [string, Nonsense] => [
      `${field} is ${name}`,
      reply((correct) => ({ ...correct, body: withField(correct.body, field, value) })),
    ]),
  )
}

/** Correct responses whose IDs and hashes in headers have wrong values, by name. */
export const HEADER_REPLIES: ReadonlyMap<string, Nonsense> = new Map(
  [
    '',
    ' ',
    '..',
    '../../x',
    '-rf',
    '%1b%5b31m',
    '\u009b31m',
    "$(id)';",
    'A'.repeat(12_000),
    'A'.repeat(30_000),
  ].map((value): [string, Nonsense] => [
    `headers with ${JSON.stringify(value.slice(0, 20))} and ${value.length} characters`,
    reply(({ status, headers, body }) => ({
      status,
      headers: Object.fromEntries(
        Object.entries(headers).map(([key, correct]) => [key, key.startsWith('x-amz-') ? value : correct]),
      ),
      body,
    })),
  ]),
)

/** Sends another response instead of the correct one. */
export function reply(change: (correct: Reply) => Reply | ((response: ServerResponse) => void)): Nonsense {
  return ({ correct }, response) => {
    const changed = change(correct)
    if (typeof changed === 'function') changed(response)
    else send(response, changed)
  }
}

function page(status: number, type: string, body: string | Buffer): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, {
      'content-type': type,
      ...(type !== 'text/html' && { 'x-amzn-requestid': 'r' }),
    })
    response.end(status === 204 ? undefined : body)
  }
}

/** The JSON with another value in all fields of a name, or in one that is added. */
function withField(body: string, field: string, value: unknown): string {
  const isFound = body.includes(`"${field}":`)
  if (!isFound) return JSON.stringify({ ...(JSON.parse(body) as object), [field]: value })
  return JSON.stringify(JSON.parse(body, (key, old: unknown) => (key === field ? value : old)))
}
