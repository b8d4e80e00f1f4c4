import t from 'tap'
import { Catalog, readCatalog } from '../../../lib/catalog/catalog.js'
import { countLines, exportLines } from '../../../lib/catalog/exchange/export-records.js'
import { planImport, type ImportPlan } from '../../../lib/catalog/exchange/import-plan.js'
import { readImport } from '../../../lib/catalog/exchange/read-import.js'
import { archivesIn } from '../../../lib/catalog/queries/archives.js'
import type { ArchiveRecord, BegunRecord, CatalogRecord } from '../../../lib/catalog/record.js'
import { findUnfinishedUploads } from '../../../lib/catalog/unfinished-uploads.js'
import { systemRuntime, type Runtime } from '../../../lib/runtime/runtime.js'
import { MemoryFiles } from '../../helpers/memory-files.js'

const PATH = '/catalog.jsonl'
const [HASH, OTHER_HASH] = ['a'.repeat(64), 'b'.repeat(64)]
const PLACE = { time: '2026-01-01T00:00:00.000Z', region: 'eu-west-1', vaultName: 'backups' }

function archive(archiveId: string, more: Partial<ArchiveRecord> = {}): ArchiveRecord {
  return {
    type: 'archive',
    ...PLACE,
    archiveId,
    size: 5,
    treeHash: HASH,
    volume: 1,
    partSize: 4,
    parts: 2,
    ...more,
  }
}

function begun(uploadId: string): BegunRecord {
  return { type: 'begun', ...PLACE, uploadId, partSize: 4, volume: 1, streamId: 's' }
}

function deleted(archiveId: string): CatalogRecord {
  return { type: 'deleted', ...PLACE, archiveId }
}

/** A catalog in memory. */
class TestCatalog {
  readonly files = new MemoryFiles()
  readonly runtime: Runtime = { ...systemRuntime, files: this.files }

  static async with(...records: readonly CatalogRecord[]): Promise<TestCatalog> {
    const it = new TestCatalog()
    await it.append(records)
    return it
  }

  async append(records: readonly CatalogRecord[]): Promise<void> {
    await using catalog = await Catalog.openOn(this.runtime, PATH)
    await catalog.append(...records)
  }

  async import(...records: readonly CatalogRecord[]): Promise<ImportPlan> {
    const plan = await planImport(PATH, records, this.files)
    await this.append(plan.added)
    return plan
  }

  async records(): Promise<CatalogRecord[]> {
    const found: CatalogRecord[] = []
    for await (const record of readCatalog(PATH, undefined, this.files)) found.push(record)
    return found
  }

  async archiveIds(): Promise<string[]> {
    const ids: string[] = []
    for await (const { archiveId } of archivesIn(PATH, this.files)) ids.push(archiveId)
    return ids
  }

  async unfinished(): Promise<(string | undefined)[]> {
    const found = await findUnfinishedUploads(readCatalog(PATH, undefined, this.files))
    return found.map(({ uploadId }) => uploadId)
  }

  async export(): Promise<string> {
    const counts = { records: 0, damagedLines: 0 }
    let text = ''
    for await (const lines of exportLines(PATH, counts, 'glacier-pipe 1', 'now', this.files))
      text += lines.map((line) => `${line}\n`).join('')
    return text
  }
}

async function* chunksOf(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(text as string)
  const chunk = Buffer.alloc(size)
  for (let at = 0; at < bytes.length; at += size) {
    bytes.copy(chunk, 0, at)
    yield chunk.subarray(0, Math.min(size, bytes.length - at)) // the same memory each time
  }
}

function lines(...values: readonly (object | string)[]): string {
  return values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('')
}

t.test(
  'an export holds each record, and importing it into a new catalog brings all of them back',
  async (t) => {
    const all = [
      begun('u'),
      archive('é\u2028', { uploadId: 'u', description: 'a "quote"' }),
      deleted('b'),
      archive('c'),
    ]
    const catalog = await TestCatalog.with(...all)
    const text = await catalog.export()
    t.match(text, /^\{"type":"export","format":1,"time":"now","program":"glacier-pipe 1"\}\n/)
    t.match(text, /\n\{"type":"export-end","records":4\}\n$/)
    const restored = new TestCatalog()
    const { records, damagedLines } = await readImport(chunksOf(text))
    t.equal(damagedLines, 0)
    t.match(await restored.import(...records), {
      added: all,
      duplicates: 0,
      obsolete: 0,
      conflicts: { length: 0 },
    })
    t.equal(
      restored.files.text(PATH),
      catalog.files.text(PATH),
      'byte for byte, so that a mirror stays in step',
    )
    t.match(
      await restored.import(...records),
      { added: { length: 0 }, duplicates: 4 },
      'a second import adds nothing',
    )
  },
)

t.test(
  'an export is a catalog, and is exported and imported as one, also when it was written to',
  async (t) => {
    const catalog = await TestCatalog.with(archive('a'))
    await catalog.files.writeFile(PATH, await catalog.export(), { mode: 0o600 })
    await catalog.append([archive('b')])
    t.strictSame(await catalog.archiveIds(), ['a', 'b'])
    t.match(await catalog.export(), /"export"[^]*"a"[^]*"b"[^]*"records":2\}\n$/)
    const { records } = await readImport(chunksOf(catalog.files.text(PATH)))
    t.match(records, [{ archiveId: 'a' }, { archiveId: 'b' }])
  },
)

t.test('damaged lines are not exported, but the records behind them are', async (t) => {
  const catalog = new TestCatalog()
  const torn = JSON.stringify(archive('torn')).slice(0, 40)
  await catalog.files.writeFile(
    PATH,
    lines('', archive('a'), `${torn}${JSON.stringify(archive('b'))}`, 'x'),
    {
      mode: 0o600,
    },
  )
  t.strictSame(await countLines(PATH, catalog.files), { records: 2, damagedLines: 2 })
  t.match((await readImport(chunksOf(await catalog.export()))).records, [
    { archiveId: 'a' },
    { archiveId: 'b' },
  ])
  const missing = new TestCatalog()
  await t.rejects(missing.export(), { code: 'ERR_CATALOG', cause: { code: 'ENOENT' } })
})

t.test('an import never brings back what was deleted or has ended', async (t) => {
  const settled = [
    archive('a', { uploadId: 'u' }),
    deleted('x'),
    { type: 'aborted' as const, ...PLACE, uploadId: 'v' },
  ]
  const catalog = await TestCatalog.with(
    ...settled,
    { type: 'mismatched', ...PLACE, archiveId: 'm', size: 5, sentTreeHash: HASH, intentId: 'i' },
    { type: 'ended', time: PLACE.time, uploadId: 'w' },
    { type: 'expired', ...PLACE, streamId: 's' },
  )
  const sending = { type: 'sending' as const, ...PLACE, size: 5, treeHash: HASH, volume: 1, intentId: 'i' }
  const stale = [
    begun('u'),
    begun('v'),
    begun('w'),
    sending,
    archive('x'),
    { type: 'completing' as const, time: PLACE.time, uploadId: 'u' },
  ]
  t.match(await catalog.import(...stale), { added: { length: 0 }, obsolete: stale.length })
  t.strictSame(await catalog.unfinished(), [])
  t.strictSame(await catalog.archiveIds(), ['a'])
  t.match(await catalog.import(begun('new'), deleted('a')), { obsolete: 0 })
  t.strictSame(await catalog.unfinished(), ['new'], 'an unfinished upload of another machine is welcome')
  t.strictSame(await catalog.archiveIds(), [], 'a deletion that only the other catalog knows counts')
})

t.test('another tree hash is a conflict, also if the record claims to settle it', async (t) => {
  const catalog = await TestCatalog.with(archive('a'), archive('b'))
  const settling = archive('a', { treeHash: OTHER_HASH, settles: true })
  const found = await catalog.import(
    settling,
    archive('b', { settles: true }),
    archive('c', { settles: true }),
  )
  t.match(found.conflicts, [{ archiveId: 'a', records: [{ treeHash: HASH }, { treeHash: OTHER_HASH }] }])
  t.equal(found.conflicts.length, 1)
  t.match(await catalog.records(), [
    { archiveId: 'a', treeHash: HASH },
    { archiveId: 'b', treeHash: HASH },
    { archiveId: 'a', treeHash: OTHER_HASH },
    { archiveId: 'b', settles: true },
    { archiveId: 'c', settles: true },
  ])
  t.notOk('settles' in ((await catalog.records())[2] ?? {}))
  t.match(
    await catalog.import(settling),
    { added: { length: 0 }, duplicates: 1 },
    'a second import adds nothing',
  )
  const empty = new TestCatalog()
  t.match(
    await empty.import(archive('a'), settling),
    { conflicts: { length: 0 } },
    'within one file, it settles',
  )
  t.match((await empty.records())[1], { settles: true })
  t.match(await catalog.import(archive('d'), archive('d', { treeHash: OTHER_HASH })), {
    conflicts: [{ archiveId: 'd' }],
  })
  const gone = [archive('e'), archive('e', { treeHash: OTHER_HASH }), deleted('e')]
  t.match(
    await catalog.import(...gone),
    { conflicts: { length: 0 }, added: gone },
    'a deleted archive has no conflict',
  )
})

t.test('earlier volumes that are imported do not make a complete set unfinished', async (t) => {
  const [first, second, third] = [
    archive('1', { more: true, streamId: 's' }),
    archive('2', { volume: 2, firstVolume: '1', more: true, streamId: 's' }),
    archive('3', { volume: 3, firstVolume: '1', streamId: 's' }),
  ]
  const catalog = await TestCatalog.with(third)
  t.match(await catalog.import(first, second), { added: [first, second, third] })
  t.strictSame(await catalog.unfinished(), [])
  t.match(await catalog.import(first, second), { added: { length: 0 }, duplicates: 2 })
  const restored = new TestCatalog()
  await restored.import(...(await catalog.records()))
  t.strictSame(await restored.unfinished(), [], 'a repeated record keeps its place in a copy')
  t.match(await restored.import(...(await catalog.records())), { added: { length: 0 }, duplicates: 4 })
  const other = await TestCatalog.with(third, second)
  t.match(await other.import(first), { added: [first, second, third] })
  t.match(await (await TestCatalog.with(first)).import(second, third), { added: [second, third] })
})

t.test('the same record with its fields in another order is a duplicate', async (t) => {
  const catalog = await TestCatalog.with(archive('a'))
  const reversed = Object.fromEntries(Object.entries(archive('a')).reverse()) as unknown as CatalogRecord
  t.match(await catalog.import(reversed), { added: { length: 0 }, duplicates: 1 })
})

t.test('a line that is not a valid record is refused with its number', async (t) => {
  const good = archive('a')
  const without = (field: string): object =>
    Object.fromEntries(Object.entries(good).filter(([name]) => name !== field))
  const wrong: Record<string, object | string> = {
    'it is not a JSON object': '{"type":"archive"',
    'it is not a JSON object. ': '[]',
    'it has no type': '{"a":1}',
    'does not know records of the type "new"': { type: 'new' },
    'does not know records of the type "toString"': { type: 'toString' },
    'must have the field archiveId': without('archiveId'),
    'must have the field treeHash': without('treeHash'),
    'the field size has a value that is not valid: "5"': { ...good, size: '5' },
    'the field size has a value that is not valid: -1': { ...good, size: -1 },
    'the field volume has a value that is not valid: 0': { ...good, volume: 0 },
    'the field time has a value that is not valid: "soon"': { ...good, time: 'soon' },
    'the field treeHash': { ...good, treeHash: 'A'.repeat(64) },
    'the field archiveId has a value that is not valid: "\\u001b"': { ...good, archiveId: '\u001b' },
    'the field region': { ...good, region: '' },
    'the field vaultName has a value that is not valid: "../x"': { ...good, vaultName: '../x' },
    'the field accountId': { ...good, accountId: '12' },
    'the field name has a value that is not valid: {}': { ...good, name: {} },
    'the field description has a value that is not valid: "x*…': { ...good, description: 7 },
    'the field more': { ...good, more: false },
    'the field owner': { ...good, owner: [] },
    'the field firstPart': { type: 'completing', time: good.time, uploadId: 'u', firstPart: { size: 1 } },
    'it is not a JSON object.  ': '{"type":"archive","__proto__":{"x":1}}',
    'it is not a JSON object.   ': '{"type":"archive","owner":{"constructor":1}}',
    'it is not a JSON object.    ': `{"type":${'['.repeat(60_000)}`,
  }
  for (const [problem, line] of Object.entries(wrong)) {
    const start = problem.trim().replace(/ x\*…$| "x\*…$/, '')
    await t.rejects(readImport(chunksOf(lines(good, '', line, good), 50_000)), {
      name: 'ImportError',
      line: 3,
      message: new RegExp(`^Line 3 cannot be imported: .*${start.replace(/[\\.*+?^${}()|[\]]/g, '\\$&')}`),
    })
  }
  t.match(
    await readImport(chunksOf(lines({ ...good, accountId: '-', firstPart: { size: 1, treeHash: HASH } }))),
    {
      records: [{ accountId: '-' }],
    },
  )
})

t.test('a long value is not repeated whole in a message', async (t) => {
  const line = { ...archive('a'), vaultName: 'ü'.repeat(1000) }
  await t.rejects(readImport(chunksOf(lines(line))), {
    message:
      /^.{0,300}…\. With --skip-damaged, lines that are not valid records are left out\. Nothing was imported\.$/,
  })
})

t.test('a line that is too long, or is not UTF-8, is refused before it is read whole', async (t) => {
  let sent = 0
  async function* endless(): AsyncGenerator<Uint8Array, void, undefined> {
    for (; ; sent++) yield Buffer.alloc(16_384, 'x')
  }
  await t.rejects(readImport(endless(), true), {
    name: 'ImportError',
    line: 1,
    problem: /longer than 65535 bytes/,
  })
  t.equal(sent, 3)
  const bytes = Buffer.concat([Buffer.from(lines(archive('a'))), Buffer.of(0xff, 0xfe)])
  await t.rejects(readImport(chunksOf(bytes)), { name: 'ImportError', line: 2, problem: 'it is not UTF-8.' })
  const marked = `\ufeff${lines(archive('a'))}`
  t.match(
    await readImport(chunksOf(marked)),
    { records: [{ archiveId: 'a' }] },
    'a byte order mark is left out',
  )
})

t.test('lines that are damaged are left out on request, and records behind them are taken', async (t) => {
  const torn = JSON.stringify(archive('torn')).slice(0, 40)
  const bad = JSON.stringify({ ...archive('bad'), vaultName: '../x' })
  const text =
    lines(archive('a'), torn + JSON.stringify(archive('b')), 'x', bad) + JSON.stringify(archive('c'))
  t.match(await readImport(chunksOf(text), true), {
    records: [{ archiveId: 'a' }, { archiveId: 'b' }, { archiveId: 'c' }],
    damagedLines: 3,
  })
})

t.test('an export that is incomplete, was changed, or is of a newer version is refused', async (t) => {
  const text = await (await TestCatalog.with(archive('a'), archive('b'))).export()
  const all = text.trimEnd().split('\n')
  const cut = lines(...all.slice(0, 3))
  await t.rejects(readImport(chunksOf(cut)), {
    name: 'ImportError',
    line: 3,
    problem: /the last line of the export is missing/,
  })
  t.match(await readImport(chunksOf(cut), true), { records: { length: 2 } })
  const changed = lines(...all.filter((_, i) => i !== 1))
  await t.rejects(readImport(chunksOf(changed)), {
    name: 'ImportError',
    line: 3,
    problem: /has 1 records before it, not 2/,
  })
  t.match(await readImport(chunksOf(changed), true), { records: { length: 1 } })
  await t.rejects(readImport(chunksOf(lines({ type: 'export', format: 2 }))), {
    name: 'ImportError',
    line: 1,
    problem: /newer version/,
  })
  await t.rejects(readImport(chunksOf('{"type":"export-x"}\n')), {
    name: 'ImportError',
    line: 1,
    problem: /"export-x"/,
  })
  await t.rejects(readImport(chunksOf('{"type":"export')), {
    name: 'ImportError',
    line: 1,
    problem: /not a JSON object/,
  })
  t.match(await readImport(chunksOf(lines({ type: 'export-end', records: 0 }))), { records: { length: 0 } })
})

t.test('lines of white space are no damage, and a record that is cut off is', async (t) => {
  const catalog = new TestCatalog()
  const whole = JSON.stringify(archive('a'))
  const text = `${whole}\n \n\r\n${whole.slice(0, 40)}\n`
  await catalog.files.writeFile(PATH, text, { mode: 0o600 })
  t.strictSame(await countLines(PATH, catalog.files), { records: 1, damagedLines: 1 })
  const { records, damagedLines } = await readImport(chunksOf(text), true)
  t.strictSame({ records, damagedLines }, { records: [archive('a')], damagedLines: 1 })
  t.strictSame((await readImport(chunksOf(`${whole}\n \n\r\n`))).records, [archive('a')])
})

t.test('several exports in one file are read, each with its own number of records', async (t) => {
  const [one, two] = [
    await TestCatalog.with(archive('a')),
    await TestCatalog.with(archive('b'), archive('c')),
  ]
  const text = `${await one.export()}${lines(archive('x'))}${await two.export()}`
  t.strictSame((await readImport(chunksOf(text))).records, [
    archive('a'),
    archive('x'),
    archive('b'),
    archive('c'),
  ])
})

t.test('the last line of an export behind a line that is cut off is damaged too', async (t) => {
  const text = `${lines(archive('a'))}{"type":"arch{"type":"export-end","records":7}\n`
  const { records, damagedLines } = await readImport(chunksOf(text), true)
  t.strictSame({ records, damagedLines }, { records: [archive('a')], damagedLines: 1 })
})
