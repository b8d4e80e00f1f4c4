import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { LockFolder } from '../../../lib/fs/lock.js'
import { ownerName } from '../../../lib/fs/owner-name.js'
import { currentProcess } from '../../../lib/runtime/process-identity.js'
import { Disk, namesIn } from '../../../lib/local/disk/disk.js'
import { claimFolder } from '../../../lib/local/disk/folder.js'
import { startLocalVault } from '../../../lib/local/index.js'
import { receivePart } from '../../../lib/local/storage/part-file.js'
import { runHere, stage } from '../../helpers/command.js'
import { contentOf } from '../../helpers/folder-content.js'
import { localVaultFor, send } from '../../helpers/local-vault.js'
import { nextLine } from '../../helpers/lock-process.js'
import { NO_SHELL } from '../../helpers/shell.js'

// What a start does to a folder that is there already: nothing to what is not its own.

const MARKER = '{"format":1}'
const VAULT = JSON.stringify({ name: 'docs', creationDate: '2026-01-01T00:00:00.000Z', inventory: null })
const KEYS = JSON.stringify({ accessKeyId: 'AKIA', secretAccessKey: 'secret' })
const ID = '6a3c1c1e-95f4-4a6c-8a57-0a6f7f0f6f2e'
const RECORD = '{"type":"begun","time":"2026-01-01T00:00:00.000Z"}\n'
const HASH = 'a'.repeat(64)

/** Opens a folder, and closes what was started. */
async function openAndClose(dir: string): Promise<void> {
  await (await startLocalVault({ dir })).close()
}

/** Folders of others, by what is odd about them. */
const FOREIGN: Record<string, { readonly content: Parameters<Test['testdir']>[0]; readonly found: RegExp }> =
  {
    'a file': {
      content: { 'package.json': '{}' },
      found: /it contains 'package\.json'\. Nothing in it was changed/,
    },
    'many files': {
      content: { a: '', b: '', c: '', d: '', e: '', '.DS_Store': '' },
      found: /it contains 'a', 'b', 'c', 2 more\./,
    },
    'a control character in a name': { content: { 'x\u001b[31m': '' }, found: /'x\\u\{1b\}\[31m'/ },
    'a tmp of its own': { content: { tmp: { 'my file': 'x' } }, found: /'tmp\/my file'/ },
    'a tmp that is a file': { content: { tmp: 'x' }, found: /it contains tmp/ },
    'vaults of its own': { content: { vaults: { docs: {} }, locks: {}, tmp: {} }, found: /'vaults\/docs'/ },
    'locks of its own': { content: { vaults: {}, locks: { door: '' }, tmp: {} }, found: /'locks\/door'/ },
    'proofs that cannot be read': {
      content: { vaults: {}, locks: {}, tmp: {}, 'vault-id': {}, 'credentials.json': {}, mine: '' },
      found: /it contains 'mine'/,
    },
    'keys without the folders': {
      content: { 'credentials.json': '{}', vaults: {} },
      found: /'credentials\.json'/,
    },
    'lines that are no catalog': { content: { 'lines.jsonl': '{"a":1}\n' }, found: /'lines\.jsonl'/ },
    'locks without a catalog': { content: { 'catalog.jsonl.locks': {} }, found: /'catalog\.jsonl\.locks'/ },
    'a catalog with locks of others': {
      content: { 'catalog.jsonl': RECORD, 'catalog.jsonl.locks': { door: '' } },
      found: /'catalog\.jsonl\.locks'/,
    },
    'a folder with locks': { content: { x: {}, 'x.locks': {} }, found: /'x', 'x\.locks'/ },
    'an empty file': { content: { catalog: '' }, found: /'catalog'/ },
    'a damaged marker': {
      content: { 'local-vault.json': '{"format":' },
      found: /its local-vault\.json is damaged/,
    },
    'a marker that is a folder': {
      content: { 'local-vault.json': {} },
      found: /its local-vault\.json is damaged/,
    },
    'a marker of a later version': {
      content: { 'local-vault.json': '{"format":2}', tmp: {} },
      found:
        /a later version of glacier-pipe wrote it, in format 2, and this version reads format 1\. Update/,
    },
  }

t.test('a folder of others is refused, and nothing in it is changed', async (t) => {
  for (const [name, { content, found }] of Object.entries(FOREIGN)) {
    await t.test(name, async (t) => {
      const dir = t.testdir(content)
      const before = await contentOf(dir)
      await t.rejects(startLocalVault({ dir }), {
        name: 'LocalFolderError',
        code: 'ERR_LOCAL_FOLDER',
        dir,
        message: found,
      })
      t.strictSame(await contentOf(dir), before)
    })
  }
})

t.test('a FIFO is not waited for', { skip: NO_SHELL }, async (t) => {
  const dir = t.testdir({ foreign: {}, ours: { 'local-vault.json': MARKER } })
  execFileSync('mkfifo', [join(dir, 'foreign', 'x'), join(dir, 'ours', 'vault-id')])
  await t.rejects(startLocalVault({ dir: join(dir, 'foreign') }), { message: /it contains 'x'/ })
  await t.rejects(startLocalVault({ dir: join(dir, 'ours') }), { message: /does not contain a UUID/ })
})

t.test('a command refuses a folder of others, even one that only reads', async (t) => {
  const dir = t.testdir({ 'package.json': '{}', tmp: { mine: 'x' } })
  const before = await contentOf(dir)
  for (const args of [
    ['put', 'docs', '--local-dir', dir],
    ['serve', '--dir', dir],
  ]) {
    const it = stage(Buffer.from('x'))
    t.equal(await runHere(args, it), 1, args.join(' '))
    t.match(it.err(), /^glacier-pipe: The folder \S+ cannot be used for a local vault: .*'package\.json'/)
  }
  for (const args of [
    ['vault', 'ls'],
    ['vault', 'show', 'docs'],
    ['uploads', 'docs'],
    ['jobs', 'docs'],
    ['ls'],
    ['get', 'docs', 'x'],
  ]) {
    const it = stage(Buffer.from(''))
    t.equal(await runHere([...args, '--local-dir', dir], it), 2, args.join(' '))
    t.match(
      it.err(),
      /^glacier-pipe: There is no local vault in \S+, the folder of --local-dir, but other files\./,
    )
  }
  t.strictSame(await contentOf(dir), before)
})

t.test('no symbolic link leads out of the folder', async (t) => {
  for (const name of ['tmp', 'locks', 'vaults', 'local-vault.json'])
    for (const marker of [{}, { 'local-vault.json': MARKER }]) {
      const base = t.testdir({ outside: { mine: 'x' }, dir: name === 'local-vault.json' ? {} : marker })
      const dir = join(base, 'dir')
      await symlink(join(base, 'outside'), join(dir, name))
      const before = await contentOf(base)
      await t.rejects(startLocalVault({ dir }), {
        code: 'ERR_LOCAL_FOLDER',
        message: new RegExp(`its ${name} is`),
      })
      t.strictSame(await contentOf(base), before, name)
    }
  const base = t.testdir({ dir: {} })
  await symlink(join(base, 'dir'), join(base, 'link'))
  await openAndClose(join(base, 'link'))
  t.ok((await readdir(join(base, 'dir'))).includes('local-vault.json'), 'the folder itself may be linked to')
})

t.test('a file in the place of a folder ends the start', async (t) => {
  for (const [name, region] of [
    ['tmp', 'us-east-1'],
    ['accounts', 'eu-west-1'],
    ['accounts/111122223333/eu-west-1', 'eu-west-1'],
  ] as const) {
    const dir = join(t.testdir(), 'dir')
    await (await startLocalVault({ dir })).close()
    const path = join(dir, name)
    await rm(path, { recursive: true, force: true })
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(path, '')
    const message = new RegExp(`its ${name} is not a folder`)
    await t.rejects(startLocalVault({ dir, region }), { code: 'ERR_LOCAL_FOLDER', message })
    t.equal((await stat(path)).isFile(), true)
  }
})

t.test('a folder of version 0.1 is recognized and marked, and files of others in it stay', async (t) => {
  const dead = `${2 ** 22 + 1}-${Date.now() - 1000}-${'f'.repeat(24)}`
  const skeleton = { vaults: {}, locks: {}, tmp: {} }
  const old: Record<string, Parameters<Test['testdir']>[0]> = {
    'with a key pair, among files of others': {
      ...skeleton,
      'credentials.json': KEYS,
      'package.json': '{}',
      tmp: { mine: 'x', [dead]: 'x' },
    },
    'with an ID': { ...skeleton, 'vault-id': `${ID}\n`, 'account.json': '{}', mine: 'x' },
    'with a vault': {
      ...skeleton,
      vaults: { docs: { 'vault.json': VAULT, archives: {} }, '.DS_Store': '' },
      mine: 'x',
    },
    'with the locks of a dead process': {
      ...skeleton,
      locks: { [HASH]: { [dead]: '' } },
      'account.json': '{}',
    },
  }
  for (const [name, content] of Object.entries(old)) {
    const dir = t.testdir(content)
    if ((await namesIn(join(dir, 'tmp'))).length > 0) await utimes(join(dir, 'tmp', dead), 1, 1)
    await openAndClose(dir)
    const names = await namesIn(dir)
    t.ok(
      Object.keys(content as object).every((it) => names.includes(it)),
      name,
    )
    t.equal(await readFile(join(dir, 'local-vault.json'), 'utf8'), MARKER)
    t.strictSame(await namesIn(join(dir, 'tmp')), names.includes('package.json') ? ['mine'] : [])
  }
})

t.test('a first start that was cut off is gone on with, also beside a catalog', async (t) => {
  const temporary = ownerName({ ...(await currentProcess()), startTime: '1' })
  const cut: Parameters<Test['testdir']>[0][] = [
    {},
    { vaults: {} },
    { vaults: {}, locks: {} },
    { vaults: {}, locks: {}, tmp: { [temporary]: '' } },
    { vaults: {}, locks: { [HASH]: {}, [`${temporary}.new`]: {} }, tmp: {}, 'credentials.json': '' },
    { 'catalog.jsonl': '', 'catalog.jsonl.locks': { [HASH]: {} }, 'lost+found': {} },
    { mine: RECORD, 'mine.locks': {}, vaults: {} },
  ]
  for (const content of cut) {
    const disk = new Disk(t.testdir(content))
    await disk.open()
    t.strictSame(
      await readFile(disk.path('local-vault.json'), 'utf8'),
      MARKER,
      Object.keys(content ?? {}).join(),
    )
  }
  t.strictSame(
    await Promise.all(['vaults', 'locks', 'tmp'].map((name) => namesIn(join(t.testdir(), name)))),
    [[], [], []],
  )
})

t.test('several processes may start at once in a new folder', async (t) => {
  const dir = join(t.testdir(), 'deep', 'vaults')
  const vaults = await Promise.all([1, 2, 3].map(() => localVaultFor(t, { dir })))
  t.equal(new Set(vaults.map(({ id }) => id)).size, 1)
  t.equal(new Set(vaults.map(({ credentials }) => credentials.secretAccessKey)).size, 1)
  // Whatever one of them has got to, the other goes on: the marker appears while its content is looked at.
  const late = t.testdir()
  const foreignNames = async (): Promise<string[]> => {
    await writeFile(join(late, 'local-vault.json'), MARKER)
    return ['what another process has just written']
  }
  await claimFolder(late, () => Promise.reject(new Error('It is marked.')), foreignNames)
  t.strictSame(await namesIn(late), ['local-vault.json', 'locks', 'tmp', 'vaults'])
})

t.test('what the folder keeps of itself is refused at the start where it is damaged', async (t) => {
  for (const [name, content, message] of [
    [
      'credentials.json',
      '{"accessKeyId":"AKIASECRET"',
      /credentials\.json does not contain an accessKeyId and a secretAccessKey\. Restore it/,
    ],
    ['credentials.json', '{"accessKeyId":7,"secretAccessKey":"x"}', /does not contain an accessKeyId/],
    ['vault-id', 'x', /vault-id does not contain a UUID\. Restore it/],
  ] as const) {
    const dir = t.testdir({ 'local-vault.json': MARKER, [name]: content })
    await t.rejects(startLocalVault({ dir }), { message }, name)
    const { signal } = new AbortController()
    await t.rejects(
      startLocalVault({ dir, signal }),
      { message: /^(?!.*SECRET)/ },
      'with a signal that has not fired',
    )
    t.equal(await readFile(join(dir, name), 'utf8'), content)
  }
})

t.test('a lock whose process ID has been reused is taken over', async (t) => {
  const dir = t.testdir()
  const vault = await localVaultFor(t, { dir })
  const own = await currentProcess()
  const locks = new LockFolder(join(dir, 'locks'))
  await locks.withLock('the vault docs', async () => {
    const [lock = ''] = (await readdir(join(dir, 'locks'))).filter((name) => /^[0-9a-f]{64}$/.test(name))
    await mkdir(join(dir, 'kept'))
    await writeFile(join(dir, 'kept', lock), '')
  })
  const [lock = ''] = await readdir(join(dir, 'kept'))
  // A process with the ID of one that runs, this one's parent, and which started at another time.
  const recycled = ownerName({ ...own, pid: process.ppid, startTime: '1' })
  await mkdir(join(dir, 'locks', lock))
  await writeFile(join(dir, 'locks', lock, recycled), '')
  t.equal((await send(vault, { method: 'PUT', path: '/-/vaults/docs' })).status, 201)
  t.notOk((await readdir(join(dir, 'locks'))).includes(lock))
})

t.test(
  'slow bytes are written within a minute, so that other containers see that somebody works',
  async (t) => {
    const path = join(t.testdir(), 'part')
    let time = 0
    const sizes: number[] = []
    const source = (async function* () {
      for (const at of [0, 59_999, 60_000, 119_999, 120_000]) {
        time = at
        yield Buffer.from('x')
        sizes.push((await stat(path)).size)
      }
    })()
    await receivePart(source, path, () => time)
    t.strictSame(sizes, [0, 0, 3, 3, 5])
  },
)

/** Starts a command in a PID namespace of its own, and ends it with its parent. */
const UNSHARE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const NO_UNSHARE =
  spawnSync(UNSHARE[0] ?? '', [...UNSHARE.slice(1), 'true']).status !== 0 &&
  'this process may not create a PID namespace'

t.test(
  'containers that share a folder leave each other’s files and locks alone',
  { skip: NO_UNSHARE },
  async (t) => {
    const dir = t.testdir()
    const disk = new Disk(dir)
    await disk.open()
    const module = (path: string): string => new URL(`../../../dist/${path}`, import.meta.url).href
    const code = `
    import { writeFile } from 'node:fs/promises'
    import { LockFolder } from ${JSON.stringify(module('fs/lock.js'))}
    import { Disk } from ${JSON.stringify(module('local/disk/disk.js'))}
    const disk = new Disk(${JSON.stringify(dir)})
    await disk.open()
    const locks = new LockFolder(disk.path('locks'))
    await disk.unfinished((temporary) => writeFile(temporary, 'there'))
    await locks.withLock('there', async () => {
      console.log('held')
      await new Promise((resolve) => process.stdin.once('data', resolve))
    })
    console.log('released')
    process.stdin.destroy()
  `
    await disk.unfinished(async (mine) => {
      await writeFile(mine, 'here')
      const locks = new LockFolder(disk.path('locks'), { timeoutMs: 0 })
      const lock = await locks.tryTake('here', 'The thing')
      const [command, ...args] = [...UNSHARE, process.execPath, '--input-type=module', '-e', code]
      const there = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      t.teardown(() => there.kill('SIGKILL'))
      t.equal(await nextLine(there), 'held')
      await new Disk(dir).open()
      const files = await namesIn(disk.path('tmp'))
      const texts = await Promise.all(files.map((name) => readFile(disk.path('tmp', name), 'utf8')))
      t.strictSame(texts.sort(), ['here', 'there'], 'neither has swept the other’s file')
      await lock.assertHeld()
      await lock.release()
      await t.rejects(
        locks.withLock('there', async () => undefined),
        { code: 'ERR_LOCK_HELD' },
      )
      there.stdin.write('\n')
      t.equal(await nextLine(there), 'released')
      await once(there, 'exit')
      for (const name of files) await utimes(disk.path('tmp', name), 1, 1)
      await new Disk(dir).open()
      t.strictSame(
        (await namesIn(disk.path('tmp'))).length,
        1,
        'after ten minutes without a write it is swept',
      )
      t.equal(await readFile(mine, 'utf8'), 'here', 'what is visibly alive is not')
    })
  },
)
