import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startNotes } from '../../../../lib/cli/run/put/start-notes.js'
import { GLACIER_LIMITS } from '../../../../lib/glacier/limits.js'
import type { StorageClass } from '../../../../lib/s3/storage-classes.js'
import { MIB } from '../../../../lib/sizes.js'
import { planUpload } from '../../../../lib/upload/upload-plan.js'
import { runHere, stage } from '../../../helpers/command.js'

const DEFAULTS = { onFailure: 'keep', volumes: true, progress: 'auto' } as const
const VAULT = { options: DEFAULTS, storageClass: undefined, maxVolumes: Infinity }

t.test('more memory than by default is stated, unless the user has decided about it', (t) => {
  const plan = planUpload({ partSize: 128 * MIB }, GLACIER_LIMITS)
  t.match(startNotes(plan, undefined, VAULT), [
    /^Parts of 128\.0 MiB take up to \d+\.\d MiB of memory; .* 256\.0 MiB/,
  ])
  t.strictSame(startNotes(plan, undefined, { ...VAULT, options: { ...DEFAULTS, memory: plan.memory } }), [])
  t.strictSame(startNotes(planUpload({}, GLACIER_LIMITS), 5 * MIB, VAULT), [])
  t.end()
})

t.test('several archives are stated', (t) => {
  const plan = planUpload({ partSize: MIB, maxArchiveSize: 3 * MIB }, GLACIER_LIMITS)
  t.match(startNotes(plan, 7 * MIB, VAULT), [
    /^The source of 7\.00 MiB takes 3 archives, .* at 3\.00 MiB\. .* one ID/,
  ])
  t.end()
})

t.test(
  'a key without room for the number of another volume is stated, unless the source is known to fit',
  (t) => {
    const plan = planUpload({ partSize: MIB, maxArchiveSize: 3 * MIB }, GLACIER_LIMITS)
    const single = { ...VAULT, maxVolumes: 1 }
    t.match(startNotes(plan, undefined, single), [
      /^The key has no room .* more than 3\.00 MiB fails\. .* shorter/,
    ])
    t.strictSame(startNotes(plan, MIB, single), [])
    t.strictSame(startNotes({ ...plan, volumes: false }, undefined, single), [])
    t.strictSame(startNotes(plan, undefined, { ...VAULT, maxVolumes: 9 }), [])
    t.end()
  },
)

t.test('the storage class is stated if it is the default', (t) => {
  const plan = planUpload({}, GLACIER_LIMITS)
  const notes = (storageClass: StorageClass, options: object): string[] =>
    startNotes(plan, undefined, { ...VAULT, storageClass, options: { ...DEFAULTS, ...options } })
  t.match(notes('DEEP_ARCHIVE', {}), [
    /^The storage class is DEEP_ARCHIVE: charged .* --storage-class selects/,
  ])
  t.strictSame(notes('DEEP_ARCHIVE', { storageClass: 'DEEP_ARCHIVE' }), [])
  t.end()
})

t.test('put prints the notes before it starts, and not with --quiet', async (t) => {
  const dir = t.testdir()
  const file = join(dir, 'file')
  await writeFile(file, '')
  await truncate(file, 2 * MIB)
  for (const quiet of [[], ['-q']]) {
    const it = stage()
    const sizes = ['--part-size', '1MiB', '--max-archive-size', '1MiB']
    t.equal(
      await runHere(['put', 'docs', file, '--local-dir', join(dir, 'vaults'), ...sizes, ...quiet], it),
      0,
    )
    if (quiet.length > 0) t.equal(it.err(), '')
    else t.match(it.err(), /^glacier-pipe: The source of 2\.00 MiB takes 2 archives/)
  }
})

t.test('commands that delete and create print an object for each result with --json', async (t) => {
  const dir = t.testdir()
  const run = async (args: readonly string[], input?: Buffer): Promise<string> => {
    const it = stage(input)
    t.equal(await runHere([...args, '--local-dir', dir, '-q'], it), 0)
    return it.out()
  }
  t.strictSame(JSON.parse(await run(['vault', 'create', 'docs', '--json'])), { vault: 'docs', created: true })
  await run(['put', 'docs', '--name', 'a'], Buffer.from('x'))
  const deleted = JSON.parse(await run(['rm', 'docs', 'a', '--yes', '--json'])) as object
  t.match(deleted, { vault: 'docs', archiveId: /^[\w-]{138}$/, deleted: true })
  t.strictSame(JSON.parse(await run(['vault', 'rm', 'docs', '--json'])), { vault: 'docs', deleted: true })
})
