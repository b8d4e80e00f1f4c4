import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runHostile } from './hostile-checks.js'
import { OWN_FILES } from './hostile-commands.js'
import { CATALOG_COMMANDS, problemsWith } from './hostile-records.js'
import { ESCAPES } from './hostile-replies.js'
import { ARCHIVE_ID, INVENTORY_JOB, send, type HostileService, type Nonsense } from './hostile-service.js'

const HASH = 'f'.repeat(64)
const DATE = '2026-01-01T00:00:00Z'
const CSV_HEADER = 'ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash'
const ROW = {
  ArchiveId: ARCHIVE_ID,
  ArchiveDescription: '{"Path":"a.txt"}',
  CreationDate: DATE,
  Size: 5,
  SHA256TreeHash: HASH,
}

/** Values of a description, which a user of the vault chooses. The inventory is correct with each. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  escapes: ESCAPES,
  'escapes in a name': JSON.stringify({ Path: `${ESCAPES}/../../etc/passwd` }),
  'a path': '{"Path":"/etc/passwd"}',
  'a path upwards': '{"Path":"../../x"}',
  NUL: 'a\u0000b',
  newlines: 'a\r\nb\n"c"',
  'half a pair': '\ud800',
  'a name that is no text': '{"Path":{"toString":1}}',
  'a prototype': '{"__proto__":{"Path":"x"},"constructor":1}',
  'a volume beyond limits': '{"Volume":1e308,"FirstVolume":"x"}',
  'a volume that is no number': '{"Volume":"NaN","FirstVolume":[]}',
  'a volume of itself': `{"Volume":2,"FirstVolume":"${ARCHIVE_ID}"}`,
  'nested lists': '['.repeat(1000),
}

/** Values of other fields, in JSON, with which a row is not one of the service. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  ArchiveId: [
    '""',
    '".."',
    '"../../x"',
    JSON.stringify(ESCAPES),
    'null',
    '5',
    '{}',
    `"${'A'.repeat(60_000)}"`,
  ],
  CreationDate: [
    '""',
    '"NaN"',
    '"Infinity"',
    '"2026-13-99T00:00:00Z"',
    '"+275760-09-13T00:00:00.000Z"',
    '[]',
    '1e999',
  ],
  Size: ['-1', '1e999', '-0', '0.5', 'NaN', '"-1"', '"0x10"', '""', 'null', '{}', '9007199254740993'],
  SHA256TreeHash: ['""', '"x"', JSON.stringify(ESCAPES), 'null', '[]'],
  ArchiveDescription: ['null', '5', '{}', '{"a":{}}', '[[]]', `"${'x'.repeat(1_000_000)}"`],
}

function json(rows: string, more = ''): string {
  return `{"VaultARN":"x","InventoryDate":${more || `"${DATE}"`},"ArchiveList":[${rows}]}`
}

/** Inventories in JSON that no service writes, by name. */
function hostileJson(): Map<string, Buffer> {
  const row = JSON.stringify(ROW)
  const texts: Record<string, string | Buffer> = {
    empty: '',
    'no list': '{}',
    'not JSON': '<html>\u001b[2J</html>',
    'only a row': row,
    'a list of texts': json('"\u001b[2J"'),
    'nested objects': json('{"a":'.repeat(50_000)),
    'nested lists': json('['.repeat(50_000)),
    'an end within a row': json(row).slice(0, -50),
    'an end within a character': Buffer.from(json(row.replace('a.txt', 'é'))).subarray(0, 260),
    'the same row many times': json(Array<string>(5000).fill(row).join()),
    'the same archive with other sizes': json(
      [1, 2, 3].map((Size) => JSON.stringify({ ...ROW, Size })).join(),
    ),
    'a field twice': json(row.replace('{', '{"Size":-1,')),
    prototypes: json(row.replace('{', '{"__proto__":{"Size":-1},"constructor":{"prototype":{}},')),
    'more lists': json(row).replace('{', '{"x":[{"ArchiveList":[5]}],'),
    'a row after the end': `${json(row)}${row}`,
    'NUL between rows': json(`${row}\u0000,${row}`),
    'NUL at the end': `${json(row)}${'\u0000'.repeat(1000)}`,
    'invalid UTF-8': Buffer.concat([
      Buffer.from(json(row).slice(0, 60)),
      Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0x9b, 0x33]),
      Buffer.from(json(row).slice(60)),
    ]),
    'a byte order mark': `\ufeff${json(row)}`,
    'UTF-16': Buffer.from(json(row), 'utf16le'),
    'a line of 20 MB': json(row.replace('a.txt', 'x'.repeat(20_000_000))),
  }
  for (const value of ['"NaN"', '"\u001b[2J"', '1e999', '{"a":1}', 'null'])
    texts[`the date ${JSON.stringify(value)}`] = json(row, value)
  for (const [name, ArchiveDescription] of Object.entries(DESCRIPTIONS))
    texts[`described with ${name}`] = json(JSON.stringify({ ...ROW, ArchiveDescription }))
  for (const [field, values] of Object.entries(FIELDS)) {
    texts[`without ${field}`] = json(JSON.stringify({ ...ROW, [field]: undefined }))
    for (const value of values)
      texts[`${field} is ${value.slice(0, 30)}`] = json(
        `${JSON.stringify({ ...ROW, [field]: undefined }).slice(0, -1)},"${field}":${value}}`,
      )
  }
  return asBuffers(texts)
}

/** Inventories in CSV that no service writes, by name. */
function hostileCsv(): Map<string, Buffer> {
  const csv = (...rows: string[]): string => [CSV_HEADER, ...rows, ''].join('\n')
  const rowOf = ({ id = ARCHIVE_ID, text = '"x"', date = DATE, size = '5', hash = HASH } = {}): string =>
    [id, text, date, size, hash].join()
  const texts: Record<string, string | Buffer> = {
    empty: '',
    'only the header': csv(),
    'no header': rowOf(),
    'columns in another order': csv().replace('ArchiveId,ArchiveDescription', 'ArchiveDescription,ArchiveId'),
    'a column twice': csv().replace('Size', 'Size,Size'),
    'a column less': csv(rowOf()).replace(',SHA256TreeHash', ''),
    'the header twice': csv(CSV_HEADER, rowOf()),
    'a byte order mark': `\ufeff${csv(rowOf())}`,
    'UTF-16': Buffer.from(csv(rowOf()), 'utf16le'),
    'an end within a row': csv(rowOf()).slice(0, -20),
    'carriage returns': csv(rowOf()).replaceAll('\n', '\r'),
    'a quoted newline': csv(rowOf({ text: '"a\nb"' })),
    'quotes without an end': csv(rowOf({ text: '"\\"' })),
    'rows in a description': csv(rowOf({ text: `"${rowOf()}${rowOf()}"` })),
    NUL: csv(rowOf({ text: '"a\u0000b"' }), '\u0000'),
    'a line of 20 MB': csv(rowOf({ text: `"${'x'.repeat(20_000_000)}"` })),
    'commas without an end': csv(','.repeat(60_000)),
    'quotes and commas': csv(rowOf({ text: '","'.repeat(20_000) })),
    'invalid UTF-8': Buffer.concat([
      Buffer.from(csv(rowOf())),
      Buffer.from([0xff, 0xc0, 0x80, 0x9b]),
      Buffer.from('\n'),
    ]),
    escapes: csv(rowOf({ text: `"${ESCAPES.replaceAll(/[\r\n]/g, '')}"` })),
    'an ID with escapes': csv(rowOf({ id: '\u001b[2J' })),
    'an ID that is a path': csv(rowOf({ id: '..' })),
    'a wrong hash': csv(rowOf({ hash: 'g'.repeat(64) })),
  }
  for (const size of ['-1', '1e3', '0.5', '', 'NaN', '9'.repeat(400), ' 5'])
    texts[`the size ${size.slice(0, 9)}`] = csv(rowOf({ size }))
  for (const date of ['NaN', '', '2026-13-99T99:99:99Z', '+275760-09-13T00:00:00Z', '0000-00-00T00:00:00Z'])
    texts[`the date ${date}`] = csv(rowOf({ date }))
  for (const [name, text] of Object.entries(DESCRIPTIONS))
    texts[`described with ${name}`] = csv(rowOf({ text: `"${text.replaceAll('"', '\\"')}"` }))
  return asBuffers(texts)
}

function asBuffers(texts: Readonly<Record<string, string | Buffer>>): Map<string, Buffer> {
  return new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]))
}

/** The commands that read an inventory. The last one leaves the catalog for those that read it. */
const COMMANDS: readonly (readonly string[])[] = [
  ['inventory', 'docs'],
  ['inventory', 'docs', '--json'],
  ['inventory', 'docs', '--csv'],
  ['catalog', 'diff', 'docs'],
  ['catalog', 'rebuild', 'docs'],
]

/**
 * The properties that do not hold with inventories that no service writes, by their names.
 *
 * @param dir - a folder for catalogs
 * @param stride - every so many of the inventories are used; default all
 * @param first - the number of the first one
 */
export async function problemsWithInventories(
  service: HostileService,
  dir: string,
  stride = 1,
  first = 0,
): Promise<Record<string, string[]>> {
  const all = [
    ...[...hostileJson()].map(([name, bytes]) => ['JSON', name, bytes] as const),
    ...[...hostileCsv()].map(([name, bytes]) => ['CSV', name, bytes] as const),
  ]
  const found: Record<string, string[]> = {}
  for (const [i, [format, name, bytes]] of all.entries()) {
    if (i % stride !== first) continue
    const own = join(dir, String(i))
    await mkdir(own)
    await writeFile(join(own, 'catalog.jsonl'), '')
    const problems = await problemsWithInventory(bytes, format, service, own)
    if (problems.length > 0) found[`${format}: ${name}`] = problems
  }
  return found
}

/** The properties that do not hold when commands read an inventory, and then the catalog that was rebuilt from it. */
async function problemsWithInventory(
  bytes: Buffer,
  format: 'CSV' | 'JSON',
  service: HostileService,
  dir: string,
): Promise<string[]> {
  const found: string[] = []
  for (const command of COMMANDS) {
    service.reset()
    service.nonsense = {
      operations: new Set(['DescribeJob', 'GetJobOutput']),
      send: inventoryReply(bytes, format),
    }
    const catalog = command[0] === 'catalog' ? ['--catalog', join(dir, 'catalog.jsonl')] : []
    const place = ['--endpoint', service.endpoint, '--region', 'us-east-1', '--job', 'job-inventory']
    const { problems } = await runHostile([...command, ...place, ...catalog, '--retry-for', '1m'], {
      tree: { dir, mayChange: OWN_FILES },
      quotesWords: bytes.includes('NaN'),
      // Programs that read these get texts as they are.
      rawStdout: command.includes('--csv'),
    })
    found.push(...problems.map((problem) => `${command.join(' ')}: ${problem}`))
  }
  for (const command of CATALOG_COMMANDS)
    found.push(...(await problemsWith(dir, command, bytes.includes('NaN'))))
  return found
}

function inventoryReply(bytes: Buffer, format: 'CSV' | 'JSON'): Nonsense {
  const job = {
    ...INVENTORY_JOB,
    InventorySizeInBytes: bytes.length,
    InventoryRetrievalParameters: { Format: format },
  }
  return ({ operation, request }, response) => {
    if (operation === 'DescribeJob') {
      send(response, {
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(job),
      })
      return
    }
    const [, from = '0'] = /bytes=(\d+)-/.exec(String(request.headers.range)) ?? []
    const rest = bytes.subarray(Number(from))
    response.writeHead(206, {
      'x-amzn-requestid': 'r',
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      'content-length': String(rest.length),
    })
    response.end(rest)
  }
}
