import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import t from 'tap'
import { inventory } from '../../lib/vault/inventory.js'
import { archiveReader } from '../../lib/vault/archive-reader.js'
import { retrieveArchive, startRetrieval } from '../../lib/vault/retrieve-archive.js'
import { retrieveToFile } from '../../lib/vault/retrieve-to-file.js'
import { resumeUpload } from '../../lib/vault/resume-upload.js'
import { uploadArchive } from '../../lib/vault/upload-archive.js'
import { MIB } from '../../lib/sizes.js'
import { settled } from '../helpers/gate.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { patternBytes } from '../helpers/pattern-source.js'
import { vaultName, vaultWithParts } from '../helpers/uploads.js'

const COUNT = 15
const bytes = patternBytes(3 * MIB)

async function read(stream: Readable): Promise<void> {
  await finished(stream.resume())
}

type Transfer = (signal: AbortSignal, vault: MemoryVault, i: number) => Promise<unknown>

t.test('fifteen transfers on one signal warn of nothing and leave nothing on it', async (t) => {
  const dir = t.testdir()
  const transfers: Record<string, Transfer> = {
    uploadArchive: (signal, client) => uploadArchive([bytes], { client, vaultName, partSize: MIB, signal }),
    resumeUpload: async (signal) => {
      const client = await vaultWithParts(bytes, [0])
      await resumeUpload([bytes], { client, vaultName, uploadId: 'upload-1', signal })
    },
    archiveReader: (signal, client) => read(archiveReader({ client, vaultName, jobId: 'a', signal })),
    retrieveArchive: (signal, client) => read(retrieveArchive({ client, vaultName, archiveId: 'a', signal })),
    retrieveToFile: (signal, client, i) =>
      retrieveToFile(join(dir, String(i)), { client, vaultName, archiveId: 'a', signal }),
    startRetrieval: (signal, client) => startRetrieval({ client, vaultName, archiveId: 'a', signal }),
    'an inventory that fails': (signal, client) =>
      read(inventory({ client, vaultName, signal, retryFor: 0 })).catch(() => undefined),
    'a reader that is left': async (signal, client) => {
      for await (const chunk of archiveReader({ client, vaultName, jobId: 'a', signal })) {
        t.ok(chunk)
        break
      }
    },
    'an upload that fails': (signal, client) =>
      uploadArchive(failing(), { client, vaultName, partSize: MIB, signal }).catch(() => undefined),
  }
  const warnings: Error[] = []
  const note = (warning: Error): void => {
    // On some versions of Node.js, the loaders of the test runner are deprecated.
    if (warning.name !== 'DeprecationWarning') warnings.push(warning)
  }
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  for (const [what, transfer] of Object.entries(transfers)) {
    const aborting = new AbortController()
    const { signal } = aborting
    const vault = MemoryVault.holding(bytes)
    const all = Array.from({ length: COUNT }, (_, i) => transfer(signal, vault, i))
    t.ok(getEventListeners(signal, 'abort').length <= 1, `${what}: one listener`)
    await Promise.all(all)
    await settled() // a stream that is left closes after that
    t.equal(getEventListeners(signal, 'abort').length, 0, `${what}: no listener afterwards`)
  }
  await new Promise((resolve) => setImmediate(resolve)) // a warning is emitted in a later turn
  t.strictSame(warnings, [])
})

async function* failing(): AsyncGenerator<Buffer> {
  yield bytes
  await Promise.resolve()
  throw new Error('disk read error')
}
