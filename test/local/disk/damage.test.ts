import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { LockHeldError } from '../../../lib/errors.js'
import { damageOf } from '../../../lib/local/disk/damage.js'
import { apiErrorOf, isServerFailure } from '../../../lib/local/transport/thrown-error.js'
import { notFound } from '../../../lib/local/service/api-error.js'
import { runHere, stage } from '../../helpers/command.js'
import { contentOf } from '../../helpers/folder-content.js'
import { hashHeaders } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { NO_SHELL } from '../../helpers/shell.js'
import { DAMAGED, groundFor, initiate, sendPart, store, startJob } from '../../helpers/damaged-vault.js'

t.test('a symbolic link in the place of a folder or file is not followed', async (t) => {
  const base = t.testdir({
    outside: { '00000.part': 'x', 'inventory.jsonl': 'x', written: 'x', archives: {} },
  })
  const outside = join(base, 'outside')
  const dir = join(base, 'dir')
  const ground = await groundFor(t, { dir })
  const { ask, failures } = ground
  const uploadId = await initiate(ground)
  const vaultFolder = join(dir, 'vaults', 'docs')
  await writeFile(join(outside, 'vault.json'), await readFile(join(vaultFolder, 'vault.json')))
  await writeFile(
    join(outside, 'upload.json'),
    await readFile(join(vaultFolder, 'uploads', uploadId, 'upload.json')),
  )
  for (const name of await readdir(outside)) await utimes(join(outside, name), Date.now() / 1000, 1000)
  const states = async (): Promise<string> => (await contentOf(outside)).join('\n')
  const before = await states()
  const bytes = patternBytes(10)
  const all = async (): Promise<number[]> => {
    const answers = [
      await ask('POST', '/-/vaults/docs/archives', hashHeaders(bytes), bytes),
      await sendPart(ground, uploadId, 0, bytes),
      await ask('GET', '/-/vaults/docs/multipart-uploads'),
      await ask('DELETE', '/-/vaults/docs'),
    ]
    return answers.map(({ status }) => status)
  }
  for (const [place, expected] of [
    [join(vaultFolder, 'uploads', uploadId), [201, 507, 200, 400]],
    [join(vaultFolder, 'written'), [507, 204, 200, 400]],
    [join(vaultFolder, 'uploads'), [201, 507, 507, 400]],
    [join(vaultFolder, 'archives'), [507, 204, 200, 507]],
    [vaultFolder, [507, 507, 507, 507]],
  ] as const) {
    await rename(place, join(base, 'away')).catch(() => undefined)
    await symlink(outside, place)
    failures.splice(0)
    t.strictSame(await all(), expected, place.slice(dir.length))
    t.ok(failures.length > 0)
    t.equal(await states(), before, 'nothing outside was changed')
    await rm(place)
    await rename(join(base, 'away'), place).catch(() => undefined)
  }
})

t.test('what is no file is not waited for, and harms no other vault', { skip: NO_SHELL }, async (t) => {
  const ground = await groundFor(t, { inventoryInterval: 0 })
  const { ask, dir, vault } = ground
  const bytes = patternBytes(10)
  const archiveId = await store(ground, bytes)
  const folder = join(dir, 'vaults', 'docs')
  const makers: Record<string, (path: string) => unknown> = {
    'a FIFO': (path) => execFileSync('mkfifo', [path]),
    'a folder': (path) => mkdir(join(path, 'x'), { recursive: true }),
    'a link to itself': (path) => symlink(path, path),
  }
  for (const [kind, make] of Object.entries(makers)) {
    for (const [name, expected] of [
      ['written', { put: 507, vault: 200, costs: true }],
      ['inventory.jsonl', { put: 201, vault: kind === 'a folder' ? 507 : 200, costs: true }],
      ['', { put: 507, vault: kind === 'a link to itself' ? 507 : 404, costs: true }],
    ] as const) {
      const path = join(folder, name)
      await rename(path, join(dir, 'away')).catch(() => undefined)
      await make(path)
      const found = {
        put: (await ask('POST', '/-/vaults/docs/archives', hashHeaders(bytes), bytes)).status,
        vault: (await ask('GET', '/-/vaults/docs')).status,
        costs: await vault.costs().then(
          () => true,
          (error: unknown) => error,
        ),
      }
      const put = kind !== 'a link to itself' && name === '' ? 404 : expected.put
      t.strictSame(found, { ...expected, put }, `${kind} in the place of ${path.slice(dir.length)}`)
      t.match((await ask('GET', '/-/vaults')).status, 200)
      const absent = `${archiveId.slice(0, -4)}AAAA`
      t.match(await ask('DELETE', `/-/vaults/fine/archives/${absent}`), { status: 204 })
      await rm(path, { recursive: true })
      await rename(join(dir, 'away'), path).catch(() => undefined)
    }
  }
})

t.test('a record leads to nothing but its own item', async (t) => {
  const ground = await groundFor(t)
  const { ask, dir, vault } = ground
  const [archiveId, other] = [await store(ground, patternBytes(10)), await store(ground, patternBytes(20))]
  const jobId = await startJob(ground, { Type: 'archive-retrieval', ArchiveId: archiveId })
  const uploadId = await initiate(ground)
  const folder = join(dir, 'vaults', 'docs')
  const altering = async (
    path: string,
    changes: readonly object[],
    check: (label: string) => Promise<void>,
  ) => {
    const good = await readFile(path, 'utf8')
    for (const change of changes) {
      await writeFile(path, JSON.stringify({ ...(JSON.parse(good) as object), ...change }))
      await check(JSON.stringify(change))
    }
    await writeFile(path, good)
  }
  const output = `/-/vaults/docs/jobs/${jobId}/output`
  const ranges = [{ start: 3, end: 1 }, { end: 11 }, { archiveSize: 1 }]
  await altering(join(folder, 'jobs', `${jobId}.json`), ranges, async (label) => {
    t.match(await ask('GET', output), DAMAGED, label)
  })
  const changes = [{ archiveId: other }, { archiveId: '../../..' }, { description: 'a\nb' }]
  await altering(join(folder, 'archives', archiveId, 'archive.json'), changes, async (label) => {
    t.match(await ask('GET', output), DAMAGED, label)
    t.match(await vault.control.takeInventory('docs'), { archiveCount: 1 })
    await rm(join(folder, 'inventory.jsonl'))
  })
  t.match(await ask('GET', output), { status: 200 })
  const archive = JSON.parse(
    await readFile(join(folder, 'archives', archiveId, 'archive.json'), 'utf8'),
  ) as object
  const fate = { date: new Date().toISOString(), archive: { ...archive, archiveId: '../../escaped' } }
  await writeFile(join(folder, 'ended', `${uploadId}.json`), JSON.stringify(fate))
  const headers = { 'x-amz-archive-size': '10', 'x-amz-sha256-tree-hash': treeHashOf(patternBytes(10)) }
  t.match(await ask('POST', `/-/vaults/docs/multipart-uploads/${uploadId}`, headers), DAMAGED)
  t.match(await ask('GET', '/-/vaults/docs/multipart-uploads'), { status: 200 })
  t.strictSame((await readdir(join(dir, 'vaults'))).sort(), ['docs', 'fine'], 'nothing is moved elsewhere')
})

t.test('a vault is not made where something else is', async (t) => {
  const { ask, dir, failures } = await groundFor(t)
  await rm(join(dir, 'vaults', 'docs', 'vault.json'))
  await writeFile(join(dir, 'vaults', 'a-file'), '')
  for (const name of ['docs', 'a-file']) {
    const told = { message: new RegExp(`^The vault ${name} is damaged: its vault.json is missing`) }
    t.match(await ask('PUT', `/-/vaults/${name}`), { ...DAMAGED, json: told })
  }
  t.equal(failures.length, 2)
})

t.test('an unexpected failure is answered without a path, and reported by the server', async (t) => {
  const path = '/a/path/of/this/machine'
  const held = new LockHeldError(`The lock of ${path}`, { host: 'h', pid: 1, since: 'now' })
  for (const [error, message] of [
    [new Error(path), 'The local vault failed: an internal error.'],
    [new TypeError(path), 'The local vault failed: an internal error.'],
    [held, 'Another process has been changing the same thing for too long. Try again.'],
  ] as const) {
    t.match(apiErrorOf(error), {
      status: 500,
      code: 'ServiceUnavailableException',
      type: 'Server',
      message,
    })
    t.equal(isServerFailure(error), true)
  }
  t.equal(
    isServerFailure(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })),
    false,
    'a client that hung up',
  )
  t.equal(isServerFailure(notFound('there is none')), false)
  const passing = Object.assign(new Error('x'), { code: 'EMFILE' })
  t.equal(
    damageOf(passing, 'The vault docs', 'its vault.json', path),
    passing,
    'too many open files are no damage',
  )

  const controlSecret = 'c'.repeat(16)
  const { ask, dir, failures, vault } = await groundFor(t, { controlSecret })
  await rm(join(dir, 'locks'), { recursive: true })
  await writeFile(join(dir, 'locks'), '')
  const told = { message: 'The local vault failed: not a directory (ENOTDIR).' }
  t.match(await ask('PUT', '/-/vaults/more'), { status: 500, json: told })
  const order = await fetch(`${vault.endpoint}/.control/inventory`, {
    method: 'POST',
    headers: { authorization: `Bearer ${controlSecret}` },
    body: '{"vaultName":"docs"}',
  })
  t.equal(order.status, 500)
  t.strictSame(await order.json(), told)
  t.match(failures, [
    { code: 'ENOTDIR', message: /\/locks\// },
    { code: 'ENOTDIR', message: /\/locks\// },
  ])
})

t.test(
  'a command warns of what fails in the local vault, once, with control characters escaped',
  async (t) => {
    const dir = join(t.testdir(), 'a\u001b[31mb')
    await groundFor(t, { dir })
    await writeFile(join(dir, 'vaults', 'docs', 'vault.json'), '{')
    const it = stage()
    t.equal(await runHere(['vault', 'show', 'docs', '--local-dir', dir], it), 1)
    const [warning, failure, ...more] = it.err().trim().split('\n')
    t.match(
      warning,
      /^glacier-pipe: WARNING: the local vault in \S+a\\u001b\[31mb: The vault docs is damaged: .*vault\.json is not valid\.$/,
    )
    t.match(failure, /^glacier-pipe: DescribeVault: The vault docs is damaged: its vault\.json is not valid/)
    t.strictSame(more, [])
  },
)
