import type { Random } from './random.js'
import type { ModelMember, ModelType } from './service-model.js'

// Values for members of requests: such as the service takes, nearly such, and hostile ones.

const TOPIC = 'arn:aws:sns:us-east-1:111122223333:topic'
const POLICY = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: '*',
      Action: 'glacier:AbortVaultLock',
      Resource: 'arn:aws:glacier:us-east-1:111122223333:vaults/photos',
    },
  ],
}

/** The values that the service accepts, by the name of the member. Labels, markers and hashes are those of existing objects. */
const GOOD: Readonly<Record<string, readonly unknown[]>> = {
  accountId: ['-', '-', '-', '111122223333'],
  archiveDescription: ['', 'a description', 'x'.repeat(1024)],
  partSize: ['1048576', '1048576', '2097152', '4294967296'],
  limit: ['1', '2', '10', '50'],
  marker: [''],
  statuscode: ['InProgress', 'Succeeded', 'Failed'],
  completed: ['true', 'false'],
  range: ['bytes=0-4', 'bytes=2-', 'bytes=-3', 'bytes=0-1048575'],
  Type: ['archive-retrieval', 'archive-retrieval', 'inventory-retrieval', 'inventory-retrieval', 'select'],
  Tier: ['Expedited', 'Standard', 'Bulk'],
  Format: ['CSV', 'JSON'],
  Description: ['', 'a job', 'x'.repeat(1024)],
  SNSTopic: [TOPIC],
  RetrievalByteRange: ['0-0', '0-9', '0-1048575', '1048576-2097151'],
  StartDate: ['2012-03-20T17:03:43Z'],
  EndDate: ['2099-12-31T23:59:59.999Z', '2013-03-20T17:03Z'],
  Limit: ['1', '10000'],
  Events: [['ArchiveRetrievalCompleted'], ['ArchiveRetrievalCompleted', 'InventoryRetrievalCompleted']],
  Policy: [JSON.stringify(POLICY)],
  Strategy: ['BytesPerHour', 'FreeTier', 'None'],
  BytesPerHour: [1, 1_099_511_627_776, 2 ** 53, 2 ** 63],
  Tags: [{ a: '1' }, { 'Größe _./=+@-': '', b: 'v'.repeat(255) }, { __proto__x: 'x', constructor: 'y' }],
  TagKeys: [['a'], ['b', 'missing'], ['constructor']],
  ExpressionType: ['SQL'],
  Expression: ['select * from archive'],
  FileHeaderInfo: ['USE', 'IGNORE', 'NONE'],
  QuoteFields: ['ALWAYS', 'ASNEEDED'],
  EncryptionType: ['aws:kms', 'AES256'],
  CannedACL: ['private', 'bucket-owner-full-control'],
  StorageClass: ['STANDARD', 'STANDARD_IA'],
  Permission: ['READ', 'FULL_CONTROL'],
}

/** Structures that most requests have not. */
const OPTIONAL = new Set(['SelectParameters', 'OutputLocation', 'InventoryRetrievalParameters'])

/** Texts at a boundary, or just past one. */
const NEAR = [
  ...['0', '-1', '+5', ' 5', '05', '1e3', '5.0', '0x10', 'NaN', 'Infinity', '1_000', '٣', '1,2'],
  ...['9007199254740991', '9007199254740993', '9223372036854775807', '9223372036854775808', '9'.repeat(40)],
  ...['1048575', '1048577', '3145728', '8589934592', '4294967297'],
  ...[
    'bytes 0-0/*',
    'bytes 0-0/1',
    'bytes 0-0/0',
    'bytes=0-0',
    'bytes=-0',
    'bytes=-',
    'bytes=5-1',
    'bytes=0-1,3-4',
  ],
  ...['bytes=0-99999999999999999999', 'bytes 0-1048575/*', '0-1048575', '0-', '5-1', '1-1048576'],
  ...['2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T24:00:00Z', '0000-01-01T00:00:00Z', 'null', 'true'],
  ...['inprogress', 'Succeeded ', 'TRUE', 'standard', 'json', 'SELECT', 'archive-retrieval\n'],
  ...[1, 91, 92, 93, 128, 129, 137, 138, 139, 255, 256, 1025, 4000].map((length) => 'x'.repeat(length)),
  ...[
    'arn:aws:glacier:us-east-1:111122223333:vaults/docs',
    'arn:aws:glacier:eu-west-1:111122223333:vaults/docs',
  ],
  ...['aws:x', '{}', '[]', '{"Statement":[]}', '{"Statement":[{}]}'],
]

const HOSTILE = [
  ...['..', '.', '../..', '../../../../etc/passwd', '..\\..\\x', '/', '//', '%2e%2e%2f', '%00', '%zz', 'a/b'],
  ...['\0', 'docs\0', '\x1b[2J', '\r\nx-injected: 1', '\u202e', '\ud800', '\ufeff', 'café', '😀'.repeat(300)],
  ...[
    '__proto__',
    'constructor',
    'vault.json',
    'archive.json',
    'tmp',
    'locks',
    '-',
    '~',
    '$(id)',
    '`id`',
    "'--",
  ],
  ...['', ' ', '\t', '*', '?', '#', '&', '=', '+', ';', ':', ',', '"', '\\'],
]

/** A text for a label, a query or a header; sometimes none. */
export function textFor(random: Random, name: string, known: readonly string[]): string | undefined {
  const good = [...known, ...((GOOD[name] ?? []) as readonly string[])]
  if (random.chance(82) && good.length > 0) return random.pick(good)
  if (random.chance(10)) return undefined
  return random.pick(random.chance(60) ? NEAR : HOSTILE)
}

/** A value for a member of a JSON body; `undefined` is left out. */
export function valueFor(
  random: Random,
  { name, type }: Pick<ModelMember, 'name' | 'type'>,
  known: Readonly<Record<string, readonly string[]>>,
): unknown {
  if (random.chance(4)) return wrong(random)
  if (type.kind === 'structure') {
    if (type.name === 'JobParameters' && random.chance(60)) return jobFor(random, known)
    if (OPTIONAL.has(name) && random.chance(75)) return undefined
    return Object.fromEntries([
      ...type.members.map((member) => [member.name, valueFor(random, member, known)]),
      ...(random.chance(5) ? [[random.pick(HOSTILE), wrong(random)]] : []),
    ]) as unknown
  }
  const good = [...(known[name] ?? []), ...(GOOD[name] ?? [])]
  if (random.chance(80) && good.length > 0) return random.pick(good)
  if (random.chance(40)) return random.pick([undefined, undefined, null])
  return likely(random, type, known)
}

/** A job that the service takes: members whose values fit each other. */
function jobFor(random: Random, known: Readonly<Record<string, readonly string[]>>): object {
  const some = (...names: readonly string[]): object =>
    Object.fromEntries(names.map((name) => [name, random.chance(50) ? random.pick(GOOD[name] ?? []) : null]))
  const { ArchiveId = [], Marker = [] } = known
  if (random.chance(60) && ArchiveId.length > 0) {
    const Type = 'archive-retrieval'
    return { ...some('Description', 'SNSTopic', 'Tier'), Type, ArchiveId: random.pick(ArchiveId) }
  }
  const filter = {
    ...some('StartDate', 'EndDate', 'Limit'),
    ...(random.chance(30) && Marker.length > 0 && { Marker: random.pick(Marker) }),
  }
  const Type = 'inventory-retrieval'
  return { ...some('Description', 'SNSTopic', 'Format'), Type, InventoryRetrievalParameters: filter }
}

/** A value of the right type, and nothing else that is right. */
function likely(
  random: Random,
  type: ModelType,
  known: Readonly<Record<string, readonly string[]>>,
): unknown {
  const text = (): string => random.pick(random.chance(60) ? NEAR : HOSTILE)
  const item = (): unknown => ('item' in type ? valueFor(random, { name: '', type: type.item }, known) : null)
  const count = random.pick([0, 1, 2, 10, 11, 60])
  switch (type.kind) {
    case 'list':
      return Array.from({ length: count }, item)
    case 'map':
      return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${text()}${i}`, item()]))
    case 'number':
      return random.pick([0, -1, 1.5, 1e3, 1e300, 2 ** 53, 2 ** 63, -0])
    default:
      return text()
  }
}

/** A value of any other type. */
function wrong(random: Random): unknown {
  const values = [
    null,
    true,
    false,
    0,
    -1,
    1e3,
    1.5,
    1e308,
    '',
    'x',
    [],
    {},
    [null],
    [[]],
    { a: {} },
    ['x', 7],
  ]
  return random.chance(80) ? random.pick(values) : nested(random.pick([10, 100, 3000]), random.chance(50))
}

function nested(depth: number, isList: boolean): unknown {
  let value: unknown = 'x'
  for (let i = 0; i < depth; i++) value = isList ? [value] : { Policy: value }
  return value
}

/** The changes that the text of a body undergoes on its way: mostly none. */
export function spoilt(random: Random, text: string): Buffer {
  const fields = text.slice(1)
  return Buffer.from(
    random.chance(94)
      ? text
      : random.pick([
          '',
          'null',
          '[]',
          '"x"',
          '7',
          text.slice(0, -1),
          `${text}}`,
          `\ufeff${text}`,
          text.replace(
            /"[^"]*"(?=[,}\]])/,
            random.pick(['1e999', '01', '-', '+1', 'NaN', '1.', 'undefined', "'x'"]),
          ),
          text.replace(/:[^,{}[\]]+(?=[,}])/, ':99999999999999999999999999999999999999'),
          `{"Type":"select",${fields}`,
          `{"__proto__":{"Type":"select","Policy":"x"},${fields}`,
          '['.repeat(100_000),
          '{"Policy":'.repeat(50_000),
          `{"Tags":${'['.repeat(9000)}${']'.repeat(9000)}}`,
          `{"Description":"${'x'.repeat(900_000)}"}`,
          `{"ArchiveId":"${'x'.repeat(300_000)}","Type":"archive-retrieval"}`,
          Buffer.concat([Buffer.from(text.slice(0, 8)), Buffer.from([0xff, 0xfe, 0xc0, 0x80])]).toString(
            'latin1',
          ),
        ]),
  )
}
