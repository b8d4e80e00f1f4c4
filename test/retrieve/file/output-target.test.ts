import { stopped } from '../../helpers/stopped-download.js'
import { optionsFor } from '../../helpers/retrieval.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { MemoryVault } from '../../helpers/memory-vault.js'
import { retrieveToFile } from '../../../lib/vault/retrieve-to-file.js'
import {
  chmod,
  chown,
  mkdir,
  open,
  stat,
  writeFile,
  lstat,
  readFile,
  readdir,
  symlink,
} from 'node:fs/promises'
import { join, basename } from 'node:path'
import t from 'tap'
import type { FileStats } from '../../../lib/runtime/file-system.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import { descriptorOf, outputTarget } from '../../../lib/retrieve/file/output-target.js'
import { assertFits } from '../../../lib/retrieve/file/free-space.js'
import { assertReplaceable } from '../../../lib/retrieve/file/replaceable.js'
import { MIB } from '../../../lib/sizes.js'

t.test('a file that is a mount point is refused, as it cannot be replaced', async (t) => {
  const dir = t.testdir({ 'my out': 'x', other: 'x' })
  const path = join(dir, 'my out')
  const escaped = path.replaceAll(' ', '\\040')
  const mountInfo = join(dir, 'mountinfo')
  await writeFile(
    mountInfo,
    `22 1 0:20 / / rw - ext4 /dev/root rw\n36 22 98:0 /out ${escaped} rw shared:1 - ext4 /d rw\n`,
  )
  const user = (await stat(path)).uid
  await t.rejects(assertReplaceable(path, await systemFiles.stat(path), systemFiles, { user, mountInfo }), {
    code: 'ERR_OUTPUT_FILE',
    message: /my out: It is a mount point/,
  })
  const other = join(dir, 'other')
  await t.resolves(assertReplaceable(other, await systemFiles.stat(other), systemFiles, { user, mountInfo }))
  // A system that does not list its mounts.
  await t.resolves(
    assertReplaceable(path, await systemFiles.stat(path), systemFiles, { user, mountInfo: dir }),
  )
})

t.test('the user is that of the file system', async (t) => {
  const path = join(t.testdir({ out: 'x' }), 'out')
  await chmod(join(path, '..'), 0o1777)
  const found = { ...(await systemFiles.stat(path)), uid: 4321 }
  const stat = async (folder: string): Promise<FileStats> => ({
    ...(await systemFiles.stat(folder)),
    uid: 4321,
  })
  const check = (user: number | undefined): Promise<void> =>
    assertReplaceable(path, found, { ...systemFiles, stat, user })
  await t.rejects(check(1234), { code: 'ERR_OUTPUT_FILE', message: /It belongs to another user/ })
  await t.resolves(check(4321))
  await t.resolves(check(undefined), 'on a system without IDs of users')
  t.equal(systemFiles.user, process.geteuid?.())
})

t.test('a file of another user in a folder with the sticky bit is refused', async (t) => {
  const dir = t.testdir()
  const folder = join(dir, 'folder')
  await mkdir(folder)
  const path = join(folder, 'out')
  await writeFile(path, 'x')
  const owner = (await stat(path)).uid
  const check = async (user: number | undefined): Promise<void> =>
    assertReplaceable(path, await systemFiles.stat(path), systemFiles, { user, mountInfo: '' })
  await t.resolves(check(4321), 'without the bit, whoever may write to the folder may replace it')
  await chmod(folder, 0o1777)
  await t.rejects(check(4321), { code: 'ERR_OUTPUT_FILE', message: /belongs to another user.* sticky bit/ })
  await t.resolves(check(owner))
  await t.resolves(check(0), 'the superuser')
  await t.resolves(check(undefined), 'Windows')
  if (owner !== 0) return
  await chown(folder, 4321, 4321)
  await t.resolves(check(4321), 'the owner of the folder')
  await chown(path, 1234, 1234)
  await t.resolves(check(1234), 'the owner of the file')
  await t.resolves(check(0), 'the superuser owns neither')
})

t.test(
  'a file system that states no size at all has room',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    await t.resolves(assertFits('out', '/proc', 2 ** 50, systemFiles))
    await t.rejects(assertFits('out', t.testdir(), 2 ** 52, systemFiles), {
      message: /too little free space/,
    })
    await t.resolves(assertFits('out', join(t.testdir(), 'none'), 1, systemFiles))
  },
)

t.test('links are followed, and the partial file lies beside what they lead to', async (t) => {
  const bytes = patternBytes(4 * MIB)
  const dir = t.testdir({ target: {}, there: 'x' })
  await symlink('there', join(dir, 'first'))
  await symlink('target', join(dir, 'folder'))
  await symlink(join('folder', '..', 'second'), join(dir, 'chained'))
  await symlink(join('target', 'new'), join(dir, 'second'))
  for (const [link, target] of [
    ['first', 'there'],
    ['chained', join('target', 'new')],
  ] as const) {
    await stopped(join(dir, link), bytes, 2)
    t.ok((await readdir(join(dir, target, '..'))).includes(`${basename(target)}.partial`))
    await retrieveToFile(join(dir, link), optionsFor(MemoryVault.holding(bytes)))
    t.ok((await lstat(join(dir, link))).isSymbolicLink())
    t.ok((await lstat(join(dir, target))).isFile())
    t.ok((await readFile(join(dir, link))).equals(bytes))
  }
  await symlink('round', join(dir, 'round'))
  const round = retrieveToFile(join(dir, 'round'), optionsFor(MemoryVault.holding(bytes)))
  await t.rejects(round, { code: 'ERR_OUTPUT_FILE', message: /leads to itself/ })
  for (let i = 1; i <= 40; i++) await symlink(`link${i - 1}`, join(dir, `link${i}`))
  t.match(await outputTarget(join(dir, 'link39'), systemFiles), { kind: 'file', path: join(dir, 'link0') })
  await t.rejects(outputTarget(join(dir, 'link40'), systemFiles), { code: 'ERR_OUTPUT_FILE' })
})

t.test(
  'a descriptor of this process is no file, and its file is not replaced',
  { skip: process.platform !== 'linux' && 'needs /proc' },
  async (t) => {
    const dir = t.testdir({ log: 'before' })
    const path = join(dir, 'log')
    const file = await open(path, 'a')
    t.teardown(() => file.close())
    const link = join(dir, 'link')
    await symlink(`/dev/fd/${file.fd}`, link)
    const names = [`/dev/fd/${file.fd}`, `/proc/self/fd/${file.fd}`, `/proc/thread-self/fd/${file.fd}`, link]
    for (const name of names) {
      t.equal(await descriptorOf(name, systemFiles), file.fd, name)
      const vault = MemoryVault.holding(patternBytes(MIB))
      await t.rejects(retrieveToFile(name, optionsFor(vault)), {
        code: 'ERR_OUTPUT_FILE',
        message: /It is a descriptor that is open or closed already/,
      })
      t.strictSame(vault.operations, [], 'before a job is started')
    }
    await t.rejects(outputTarget('/dev/fd/999999', systemFiles), { message: /is open or closed already/ })
    t.equal(await readFile(path, 'utf8'), 'before')
    t.equal(await descriptorOf('/dev/stdout', systemFiles), 1)
    for (const name of [path, join(dir, 'none', 'x')])
      t.equal(await descriptorOf(name, systemFiles), undefined)
    // As for the descriptor of another process.
    const realpath = (asked: string): Promise<string> =>
      asked === '/proc/self' ? Promise.resolve('/proc/1') : systemFiles.realpath(asked)
    const other = await outputTarget(`/proc/self/fd/${file.fd}`, { ...systemFiles, realpath })
    t.match(other, { kind: 'file', path })
  },
)

t.test('what cannot become a file is refused before a job is started', async (t) => {
  const dir = t.testdir({ folder: {}, file: '' })
  await symlink('folder', join(dir, 'link'))
  await symlink(join('none', 'x'), join(dir, 'dangling'))
  await writeFile(join(dir, 'locked.partial.lock'), '')
  const bytes = patternBytes(2 * MIB)
  for (const path of [join(dir, 'new/'), join(dir, 'file/')]) {
    const vault = MemoryVault.holding(bytes)
    await t.rejects(retrieveToFile(path, optionsFor(vault)), {
      code: 'ERR_OUTPUT_FILE',
      message: /path of a directory\. Give the path of a file\.$/,
    })
    t.strictSame(vault.operations, [], path)
  }
  for (const [name, message, more] of [
    ['folder', /It is a directory/, {}],
    ['link', /It is a directory/, {}],
    [join('none', 'x'), /The directory .*none does not exist/, {}],
    ['dangling', /The directory .*none does not exist/, {}],
    ['locked', /Its lock cannot be taken/, {}],
    ['out', /too little free space: 9007199254740991 more bytes are needed/, { archiveSize: 2 ** 53 - 1 }],
    [
      'out',
      /too little free space/,
      { archiveId: ['a', 'a'], archiveSizes: [2 ** 52, 2 ** 52], archiveSize: undefined },
    ],
    ['out', /too little free space/, { range: { start: 0, end: 2 ** 52 }, archiveSize: 2 ** 52 }],
  ] as const) {
    const vault = MemoryVault.holding(bytes)
    await t.rejects(retrieveToFile(join(dir, name), optionsFor(vault, more)), {
      name: 'OutputFileError',
      code: 'ERR_OUTPUT_FILE',
      message,
    })
    t.strictSame(vault.operations, [], name)
  }
  t.strictSame((await readdir(dir)).sort(), ['dangling', 'file', 'folder', 'link', 'locked.partial.lock'])
  await t.rejects(retrieveToFile(join(dir, 'file', 'x'), optionsFor(MemoryVault.holding(bytes))), {
    code: 'ENOTDIR',
  })
  const long = join(dir, 'x'.repeat(241)) // too long with what is added to it
  await t.rejects(retrieveToFile(long, optionsFor(MemoryVault.holding(bytes))), { code: 'ENAMETOOLONG' })
})

t.test('a path that ends with the name of a directory is refused, also through a link', async (t) => {
  const dir = t.testdir({ target: {} })
  await symlink('none/..', join(dir, 'up'))
  await symlink('new/', join(dir, 'slash'))
  for (const path of ['', '.', '..', `${dir}/new/.`, `${dir}/none/..`, `${dir}/up`, `${dir}/slash`])
    await t.rejects(
      outputTarget(path, systemFiles),
      { code: 'ERR_OUTPUT_FILE', message: /directory\. Give the path of a file\.$/ },
      path,
    )
  t.strictSame(await outputTarget(`${dir}/target/.x`, systemFiles), {
    kind: 'file',
    path: join(dir, 'target', '.x'),
  })
})

t.test('where the size is not known, the space is looked at before the first byte is written', async (t) => {
  const dir = t.testdir()
  const vault = MemoryVault.holding(patternBytes(2 * MIB))
  const describeJob = vault.describeJob.bind(vault)
  const size = 2 ** 52
  vault.describeJob = async (request) => ({
    ...(await describeJob(request)),
    archiveSize: size,
    range: { start: 0, end: size },
  })
  await t.rejects(retrieveToFile(join(dir, 'out'), optionsFor(vault, { concurrency: 1 })), {
    code: 'ERR_OUTPUT_FILE',
    message: /too little free space/,
  })
  t.strictSame(await readdir(dir), [])
})

t.test('a file that exists must be replaceable, and one that does not need not', async (t) => {
  const dir = t.testdir({ out: 'x' })
  await chmod(dir, 0o1777)
  const asStranger = { ...systemFiles, user: 4321 }
  await t.rejects(outputTarget(join(dir, 'out'), asStranger), { message: /It belongs to another user/ })
  t.match(await outputTarget(join(dir, 'new'), asStranger), { kind: 'file' })
})
