import t from 'tap'
import { Catalog } from '../../../../lib/catalog/catalog.js'
import type { ArchiveRecord, CatalogRecord } from '../../../../lib/catalog/record.js'
import { catalogCheck, diskCheck, mirrorCheck } from '../../../../lib/cli/run/doctor/catalog-checks.js'
import { systemRuntime, type Runtime } from '../../../../lib/runtime/runtime.js'
import { MemoryFiles } from '../../../helpers/memory-files.js'
import { systemError } from '../../../simulation/disk/system-error.js'

const PATH = '/data/catalog.jsonl'
const PLACE = { time: '2026-01-01T00:00:00.000Z', region: 'r', vaultName: 'v' }

function archive(archiveId: string, treeHash = 'a'): ArchiveRecord {
  return { type: 'archive', ...PLACE, archiveId, size: 5, treeHash, volume: 1 }
}

async function diskWith(
  ...records: readonly CatalogRecord[]
): Promise<{ files: MemoryFiles; runtime: Runtime }> {
  const files = new MemoryFiles()
  const runtime = { ...systemRuntime, files }
  await using catalog = await Catalog.openOn(runtime, PATH)
  await catalog.append(...records)
  return { files, runtime }
}

t.test('a catalog: its records, and its unfinished uploads', async (t) => {
  const { files, runtime } = await diskWith(archive('a'), {
    type: 'begun',
    ...PLACE,
    uploadId: 'u',
    partSize: 4,
    volume: 1,
  })
  const before = files.text(PATH)
  t.strictSame(await catalogCheck(PATH, runtime), {
    status: 'ok',
    finding: '/data/catalog.jsonl, 2 records, 1 unfinished upload',
  })
  t.equal(files.text(PATH), before)
})

t.test('conflicts and damaged lines are warnings', async (t) => {
  const { files, runtime } = await diskWith(archive('a'), archive('a', 'b'))
  t.match(await catalogCheck(PATH, runtime), {
    status: 'warning',
    finding: /hashes for 1 archive$/,
    remedy: /rebuild/,
  })
  await files.writeFile(PATH, '{"type":"arch\n', { mode: 0o600 })
  t.match(await catalogCheck(PATH, runtime), {
    status: 'warning',
    finding: /0 records, 1 damaged line$/,
    remedy: /diff/,
  })
})

t.test('a catalog that cannot be written, and one that is another file, fail', async (t) => {
  const { files, runtime } = await diskWith(archive('a'))
  files.limitWrite = (path) => {
    throw systemError('ENOSPC', 'write', path)
  }
  t.match(await catalogCheck(PATH, runtime), { status: 'failed', finding: /catalog.jsonl cannot be written/ })
  files.limitWrite = (_, bytes) => bytes
  await files.writeFile(PATH, 'text', { mode: 0o600 })
  t.match(await catalogCheck(PATH, runtime), {
    status: 'failed',
    finding: /It is not a catalog/,
    remedy: /--catalog/,
  })
  t.match(await catalogCheck(`${PATH}/x`, runtime), { status: 'failed' }, 'a path that leads through a file')
})

t.test('a catalog that does not exist is not created, but its folder is tried', async (t) => {
  const files = new MemoryFiles()
  const runtime = { ...systemRuntime, files }
  t.match(await catalogCheck('/none/deeper/catalog.jsonl', runtime), {
    status: 'ok',
    finding: /does not exist yet/,
  })
  t.strictSame(await files.readdir('/'), [])
  files.stepsToPowerFailure = 0
  t.match(await catalogCheck('/none/catalog.jsonl', runtime), {
    status: 'failed',
    remedy: /permissions of the folder/,
  })
})

t.test('a mirror: in step, behind, missing, diverged, on a missing disk', async (t) => {
  const { files } = await diskWith(archive('a'))
  const check = (mirror: string): Promise<object> => mirrorCheck(PATH, mirror, files)
  t.match(await check('/data/mirror'), { status: 'ok', finding: /does not exist yet/ })
  await files.writeFile('/data/mirror', files.text(PATH).slice(0, 20), { mode: 0o600 })
  t.match(await check('/data/mirror'), { status: 'warning', finding: /lacks \d+ B$/ })
  await files.writeFile('/data/mirror', files.text(PATH), { mode: 0o600 })
  t.match(await check('/data/mirror'), { status: 'ok', finding: /is a copy/ })
  await files.writeFile('/data/mirror', 'other', { mode: 0o600 })
  t.match(await check('/data/mirror'), { status: 'failed', remedy: /import/ })
  t.match(await check('/usb/mirror'), { status: 'failed', remedy: /its folder \/usb does not exist/ })
})

t.test('the free space of the disk', async (t) => {
  const files = new MemoryFiles()
  files.statfs = () => Promise.resolve({ bsize: 1, blocks: 0, bavail: 0 })
  t.match(await diskCheck(PATH, files), { status: 'ok', finding: '/ is on a file system without a size' })
  const withSpace = (bytes: number): Promise<object> => {
    files.statfs = () => Promise.resolve({ bsize: 1, blocks: 1, bavail: bytes })
    return diskCheck(PATH, files)
  }
  t.match(await withSpace(2 ** 30), { status: 'ok', finding: '1.00 GiB free in /' })
  t.match(await withSpace(2 ** 24), { status: 'warning' })
  t.match(await withSpace(2 ** 16), { status: 'failed', remedy: /Make room/ })
})
