import { once } from 'node:events'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { SourceCommandError, UploadFailedError } from '../../lib/errors.js'
import { MIB } from '../../lib/sizes.js'
import { fromCommand } from '../../lib/stages/command-source.js'
import { upload } from '../helpers/byte-sources.js'
import { childrenOf, shellGate } from '../helpers/commands.js'
import { settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'

// No request that could store an archive is sent before the command of the source is known to have succeeded.

const COMPLETING = ['uploadArchive', 'completeUpload']

/** A file of so many bytes, and the words of a script that print it. */
async function printing(test: Test, size: number): Promise<{ bytes: Buffer; print: string }> {
  const bytes = patternBytes(size)
  const file = join(test.testdir(), 'bytes')
  await writeFile(file, bytes)
  return { bytes, print: `cat '${file}'` }
}

for (const size of [1, MIB, MIB + 1, 3 * MIB]) {
  for (const end of ['exit 0', 'exit 1', 'kill -9 $$']) {
    t.test(`${size} bytes, their end long before ${end}`, async (t) => {
      const { bytes, print } = await printing(t, size)
      const gate = shellGate(t)
      const vault = new MemoryVault()
      const source = fromCommand('sh', ['-c', `${print}; exec >&-; ${gate.wait}; ${end}`])
      const uploaded = upload(vault, source).then(
        () => undefined,
        (error: unknown) => error,
      )
      const open = await gate.reached()
      await settled(200)
      t.notOk(vault.operations.some((operation) => COMPLETING.includes(operation)))
      await open()
      const error = await uploaded
      if (end === 'exit 0') {
        t.equal(error, undefined)
        t.ok([...vault.archives.values()].every((stored) => stored.equals(bytes)))
        t.equal(vault.archives.size, 1)
        return
      }
      const failure = error instanceof UploadFailedError ? error.cause : error
      t.ok(failure instanceof SourceCommandError)
      t.notOk(vault.operations.some((operation) => COMPLETING.includes(operation)))
      t.equal(vault.archives.size, 0)
    })
  }
}

t.test('bytes that another process writes after the command has exited are stored', async (t) => {
  const { bytes, print } = await printing(t, 2 * MIB + 1)
  const children = childrenOf(t)
  const gate = shellGate(t)
  const vault = new MemoryVault()
  const uploaded = upload(vault, fromCommand('sh', ['-c', `{ ${gate.wait}; ${print}; } & exit 0`]))
  const open = await gate.reached()
  while (children[0]?.exitCode === null) await settled(1)
  await settled(200)
  t.strictSame(vault.operations, [])
  await open()
  await uploaded
  t.ok([...vault.archives.values()][0]?.equals(bytes))
})

t.test(
  'a volume is stored when the next one begins; the last one only if the command succeeds',
  async (t) => {
    const { print } = await printing(t, 4 * MIB)
    const vault = new MemoryVault()
    const source = fromCommand('sh', ['-c', `${print}; exit 1`])
    const stored: number[] = []
    const uploading = upload(vault, source, { maxArchiveSize: 2 * MIB })
    uploading.on('archive', ({ volume }) => stored.push(volume))
    const error: unknown = await uploading.catch((failure: unknown) => failure)
    t.match(error instanceof UploadFailedError ? error.cause : error, { exitStatus: 1 })
    t.ok(stored.every((volume) => volume === 1))
    t.ok(vault.archives.size <= 1, 'the second volume is whole, and not completed')
  },
)

t.test('an upload that fails ends the command', { skip: process.platform === 'win32' }, async (t) => {
  const children = childrenOf(t)
  const vault = new MemoryVault()
  vault.before = () => {
    throw new TypeError('broken')
  }
  const source = fromCommand('sh', ['-c', 'head -c 3000000 /dev/zero; exec sleep 1000'])
  await t.rejects(upload(vault, source), { message: 'broken' })
  while (!source.closed) await settled(1)
  t.equal(children[0]?.signalCode, 'SIGTERM')
})

t.test('a command that fails before it is read fails the upload', async (t) => {
  const vault = new MemoryVault()
  const source = fromCommand('sh', ['-c', 'exit 9'])
  const [error] = (await once(source, 'error')) as [Error]
  t.equal(await upload(vault, source).catch((failure: unknown) => failure), error)
  t.strictSame(vault.operations, [])
})
