import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  open,
  readFile,
  readdir,
  rename,
  stat,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { assertCatalogHead } from '../../lib/catalog/catalog-file.js'
import { archivesIn } from '../../lib/catalog/queries/archives.js'
import { Catalog, readCatalog } from '../../lib/catalog/catalog.js'
import { recordsIn } from '../../lib/catalog/lines/parse-line.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import { assertRecordNearEnd } from '../../lib/catalog/lines/file-end.js'
import type { FileSystem } from '../../lib/runtime/file-system.js'
import { systemRuntime } from '../../lib/runtime/runtime.js'
import { systemFiles } from '../../lib/runtime/system-files.js'
import { findUnfinishedUploads } from '../../lib/catalog/unfinished-uploads.js'
import { MIB } from '../../lib/sizes.js'
import { writeAtOnce } from '../helpers/catalog-writers.js'
import { WatchedFiles } from '../helpers/watched-files.js'

const place = { region: 'eu-west-1' }

function archive(archiveId: string, more: object = {}): CatalogRecord {
  return {
    type: 'archive',
    time: '2026-01-01T00:00:00.000Z',
    ...place,
    vaultName: 'backups',
    archiveId,
    size: 5,
    treeHash: 'aa',
    partSize: MIB,
    parts: 1,
    volume: 1,
    ...more,
  }
}

async function all(path: string): Promise<CatalogRecord[]> {
  const records: CatalogRecord[] = []
  for await (const record of readCatalog(path)) records.push(record)
  return records
}

t.test('a catalog is closed by the end of its scope, and may be closed again', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  let kept: Catalog | undefined
  {
    await using catalog = await Catalog.open(path)
    kept = catalog
    void catalog.append(archive('a'))
  }
  t.match(await all(path), [{ archiveId: 'a' }], 'what was being written is there')
  await kept.close()
  await t.rejects(kept.append(archive('b')), { code: 'ERR_CATALOG' })
})

t.test('what is appended is read back in its order, by any number of openings', async (t) => {
  const path = join(t.testdir(), 'data', 'deeper', 'catalog.jsonl')
  t.strictSame(await all(path), [], 'no file is an empty catalog')
  for (const id of ['a', 'b']) {
    const catalog = await Catalog.open(path)
    t.equal(catalog.path, path)
    await Promise.all([catalog.append(archive(id)), catalog.append(archive(`${id}2`))])
    await catalog.close()
  }
  t.match(await all(path), [{ archiveId: 'a' }, { archiveId: 'a2' }, { archiveId: 'b' }, { archiveId: 'b2' }])
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.equal((await stat(join(path, '..'))).mode & 0o777, 0o700)
  t.strictSame(await readdir(join(path, '..')), ['catalog.jsonl'], 'nothing else is left')
  t.equal((await readFile(path, 'utf8')).split('\n').length, 5, 'a line each')
})

t.test('lines of any length and alphabet are read, however they fall on what is read at once', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  const lengths = [10, 700_000, 1_048_576, 5_000_000, 300, 1_048_400]
  const records = lengths.map((length, i) =>
    archive(`A${i}`, { description: (i % 2 === 0 ? 'a' : 'ä').repeat(length) }),
  )
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  t.strictSame(await all(path), records)
  await appendFile(path, JSON.stringify(archive('last')))
  t.equal((await all(path)).at(-1)?.type, 'archive', 'and a last line without its end')
  t.equal((await all(path)).length, lengths.length + 1)
})

t.test('a torn last line is passed over, and what is appended after it is not lost', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  const write = async (id: string): Promise<void> => {
    const catalog = await Catalog.open(path)
    await catalog.append(archive(id))
    await catalog.close()
  }
  await write('a')
  await write('torn')
  const { size } = await stat(path)
  for (let cut = size - 1; cut > size / 2; cut -= 7) {
    await truncate(path, cut)
    const expected = cut === size - 1 ? ['a', 'torn'] : ['a']
    t.strictSame(
      (await all(path)).map((record) => 'archiveId' in record && record.archiveId),
      expected,
      `cut at ${cut}`,
    )
  }
  await write('b')
  t.match(await all(path), [{ archiveId: 'a' }, { archiveId: 'b' }])
  const [, torn = '', whole = ''] = (await readFile(path, 'utf8')).split('\n')
  t.throws(() => JSON.parse(torn) as unknown)
  t.match(JSON.parse(whole), { archiveId: 'b' })
})

t.test('a record behind the rest of a torn line is found, wherever the line was cut', async (t) => {
  const record = archive('with "type":" and {"type":"archive" in it')
  const line = JSON.stringify(record)
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: line.length - 1 }),
      fc.integer({ min: 0, max: line.length - 1 }),
      (one, two) => {
        t.strictSame(recordsIn(line.slice(0, one) + line.slice(0, two) + line), [record])
      },
    ),
    { numRuns: 200 },
  )
  t.strictSame(recordsIn(line + line), [record, record])
  for (const nothing of ['', '{}', 'null', '[1]', '{"type":"', '"type"']) t.strictSame(recordsIn(nothing), [])
})

t.test('what cannot be written or read is told with its path', async (t) => {
  const dir = t.testdir({ file: 'x' })
  const under = join(dir, 'file', 'catalog.jsonl')
  await t.rejects(Catalog.open(under), {
    name: 'CatalogError',
    code: 'ERR_CATALOG',
    path: under,
    cause: { code: /EEXIST|ENOTDIR/ },
  })
  await t.rejects(all(under), {
    code: 'ERR_CATALOG',
    message: /cannot be read: not a directory \(ENOTDIR\)\.$/,
  })
  await t.rejects(idsIn(under), {
    code: 'ERR_CATALOG',
    message: /cannot be read: not a directory \(ENOTDIR\)\.$/,
  })
  t.strictSame(await idsIn(join(dir, 'none')), [])
  t.notOk(existsSync(join(dir, 'none')), 'a file that is read is not created')
  await t.rejects(Catalog.open(dir), { code: 'ERR_CATALOG', cause: { code: 'EISDIR' } })

  const path = join(dir, 'catalog.jsonl')
  const random = { ...systemRuntime.random, hex: () => 'same' }
  await mkdir(`${path}.same.room`)
  await t.rejects(Catalog.openOn({ ...systemRuntime, random }, path), { code: 'ERR_CATALOG', path })

  const catalog = await Catalog.open(path)
  await catalog.close()
  await t.rejects(catalog.append(archive('a')), { code: 'ERR_CATALOG' })
})

t.test('nothing is appended behind a hole that readers refuse', async (t) => {
  const path = join(t.testdir({ 'catalog.jsonl': `${JSON.stringify(archive('a'))}\n` }), 'catalog.jsonl')
  await truncate(path, 2 ** 40) // zeros, which take no space on the disk
  const refusal = {
    code: 'ERR_CATALOG',
    message: /more than 512 MiB in a row without a record\. Cut them out/,
  }
  await t.rejects(Catalog.open(path), refusal)
  await t.rejects(idsIn(path), refusal, 'as readers do')
  t.equal((await stat(path)).size, 2 ** 40, 'it stays as it is')
  await truncate(path, 500 * 2 ** 20)
  await (await Catalog.open(path)).close()
})

t.test('a record is found wherever it begins near the end of a file', async (t) => {
  const MIB = 2 ** 20
  const path = join(t.testdir(), 'catalog.jsonl')
  const record = `${JSON.stringify(archive('a'))}\n`
  for (const [beforeEnd, isFound] of [
    [record.length, true],
    [MIB - 4, true],
    [MIB, true],
    [MIB + 4, true],
    [3 * MIB, true],
    [3 * MIB + 5, true],
    [5 * MIB, false],
  ] as const) {
    const file = await systemFiles.open(path, 'w+')
    await file.truncate(8 * MIB)
    await t.resolves(assertRecordNearEnd(file, 8 * MIB, 8 * MIB), 'a file that is short enough')
    await t.rejects(assertRecordNearEnd(file, 8 * MIB, 8 * MIB - 1), 'a file that is too long by a byte')
    await file.write(Buffer.from(record), 8 * MIB - beforeEnd)
    const checked = assertRecordNearEnd(file, 8 * MIB, 4 * MIB + 1)
    if (isFound) await t.resolves(checked, `${beforeEnd}`)
    else await t.rejects(checked, { message: /without a record/ }, `${beforeEnd}`)
    await file.close()
  }
})

t.test('the file that tries whether the disk has room has no name while it is written', async (t) => {
  for (const isRefused of [false, true]) {
    const dir = t.testdir({})
    const written: string[][] = []
    const files: FileSystem = {
      ...systemFiles,
      open: async (path, flags, mode) => {
        const file = await systemFiles.open(path, flags, mode)
        if (path.endsWith('.room'))
          file.writeFile = async (data) => {
            t.equal(data.length, 65_536)
            written.push(await readdir(dir))
          }
        return file
      },
      unlink: (path) =>
        isRefused ? Promise.reject(new Error('it is open, as Windows has it')) : systemFiles.unlink(path),
    }
    const path = join(dir, 'catalog.jsonl')
    await (await Catalog.openOn({ ...systemRuntime, files }, path)).close()
    t.match(written, [
      isRefused ? ['catalog.jsonl', /^catalog\.jsonl\.[0-9a-f]{12}\.room$/] : ['catalog.jsonl'],
    ])
    t.equal(written[0]?.length, isRefused ? 2 : 1)
    t.strictSame(await readdir(dir), ['catalog.jsonl'], 'a file that kept its name is removed at the end')
  }
})

t.test('a file of another kind is refused, and left as it is', async (t) => {
  const dir = t.testdir({
    'dump.sql': '-- a dump',
    'photo.jpg': Buffer.from('ffd8ffe000104a46494600', 'hex'),
    'package.json': '{\n  "type": "module"\n}\n',
    'one-line.json': '{"currency":"USD","regions":{}}',
    zeros: '\0'.repeat(100),
    empty: '',
    torn: '{"ty\n\0\0{"type\n',
  })
  await t.rejects(Catalog.open(join(dir, 'dump.sql')), {
    code: 'ERR_CATALOG',
    message: /It is not a catalog/,
  })
  t.equal(await readFile(join(dir, 'dump.sql'), 'utf8'), '-- a dump')
  for (const name of ['dump.sql', 'photo.jpg', 'package.json', 'one-line.json']) {
    await t.rejects(
      idsIn(join(dir, name)),
      { code: 'ERR_CATALOG', message: /read: It is not a catalog/ },
      name,
    )
    await t.rejects(Catalog.open(join(dir, name)), { code: 'ERR_CATALOG' }, name)
  }
  for (const name of ['zeros', 'empty', 'torn']) t.strictSame(await idsIn(join(dir, name)), [], name)
  // After a power cut, a file may have zeros where something was written.
  for (const name of ['zeros', 'empty', 'torn']) await (await Catalog.open(join(dir, name))).close()
})

t.test('a disk without room is found out when the catalog is opened', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  const api = new URL('../../dist/catalog/index.js', import.meta.url).href
  const script = `
    const { Catalog } = await import(${JSON.stringify(api)})
    process.on('SIGXFSZ', () => undefined)
    await Catalog.open(${JSON.stringify(path)}).catch((error) => console.log(error.code, error.cause.code))`
  // No file may grow past a few KiB: to who writes it is the same as a disk that is full.
  const limited = `ulimit -f 8; exec "$0" --input-type=module -e "$1"`
  const { stdout } = await promisify(execFile)('sh', ['-c', limited, process.execPath, script])
  t.equal(stdout, 'ERR_CATALOG EFBIG\n')
  t.strictSame(await readdir(join(path, '..')), ['catalog.jsonl'], 'and the trial is gone')
})

t.test(
  'a folder that cannot be written to is found out when the catalog is opened',
  { skip: process.getuid?.() === 0 && 'root may write anywhere' },
  async (t) => {
    const dir = join(t.testdir(), 'closed')
    await mkdir(dir)
    await chmod(dir, 0o500)
    await t.rejects(Catalog.open(join(dir, 'catalog.jsonl')), {
      code: 'ERR_CATALOG',
      cause: { code: 'EACCES' },
    })
  },
)

t.test('a record longer than a line may be is refused, and no other of its call is written', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  const catalog = await Catalog.open(path)
  const long = archive('long', { description: 'ä'.repeat(33_000) })
  await t.rejects(catalog.append(archive('a'), long), {
    code: 'ERR_CATALOG',
    cause: { name: 'RangeError' },
  })
  await catalog.append(archive('b'))
  await catalog.close()
  t.match(await all(path), [{ archiveId: 'b' }])
})

t.test('a file that is replaced or deleted while it is open is detected', async (t) => {
  const dir = t.testdir()
  const path = join(dir, 'catalog.jsonl')
  const catalog = await Catalog.open(path)
  await catalog.append(archive('a'))
  await copyFile(path, `${path}.copy`)
  await rename(`${path}.copy`, path)
  const before = await readFile(path, 'utf8')
  await t.rejects(catalog.append(archive('b')), { code: 'ERR_CATALOG', path, message: /was replaced while/ })
  t.equal(await readFile(path, 'utf8'), before)
  await unlink(path)
  await t.rejects(catalog.append(archive('c')), { code: 'ERR_CATALOG', message: /was deleted while/ })
  await catalog.close()
  t.strictSame(await readdir(dir), [])
})

t.test(
  'a file that is deleted while a record is written is detected: the record is not durable',
  async (t) => {
    const path = join(t.testdir(), 'catalog.jsonl')
    const catalog = await Catalog.open(path)
    const probe = await open(path)
    const handles = Object.getPrototypeOf(probe) as { datasync: () => Promise<void> }
    await probe.close()
    t.intercept(handles, 'datasync', { value: () => unlink(path) })
    await t.rejects(catalog.append(archive('a')), { code: 'ERR_CATALOG', message: /was deleted while/ })
    await catalog.close()
  },
)

t.test('a folder in place of the catalog that cannot be looked into is told', async (t) => {
  const dir = t.testdir({ data: {} })
  const catalog = await Catalog.open(join(dir, 'data', 'catalog.jsonl'))
  await rename(join(dir, 'data'), join(dir, 'moved'))
  await writeFile(join(dir, 'data'), 'a file')
  await t.rejects(catalog.append(archive('a')), { code: 'ERR_CATALOG', cause: { code: 'ENOTDIR' } })
  await catalog.close()
})

t.test('processes that end the same torn line at once damage nothing', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  for (let round = 0; round < 20; round++) {
    await appendFile(path, '{"type":"archive","archiveId":"torn')
    const catalogs = await Promise.all([1, 2, 3].map(() => Catalog.open(path)))
    await Promise.all(catalogs.map((catalog, i) => catalog.append(archive(`${round}.${i}`))))
    await Promise.all(catalogs.map((catalog) => catalog.close()))
  }
  const ids = (await all(path)).map((record) => 'archiveId' in record && record.archiveId)
  t.equal(ids.length, 60)
  t.equal(new Set(ids).size, 60)
})

t.test(
  'four processes write to one catalog at once, one of them many at a time: every line is whole',
  async (t) => {
    const path = join(t.testdir(), 'catalog.jsonl')
    const found = await writeAtOnce(t, path, [
      { name: 'a', count: 200, batch: 1 },
      { name: 'b', count: 200, batch: 1 },
      { name: 'c', count: 200, batch: 1 },
      { name: 'd', count: 3000, batch: 1000 },
    ])
    t.match(found, { lines: 3600, ids: 3600, broken: 0 })
  },
)

async function idsIn(path: string): Promise<string[]> {
  const found: string[] = []
  for await (const { archiveId } of archivesIn(path)) found.push(archiveId)
  return found
}

t.test('a record behind the rest of a torn one counts, whatever is asked for', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  const deleted = { type: 'deleted', time: 't', vaultName: 'v', region: 'r', archiveId: 'x' }
  const lines = [archive('a'), archive('x')].map((record) => `${JSON.stringify(record)}\n`)
  await writeFile(path, `${lines.join('')}{"type":"begun","upl${JSON.stringify(deleted)}\n`)
  t.strictSame(await idsIn(path), ['a'])
})

t.test('lines of other kinds are passed over, as a later version may write them', async (t) => {
  const path = join(t.testdir(), 'catalog.jsonl')
  await writeFile(path, '\nhello\n{"type":"later","x":1}\n')
  await appendFile(path, `${JSON.stringify(archive('a'))}\r\n`)
  t.strictSame(await findUnfinishedUploads(readCatalog(path)), [])
  t.strictSame(await idsIn(path), ['a'])
})

t.test('a record without a type is refused', async (t) => {
  await using catalog = await Catalog.open(join(t.testdir(), 'catalog.jsonl'))
  for (const record of [{}, { type: 7 }, null, 'x'])
    await t.rejects(catalog.append(record as unknown as CatalogRecord), { name: 'TypeError' })
  t.strictSame(await all(catalog.path), [])
})

t.test('only the file of the catalog stays open, until it is closed', async (t) => {
  const files = new WatchedFiles()
  const catalog = await Catalog.openOn({ ...systemRuntime, files }, '/catalog.jsonl')
  t.equal(files.openFiles, 1)
  await catalog.append(archive('a'))
  await catalog.close()
  t.equal(files.openFiles, 0)
  await files.writeFile('/other', 'a dump', { mode: 0o600 })
  files.openFiles = 0
  await t.rejects(Catalog.openOn({ ...systemRuntime, files }, '/other'), { code: 'ERR_CATALOG' })
  t.equal(files.openFiles, 0)
})

t.test('a file on another disk with the same inode has replaced the catalog', async (t) => {
  const files = new WatchedFiles()
  await using catalog = await Catalog.openOn({ ...systemRuntime, files }, '/catalog.jsonl')
  files.changeStats = (_, stats) => ({ ...stats, dev: 2n })
  await t.rejects(catalog.append(archive('a')), { message: /was replaced while/ })
})

t.test('a byte order mark is left out at the beginning of a file only', async (t) => {
  t.doesNotThrow(() => {
    assertCatalogHead(Buffer.from('\ufeff{"ty'))
  })
  t.throws(() => {
    assertCatalogHead(Buffer.from('{"ty\n\ufeff{"ty'))
  }, /It is not a catalog/)
})

t.test(
  'a FIFO and a device are no catalogs, and are neither waited for nor read',
  { skip: process.platform === 'win32' && 'there are none' },
  async (t) => {
    const fifo = join(t.testdir(), 'fifo')
    await promisify(execFile)('mkfifo', [fifo])
    for (const path of [fifo, '/dev/zero']) {
      const expected = { code: 'ERR_CATALOG', message: /It is not a regular file/ }
      await t.rejects(idsIn(path), expected)
      await t.rejects(Catalog.open(path), expected)
    }
    t.strictSame(await readdir(join(fifo, '..')), ['fifo'])
  },
)
