import { deepStrictEqual } from 'node:assert/strict'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { FileStats, FileSystem, OpenFile } from '../../../lib/runtime/file-system.js'
import { systemFiles } from '../../../lib/runtime/system-files.js'
import type { DiskCalls } from './disk-calls.js'
import { FileTree } from './file-tree.js'
import { TreeFiles } from './tree-files.js'

// The same calls on the simulated disk and on the disk of the machine have the same results and the same errors.

/** Calls that are made at once, and never fail by themselves. */
const UNDISTURBED: DiskCalls = {
  call: async (_call, _path, effect) => effect(),
  bytesTaken: (_path, bytes) => bytes,
  creating: () => undefined,
  opened: () => undefined,
  closed: () => true,
}

/** A file system, and the handles that are open in it. */
class Session {
  readonly files: FileSystem
  readonly folder: string
  readonly handles: OpenFile[] = []

  constructor(files: FileSystem, folder: string) {
    this.files = files
    this.folder = folder
  }

  readonly path = (relative: string): string => join(this.folder, relative)

  handle(index: number): OpenFile | undefined {
    return this.handles[index % Math.max(1, this.handles.length)]
  }
}

/** A call. */
interface Call {
  readonly name: string
  readonly args: readonly unknown[]
  /** Makes the call; resolves to what can be compared. */
  readonly make: (session: Session) => Promise<unknown>
}

function callOf<Args extends unknown[]>(
  name: string,
  args: { [Index in keyof Args]: fc.Arbitrary<Args[Index]> },
  make: (session: Session, ...args: Args) => Promise<unknown>,
): fc.Arbitrary<Call> {
  return fc.tuple<Args>(...args).map((args) => ({ name, args, make: (session) => make(session, ...args) }))
}

function factsOf(stats: FileStats): unknown {
  const { mode, size } = stats
  return { mode, ...(stats.isFile() ? { size, isFile: true } : { isFolder: stats.isDirectory() }) }
}

const names = fc.constantFrom('a', 'b', 'c')
const path = fc.oneof(
  { weight: 3, arbitrary: names },
  { weight: 2, arbitrary: fc.tuple(names, names).map((parts) => parts.join('/')) },
  { weight: 1, arbitrary: fc.tuple(names, names, names).map((parts) => parts.join('/')) },
)
const index = fc.nat(3)
const bytes = fc.uint8Array({ minLength: 1, maxLength: 12 })
const position = fc.option(fc.nat(16), { nil: undefined })
const mode = fc.constantFrom(0o640, 0o600)
const newFile = fc.constantFrom('w' as const, 'wx' as const)
const flags = fc.constantFrom('r', 'r+', 'w', 'wx', 'a', 'a+', 'w+', 'wx+')

const anyCall: fc.Arbitrary<Call> = fc.oneof(
  callOf('open', [path, flags, fc.constantFrom(0o600, 0o666)], async (session, at, flag, mode) => {
    session.handles.push(await session.files.open(session.path(at), flag, mode))
  }),
  callOf(
    'handle.read',
    [index, fc.integer({ min: 1, max: 10 }), position],
    async (session, at, length, from) => {
      const buffer = Buffer.alloc(length + 2)
      const count = await session.handle(at)?.read(buffer, 1, length, from)
      return [count, buffer.toString('hex')]
    },
  ),
  callOf('handle.write', [index, bytes, position], async (session, at, data, from) =>
    session.handle(at)?.write(data, from),
  ),
  callOf('handle.writeFile', [index, bytes], async (session, at, data) =>
    session.handle(at)?.writeFile(data),
  ),
  callOf('handle.truncate', [index, fc.nat(16)], async (session, at, length) =>
    session.handle(at)?.truncate(length),
  ),
  callOf('handle.stat', [index, path], async (session, at, other) => {
    const own = await session.handle(at)?.stat()
    const found = await session.files.lstat(session.path(other))
    return own && [factsOf(own), factsOf(found), own.ino === found.ino && own.dev === found.dev]
  }),
  callOf('handle.close', [index], async (session, at) => {
    const handle = session.handle(at)
    if (!handle) return undefined
    session.handles.splice(session.handles.indexOf(handle), 1)
    await handle.close()
    await handle.close()
    return codeOf(handle.stat())
  }),
  callOf('handle.chmod', [index, mode], async (session, at, mode) => session.handle(at)?.chmod(mode)),
  callOf('handle.datasync', [index], async (session, at) => session.handle(at)?.datasync()),
  callOf('stat', [path], async ({ files, path }, at) => factsOf(await files.stat(path(at)))),
  callOf('readdir', [path], async ({ files, path }, at) => (await files.readdir(path(at), Infinity)).sort()),
  callOf('readFile', [path], ({ files, path }, at) => files.readFile(path(at))),
  callOf('writeFile', [path, bytes, newFile], ({ files, path }, at, data, flag) =>
    files.writeFile(path(at), data, { mode: 0o600, flag }),
  ),
  callOf('mkdir', [path, fc.constantFrom(0o700, 0o777)], ({ files, path }, at, mode) =>
    files.mkdir(path(at), mode),
  ),
  callOf('rename', [path, path], ({ files, path }, from, to) => files.rename(path(from), path(to))),
  callOf('rm', [path], ({ files, path }, at) => files.rm(path(at))),
  callOf('rmTree', [path], ({ files, path }, at) => files.rmTree(path(at))),
  callOf('rmdir', [path], ({ files, path }, at) => files.rmdir(path(at))),
  callOf('unlink', [path], ({ files, path }, at) => files.unlink(path(at))),
  callOf('readlink', [path], ({ files, path }, at) => files.readlink(path(at))),
  callOf('realpath', [path], async ({ files, path, folder }, at) =>
    (await files.realpath(path(at))).slice(folder.length),
  ),
  callOf('syncFolder', [path], ({ files, path }, at) => files.syncFolder(path(at))),
)

async function codeOf(result: Promise<unknown>): Promise<unknown> {
  return result.catch((error: unknown) => ({ code: (error as NodeJS.ErrnoException).code }))
}

/** All files and folders, with their content. */
async function contentOf(session: Session, at = ''): Promise<unknown> {
  const names = (await session.files.readdir(session.path(at), Infinity)).sort()
  const entries = names.map(async (name) => {
    const path = join(at, name)
    const isFile = (await session.files.stat(session.path(path))).isFile()
    return [name, isFile ? await session.files.readFile(session.path(path)) : await contentOf(session, path)]
  })
  return Promise.all(entries)
}

t.test(
  'random calls have the results and the errors that they have on the disk of the machine',
  async (t) => {
    const umask = process.umask(0o022)
    t.teardown(() => process.umask(umask))
    const root = t.testdir({})
    let runs = 0
    const sameResults = async (calls: readonly Call[]): Promise<void> => {
      const real = new Session(systemFiles, join(root, String(++runs)))
      const simulated = new Session(new TreeFiles(new FileTree(() => 0), UNDISTURBED), '/folder')
      for (const { files, folder } of [real, simulated]) await files.mkdir(folder, 0o700)
      try {
        for (const { make } of calls) deepStrictEqual(await codeOf(make(simulated)), await codeOf(make(real)))
        deepStrictEqual(await contentOf(simulated), await contentOf(real))
      } finally {
        for (const handle of real.handles) await handle.close()
      }
    }
    const calls = fc.array(anyCall, { maxLength: 60, size: 'max' })
    await fc.assert(fc.asyncProperty(calls, sameResults), { numRuns: 100 })
    t.equal(runs, 100)
  },
)
