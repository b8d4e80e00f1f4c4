import { execFileSync } from 'node:child_process'
import { constants, tmpdir } from 'node:os'
import { mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { diskError } from '../../../lib/local/disk/disk-error.js'
import { failureKindOf } from '../../../lib/store/failure.js'
import { toServiceError } from '../../../lib/client/sdk/service-error.js'
import { MIB } from '../../../lib/sizes.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { NO_SHELL, shell } from '../../helpers/shell.js'

function systemError(code: keyof typeof constants.errno, name: string = code): Error {
  return Object.assign(new Error('x'), { code: name, errno: -constants.errno[code], syscall: 'write' })
}

t.test('a disk that is full or broken is an answer of its own, and what may pass is not', (t) => {
  for (const code of ['ENOSPC', 'EROFS', 'EIO', 'EFBIG', 'EACCES'] as const)
    t.match(diskError(systemError(code)), {
      status: 507,
      code: 'LocalStorageException',
      type: 'Server',
      message: new RegExp(`^The disk of the local vault failed: [a-z/ -]*\\(${code}\\)$`),
    })
  const quota = systemError('EDQUOT', `Unknown system error -${constants.errno.EDQUOT}`)
  t.match(diskError(quota), { status: 507, message: /disk quota exceeded/ })
  for (const other of [systemError('EMFILE'), systemError('ENOENT'), new Error('x'), undefined])
    t.equal(diskError(other), undefined)
  t.end()
})

t.test('the answer is final to whoever uploads', (t) => {
  const answer = Object.assign(new Error('x'), {
    name: 'LocalStorageException',
    $metadata: { httpStatusCode: 507 },
  })
  t.equal(failureKindOf(toServiceError('UploadMultipartPart', answer)), 'final')
  t.end()
})

/** The message of `put` about a disk that is full in the middle of an upload. */
const VAULT_FOLDERS =
  /^glacier-pipe: WARNING: the local vault in \S+: (?:ENOSPC|EFBIG): [^\n]*\nglacier-pipe: UploadMultipartPart: The disk of the local vault failed: (?:no space left on device|file too large) \(\w+\).* The upload is kept: its ID is \S+\.\nglacier-pipe: To resume, .*--upload-id=\S+ docs bytes\n$/

t.test('a disk that fails is told at once, and the upload is kept', { skip: NO_SHELL }, async (t) => {
  const dir = t.testdir()
  await writeFile(join(dir, 'bytes'), patternBytes(8 * MIB))
  // No file may grow past 3 MiB: to who writes it is the same as a disk that is full. The hooks of the test runner would
  // end the process by SIGXFSZ, which Node ignores.
  const put = 'ulimit -f 3072; gp put docs bytes --local-dir v --part-size 4MiB'
  t.match(await shell(dir, put), { code: 3, out: '', err: VAULT_FOLDERS })
  t.strictSame(await readdir(join(dir, 'v', 'tmp')), [], 'nothing half written is left')
  const again = await shell(dir, 'gp put docs bytes --local-dir v --part-size 4MiB --resume')
  t.match(again, { code: 0 }, 'with room, the same upload is continued')
})

/** A folder with a small file system; `undefined` where none may be mounted. Not in the test's own, which is removed. */
async function smallDisk(test: Test): Promise<string | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'glacier-pipe-disk-'))
  test.teardown(() => rmdir(path))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  test.teardown(() => {
    execFileSync('umount', [path])
  })
  return path
}

t.test('a full disk is told at once, wherever it is', { skip: NO_SHELL }, async (t) => {
  const dir = t.testdir()
  const disk = await smallDisk(t)
  if (disk === undefined) {
    t.comment('file systems may not be mounted here')
    return
  }
  await writeFile(join(dir, 'bytes'), patternBytes(20 * MIB))
  const run = (script: string): Promise<unknown> => shell(dir, script.replaceAll('DISK', disk))
  const fill = join(disk, 'fill')
  t.match(await run('gp put docs bytes --local-dir DISK/v --catalog c --part-size 1MiB'), {
    code: 3,
    err: VAULT_FOLDERS,
  })
  await writeFile(fill, Buffer.alloc(9 * MIB)).catch(() => undefined)
  await Promise.all([
    run('gp put docs bytes --local-dir DISK/w --catalog c').then((it) => {
      t.match(it, { code: 1, err: /The local vault in \S+\/w cannot be opened: .*no space left on device/ })
    }),
    run('gp put docs bytes --local-dir v --catalog DISK/c').then((it) => {
      t.match(it, {
        code: 1,
        err: /The catalog \S+\/c cannot be written: no space left on device \(ENOSPC\)\./,
      })
    }),
  ])
  await rm(fill)
  await rm(join(disk, 'v'), { recursive: true })
  t.match(await run('gp put docs bytes --local-dir v -q >id'), { code: 0 })
  t.match(await run('gp get docs --local-dir v -o DISK/out -- $(cat id)'), {
    code: 1,
    err: /\/out: There is too little free space/,
  })
  t.match(await run('gp get docs --local-dir v -q -- $(cat id) >DISK/out'), {
    code: 3,
    err: /stdout: no space left on device \(ENOSPC\)\.\n.*The retrieval job is kept\. .*again: glacier-pipe get docs --local-dir v -q -- /,
  })
})

t.test('a disk that cannot be written to is told at once', { skip: NO_SHELL }, async (t) => {
  const dir = t.testdir({ file: 'x' })
  const cases: [string, RegExp][] = [
    ['gp put docs file --local-dir file/v', /The local vault in file\/v cannot be opened: .*not a directory/],
    [
      'gp put docs file --local-dir file',
      /cannot be opened: \S+file: this is a file, and a folder is needed/,
    ],
    [
      'gp put docs file --local-dir v --catalog file/c',
      /catalog \S+file\/c cannot be written: \S+file: file already exists \(EEXIST\)/,
    ],
  ]
  if (process.platform === 'linux')
    cases.push(
      [
        'gp put docs file --local-dir w -q >id && gp get docs --local-dir w -o /proc/x -- $(cat id)',
        /\/proc\/x.*: no such file or directory/,
      ],
      [
        'gp put docs file --local-dir /proc/x',
        /The local vault in \/proc\/x cannot be opened: \/proc\/x: no such/,
      ],
      ['gp serve --dir /proc/x', /The local vault in \/proc\/x cannot be opened: /],
      [
        'gp put docs file --local-dir v --catalog /proc/x/y/c',
        /The catalog \/proc\/x\/y\/c cannot be written/,
      ],
    )
  await Promise.all(
    cases.map(async ([script, err]) => t.match(await shell(dir, script), { code: 1, err }, script)),
  )
})
