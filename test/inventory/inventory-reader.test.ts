import type { VaultJob, VaultJobOutput } from '../../lib/client/vault-client.js'
import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { inventory } from '../../lib/vault/inventory.js'
import type { InventoryOptions } from '../../lib/vault/retrieval-options.js'
import { InventoryCsvParser } from '../../lib/inventory/inventory-csv.js'
import { InventoryJsonParser } from '../../lib/inventory/inventory-json.js'
import type { InventoryRow } from '../../lib/inventory/inventory-row.js'
import type { OutputRequest } from '../../lib/client/vault-client.js'
import { settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { VirtualClock } from '../helpers/virtual-clock.js'

const HASH = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9'
const vaultName = 'docs'
const PIECE = 65_537

/** Rows with descriptions of all the characters a description may have. */
const rowArbitrary: fc.Arbitrary<InventoryRow> = fc.record(
  {
    archiveId: fc.stringMatching(/^[\w-]{1,20}$/),
    description: fc.stringMatching(/^[ -~]{0,40}$/),
    creationDate: fc.constant('2026-03-01T12:00:00Z'),
    size: fc.nat(),
    treeHash: fc.constant(HASH),
  },
  { noNullPrototype: true },
)

function jsonOf(rows: readonly InventoryRow[], space = ''): string {
  const list = rows.map((row) =>
    JSON.stringify({
      ArchiveId: row.archiveId,
      ArchiveDescription: row.description,
      CreationDate: row.creationDate,
      Size: row.size,
      SHA256TreeHash: row.treeHash,
    }),
  )
  return `{"VaultARN":"arn","InventoryDate":"2026-03-02T00:00:00Z","ArchiveList":[${list.join(`,${space}`)}]}`
}

function csvOf(rows: readonly InventoryRow[]): string {
  const lines = rows.map(
    ({ archiveId, description, creationDate, size, treeHash }) =>
      `${archiveId},"${description.replaceAll('"', '\\"')}",${creationDate},${size},${treeHash}\n`,
  )
  return `ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\n${lines.join('')}`
}

/** Reads a text cut at these places. */
function read(
  parser: InventoryJsonParser | InventoryCsvParser,
  text: string,
  cuts: readonly number[],
): InventoryRow[] {
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((a, b) => a - b)]
  const rows: InventoryRow[] = []
  for (const [i, from] of places.entries()) {
    const piece = text.slice(from, places[i + 1])
    rows.push(...(i === places.length - 1 ? parser.end(piece) : parser.push(piece)))
  }
  return rows
}

t.test('an inventory in JSON is read as it is, in any pieces', async (t) => {
  const cuts = fc.array(fc.nat(5000), { maxLength: 20 })
  fc.assert(
    fc.property(
      fc.array(rowArbitrary, { maxLength: 20 }),
      cuts,
      fc.constantFrom('', ' ', '\n', '\r\n'),
      (rows, at, space) => {
        const parser = new InventoryJsonParser()
        deepStrictEqual(read(parser, jsonOf(rows, space), at), rows)
        deepStrictEqual(parser.inventoryDate, '2026-03-02T00:00:00Z')
      },
    ),
    { numRuns: 300 },
  )
  t.pass('as all were')
})

t.test('wherever it is cut, a row with braces and quotes in its description is one', async (t) => {
  const rows = ['}', '{"x":"}"}', '\\"}', '\\', '] }', ''].map((description, i) => ({
    archiveId: `a${i}`,
    description,
    creationDate: '2026-03-01T12:00:00Z',
    size: i,
    treeHash: HASH,
  }))
  const text = jsonOf(rows, ' ')
  for (let cut = 0; cut <= text.length; cut++)
    deepStrictEqual(read(new InventoryJsonParser(), text, [cut]), rows)
  t.pass('as all were')
})

t.test('and in the service’s CSV, whose quoting is its own', async (t) => {
  // A backslash before a quote, or at the end, is written like an escaped quote: the service's CSV cannot tell.
  const clear = rowArbitrary.filter(({ description }) => !/\\"|\\$/.test(description))
  fc.assert(
    fc.property(fc.array(clear, { maxLength: 20 }), fc.array(fc.nat(5000), { maxLength: 20 }), (rows, at) => {
      deepStrictEqual(read(new InventoryCsvParser(), csvOf(rows), at), rows)
    }),
    { numRuns: 300 },
  )
  const [row] = read(new InventoryCsvParser(), csvOf([]) + `a,plain,2026-03-01T12:00:00Z,5,${HASH}\r\n`, [])
  t.match(row, { archiveId: 'a', description: 'plain', size: 5 }, 'a description without quotes is as good')
})

t.test('a text that is not a complete inventory is an error', async (t) => {
  const whole = jsonOf([
    { archiveId: 'a', description: '', creationDate: '2026-03-01T12:00:00Z', size: 1, treeHash: HASH },
  ])
  for (const text of [
    '',
    'hello',
    whole.slice(0, -1),
    whole.slice(0, -2),
    whole.slice(0, 100),
    `${whole}x`,
    whole.replace('[{', '[5,{'),
    whole.replace('"Size":1', '"Size":"x"'),
    whole.replace('"Size":1', '"Size":}'),
    whole.replace('"ArchiveId":"a",', ''),
    '{"VaultARN",,"ArchiveList":[',
  ]) {
    t.throws(
      () => read(new InventoryJsonParser(), text, []),
      { name: 'InventoryError', code: 'ERR_INVENTORY' },
      text,
    )
  }
  t.strictSame(read(new InventoryJsonParser(), '{"ArchiveList":[]}', []), [], 'no date is no harm')
  t.match(
    read(
      new InventoryJsonParser(),
      whole.replace('"ArchiveDescription":""', '"ArchiveDescription":null'),
      [],
    ),
    [{ description: '' }],
  )
  for (const text of ['', 'ArchiveId\n', `${csvOf([])}a,"b"`, `${csvOf([])}a,b,c,d,e\n`]) {
    t.throws(() => read(new InventoryCsvParser(), text, []), { code: 'ERR_INVENTORY' }, text)
  }
})

t.test(
  'text without an end of a row, of the head or of the inventory is not held beyond 64 Ki characters',
  (t) => {
    const piece = 'x'.repeat(1000)
    const untilError = (
      parser: InventoryJsonParser | InventoryCsvParser,
      beginning: string,
      filler = piece,
    ): number => {
      let length = 0
      parser.push(beginning)
      t.throws(
        () => {
          for (; length < 1_000_000; length += filler.length) parser.push(filler)
        },
        { code: 'ERR_INVENTORY', message: /more than 65536 characters/ },
      )
      return length
    }
    const list = '{"ArchiveList":['
    t.ok(untilError(new InventoryJsonParser(), '{"VaultARN":"') < 70_000)
    t.ok(untilError(new InventoryJsonParser(), `${list}{"ArchiveDescription":"`) < 70_000)
    t.ok(untilError(new InventoryJsonParser(), `${list}]`, ' '.repeat(1000)) < 70_000)
    t.ok(untilError(new InventoryCsvParser(), csvOf([])) < 70_000)
    t.ok(untilError(new InventoryCsvParser(), '') < 70_000)
    t.end()
  },
)

t.test('a size that is no number of bytes is an error', (t) => {
  const whole = jsonOf([
    { archiveId: 'a', description: '', creationDate: '2026-03-01T12:00:00Z', size: 1, treeHash: HASH },
  ])
  for (const size of ['-1', '1e300', '0.5', 'null', 'true', '[1]', '{}', '""x']) {
    const text = whole.replace('"Size":1', `"Size":${size}`)
    t.throws(() => read(new InventoryJsonParser(), text, []), { code: 'ERR_INVENTORY' }, size)
  }
  t.end()
})

t.test('an ID, a date or a hash that is not valid is an error, as later commands use them', async (t) => {
  const row = {
    archiveId: 'a',
    description: '',
    creationDate: '2026-03-01T12:00:00Z',
    size: 1,
    treeHash: HASH,
  }
  const wrong = {
    ArchiveId: ['', '.', '..', 'a b', 'a\n', '\u001b[2J', 'ä', '\u202e', 'a'.repeat(4097)],
    CreationDate: [
      '',
      'd',
      'NaN',
      'Infinity',
      '2026-13-01T00:00:00Z',
      '2026-03-01',
      '+275760-09-13T00:00:00.000Z',
    ],
    SHA256TreeHash: ['', 'h', HASH.toUpperCase().replaceAll(/\d/g, 'A'), `${HASH}0`, `${HASH}\n`],
  }
  const of = (more: object): string => {
    const [text] = /\{"ArchiveId.*\}(?=\])/.exec(jsonOf([row])) ?? ['']
    return JSON.stringify({ ArchiveList: [{ ...(JSON.parse(text) as object), ...more }] })
  }
  t.match(read(new InventoryJsonParser(), of({ CreationDate: '2026-03-01T12:00:00.123Z' }), []), {
    length: 1,
  })
  for (const [field, values] of Object.entries(wrong))
    for (const value of values)
      t.throws(
        () => read(new InventoryJsonParser(), of({ [field]: value }), []),
        { code: 'ERR_INVENTORY', message: new RegExp(`${field}.* is not an? (?:ID|date|hash)`) },
        `${field} ${JSON.stringify(value.slice(0, 30))}`,
      )
})

/** A vault that has an inventory. */
class InventoryVault extends MemoryVault {
  text = Buffer.from(jsonOf([]))
  inventories: VaultJob[] = []
  /** The states of the job in the first responses to DescribeJob. */
  states: VaultJob['status'][] = []
  lastInventoryDate: string | undefined

  constructor(rows: readonly InventoryRow[] = []) {
    super()
    this.text = Buffer.from(jsonOf(rows))
  }

  job(more: Partial<VaultJob> = {}): VaultJob {
    return {
      jobId: 'inventory',
      action: 'InventoryRetrieval',
      status: 'Succeeded',
      statusMessage: undefined,
      description: undefined,
      creationDate: '2026-01-01T00:00:00.000Z',
      completionDate: new Date().toISOString(),
      tier: undefined,
      archiveId: undefined,
      archiveSize: undefined,
      archiveTreeHash: undefined,
      range: undefined,
      treeHash: undefined,
      inventorySize: this.text.length,
      inventory: { format: 'JSON', startDate: undefined, endDate: undefined, limited: false },
      ...more,
    }
  }

  override async describeVault(): ReturnType<MemoryVault['describeVault']> {
    const { lastInventoryDate } = this
    return {
      vaultName,
      arn: 'arn',
      creationDate: '2026-03-01T12:00:00Z',
      lastInventoryDate,
      archiveCount: 1,
      size: 1,
    }
  }

  override async listJobs(): ReturnType<MemoryVault['listJobs']> {
    return { items: this.inventories, marker: undefined }
  }

  override async describeJob(request: { jobId: string }): Promise<VaultJob> {
    return this.job({
      status: this.states.shift() ?? 'Succeeded',
      ...this.inventories.find(({ jobId }) => jobId === request.jobId),
      jobId: request.jobId,
    })
  }

  override async getJobOutput(request: OutputRequest): Promise<VaultJobOutput> {
    this.calls.push({ ...request, operation: 'getJobOutput' })
    await this.before({ ...request, operation: 'getJobOutput' })
    const bytes = this.text.subarray(request.range.start, request.range.end)
    async function* body(): AsyncGenerator<Buffer> {
      for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
    }
    return this.tamper({ body: body(), treeHash: undefined }, request)
  }
}

function optionsFor(client: InventoryVault): InventoryOptions {
  return { client, vaultName, retryFor: 10_000, clock: new VirtualClock() }
}

function manyRows(count: number): InventoryRow[] {
  return Array.from({ length: count }, (_, i) => ({
    archiveId: `archive-${i}`,
    description: `Größe ${i} {"x":"}"}`,
    creationDate: '2026-03-01T12:00:00Z',
    size: i,
    treeHash: HASH,
  }))
}

async function gathered(source: AsyncIterable<InventoryRow>): Promise<InventoryRow[]> {
  const rows: InventoryRow[] = []
  for await (const row of source) rows.push(row)
  return rows
}

t.test('the rows of a vault come as objects', async (t) => {
  const rows = manyRows(30_000)
  const vault = new InventoryVault(rows)
  vault.states.push('InProgress', 'InProgress')
  const told: unknown[] = []
  const reader = inventory({ ...optionsFor(vault), poll: { firstMs: 1 } })
  reader.on('job', (jobId, found) => told.push([jobId, found]))
  reader.on('waiting', ({ jobId, status }) => told.push([jobId, status]))
  reader.once('ready', ({ inventorySize }) => told.push(inventorySize))
  t.equal(reader.inventoryDate, undefined)
  t.strictSame(await gathered(reader), rows)
  t.equal(reader.inventoryDate, '2026-03-02T00:00:00Z')
  t.strictSame(told, [['inventory', false], ['inventory', 'InProgress'], vault.text.length])
  const asked = vault.calls.filter(({ operation }) => operation === 'getJobOutput')
  t.equal(asked.length, 1)
})

t.test(
  'an output that breaks off is gone on with at the same byte; one of another size is an error',
  async (t) => {
    const rows = manyRows(100)
    const vault = new InventoryVault(rows)
    const bodyOf = (...pieces: Uint8Array[]): VaultJobOutput => ({
      treeHash: undefined,
      body: (async function* () {
        yield* pieces
      })(),
    })
    let cuts = 2
    vault.tamper = (output, { range: { start } }) =>
      cuts-- > 0 ? bodyOf(vault.text.subarray(start, start + 1000)) : output
    t.strictSame(await gathered(inventory(optionsFor(vault))), rows)
    const asked = vault.calls.flatMap(({ range }) => (range ? [range.start] : []))
    t.strictSame(asked, [0, 1000, 2000])
    vault.tamper = () => bodyOf()
    await t.rejects(gathered(inventory(optionsFor(vault))), { code: 'ERR_SIZE_MISMATCH' })
    vault.tamper = () => bodyOf(Buffer.alloc(vault.text.length + 1))
    await t.rejects(gathered(inventory(optionsFor(vault))), { code: 'ERR_SIZE_MISMATCH' })
    vault.inventories = [vault.job({ inventorySize: undefined })]
    await t.rejects(
      gathered(inventory(optionsFor(vault))),
      { code: 'ERR_INVENTORY' },
      'a job of no size has no inventory',
    )
  },
)

t.test('a job of the same inventory is used again, an older or another one is not', async (t) => {
  const vault = new InventoryVault()
  vault.lastInventoryDate = '2026-01-01T00:00:00.000Z'
  const asked = { format: 'JSON', startDate: undefined, endDate: undefined, limited: false } as const
  const chosenFor = async (
    jobs: Partial<VaultJob>[],
    more: Partial<InventoryOptions> = {},
  ): Promise<unknown> => {
    vault.inventories = jobs.map((job, i) => vault.job({ jobId: `job-${i}`, ...job }))
    const reader = inventory({ ...optionsFor(vault), ...more })
    let found: unknown
    reader.on('job', (jobId, wasThere) => (found = wasThere ? jobId : 'new'))
    await gathered(reader)
    return found
  }
  t.equal(await chosenFor([{}]), 'job-0')
  t.equal(
    await chosenFor([{ creationDate: '2025-12-31T00:00:00.000Z' }]),
    'new',
    'begun before the last inventory',
  )
  t.equal(await chosenFor([{ status: 'Failed' }]), 'new')
  t.equal(await chosenFor([{ inventory: { ...asked, limited: true } }]), 'new')
  t.equal(await chosenFor([{ inventory: { ...asked, startDate: '2026-01-01T00:00:00Z' } }]), 'new')
  t.equal(
    await chosenFor([{ inventory: { ...asked, startDate: '2026-01-01T00:00:00.000Z' } }], {
      startDate: '2026-01-01T00:00:00Z',
    }),
    'job-0',
    'the same time in other words',
  )
  t.equal(await chosenFor([{ inventory: undefined, action: 'ArchiveRetrieval' }]), 'new')
  t.equal(await chosenFor([{ completionDate: '2026-01-01T01:00:00.000Z' }]), 'new', 'soon expired')
  const earlier = new Date(Date.now() - 3_600_000).toISOString()
  t.equal(await chosenFor([{ completionDate: earlier }, {}]), 'job-1', 'the latest')
  t.equal(await chosenFor([{}, { completionDate: earlier }]), 'job-0')
  t.equal(await chosenFor([], { jobId: 'given' }), 'given')
  const underWay = { completionDate: undefined }
  t.equal(
    await chosenFor([
      { ...underWay, creationDate: '2026-01-01T02:00:00.000Z' },
      { ...underWay, creationDate: '2026-01-01T01:00:00.000Z' },
    ]),
    'job-1',
    'of those under way the one that began first',
  )
})

t.test('CSV can be asked for', async (t) => {
  const vault = new InventoryVault()
  const rows = manyRows(3).map((row) => ({ ...row, description: 'say "hi"' }))
  vault.text = Buffer.from(csvOf(rows))
  const inventoryFacts = { format: 'CSV', startDate: undefined, endDate: undefined, limited: false } as const
  vault.inventories = [vault.job({ inventory: inventoryFacts })]
  const reader = inventory({ ...optionsFor(vault), format: 'CSV' })
  t.strictSame(await gathered(reader), rows)
  t.equal(reader.inventoryDate, undefined)
})

t.test('a slow reader is waited for, and one that stops ends the requests', async (t) => {
  const vault = new InventoryVault(manyRows(60_000))
  const reader = inventory(optionsFor(vault))
  let count = 0
  for await (const row of reader) {
    t.ok(row)
    await settled(1)
    if (++count === 50) break
  }
  t.ok(reader.destroyed)
  const asked = vault.calls.filter(({ operation }) => operation === 'getJobOutput').length
  t.ok(asked <= 3, `no more than ${asked} pieces were fetched`)
  const aborting = new AbortController()
  const stopped = gathered(
    inventory({ ...optionsFor(new InventoryVault(manyRows(10))), signal: aborting.signal }),
  )
  aborting.abort()
  await t.rejects(stopped, { name: 'AbortError' })
})

t.test('rows that come in drips, from one slow piece after the other, are all there', async (t) => {
  const rows = manyRows(1500).map((row) => ({ ...row, description: 'x'.repeat(8000) }))
  const vault = new InventoryVault(rows)
  vault.before = () => settled(3)
  t.strictSame((await gathered(inventory(optionsFor(vault)))).length, rows.length)
})

t.test('credentials that have expired are got anew', async (t) => {
  const vault = new InventoryVault(manyRows(1))
  let refreshed = 0
  const client = Object.assign(vault, {
    refreshCredentials: async () => {
      refreshed++
    },
  })
  const { CredentialsError } = await import('../../lib/errors.js')
  let failures = 1
  vault.before = () => {
    if (failures-- > 0)
      throw new CredentialsError('x', { operation: 'GetJobOutput', serviceCode: 'ExpiredTokenException' })
  }
  const retries: unknown[] = []
  const reader = inventory(optionsFor(client))
  reader.on('retry', ({ attempts }) => retries.push(attempts))
  t.equal((await gathered(reader)).length, 1)
  t.equal(refreshed, 1)
  t.strictSame(retries, [1])
  failures = 1
  const unfresh = new InventoryVault(manyRows(1))
  unfresh.before = vault.before
  t.equal(
    (await gathered(inventory(optionsFor(unfresh)))).length,
    1,
    'where there are none to get, it just goes on',
  )
})
