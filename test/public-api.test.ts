import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'
import * as local from '../lib/local/index.js'
import * as api from '../lib/index.js'

t.test('the public names are these; another is a decision', async (t) => {
  t.strictSame(Object.keys(api).sort(), [
    'AbortError',
    'AccessDeniedError',
    'ArchiveReader',
    'ArchiveStream',
    'ArchiveUpload',
    'ArchiveWriter',
    'Catalog',
    'CatalogConflictError',
    'CatalogError',
    'CompletionRejectedError',
    'CompletionUnknownError',
    'ConnectionError',
    'CredentialsError',
    'EmptyArchiveError',
    'FileHasher',
    'GlacierPipeError',
    'IncompleteSetError',
    'InventoryError',
    'InventoryReader',
    'JobFailedError',
    'ListenerError',
    'LocalFolderError',
    'LockHeldError',
    'LockLostError',
    'NotFoundError',
    'NotRecordedError',
    'OutputFileError',
    'PartBoundaryError',
    'PartHasher',
    'PartMemory',
    'Rechunk',
    'RepeatedMarkerError',
    'ResumeMismatchError',
    'RetriesExhaustedError',
    'RetrievalRefusedError',
    'ServiceError',
    'SizeMismatchError',
    'TooManyPartsError',
    'TreeHash',
    'TreeHashMismatchError',
    'TreeHashStream',
    'UploadFailedError',
    'UploadGoneError',
    'archiveReader',
    'archiveStream',
    'archiveWriter',
    'combineTreeHashes',
    'computeChecksums',
    'decodeDescription',
    'encodeDescription',
    'glacierClient',
    'hashParts',
    'inventory',
    'itemsOf',
    'journalIn',
    'partSizeFor',
    'readCatalog',
    'readParts',
    'rechunk',
    'resumeUpload',
    'retrieveArchive',
    'retrieveToFile',
    'startRetrieval',
    'systemClock',
    'treeHash',
    'treeHashOf',
    'unfinishedIn',
    'uploadArchive',
  ])
  t.strictSame(Object.keys(local).sort(), [
    'EXAMPLE_PRICES',
    'FAULT_KINDS',
    'Faults',
    'LocalFolderError',
    'Traffic',
    'startLocalVault',
  ])
})

t.test('its streams are instances of those of node:stream', (t) => {
  const client = {} as api.VaultClient
  const port = { ...client, uploadPart: () => Promise.resolve(undefined) }
  const vaultName = 'backups'
  t.ok(api.retrieveArchive({ client: port, vaultName, archiveId: 'archive' }) instanceof Readable)
  t.ok(api.archiveReader(port, { vaultName, jobId: 'job' }) instanceof Readable)
  t.ok(api.inventory({ client: port, vaultName }) instanceof Readable)
  t.ok(api.archiveWriter({ client: port, vaultName }) instanceof Writable)
  t.end()
})

t.test('the declarations import nothing that a consumer would have to install', async (t) => {
  const seen = new Set<string>()
  const visit = async (file: string): Promise<void> => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, specifier = ''] of (await readFile(file, 'utf8')).matchAll(
      /(?:from|import\() ?'([^']+)'/g,
    )) {
      if (specifier.startsWith('.')) await visit(join(dirname(file), specifier.replace(/\.js$/, '.d.ts')))
      else t.match(specifier, /^node:/, file)
    }
  }
  const dist = fileURLToPath(new URL('../dist/', import.meta.url))
  await visit(join(dist, 'index.d.ts'))
  await visit(join(dist, 'local/index.d.ts'))
  t.ok(seen.size > 20, 'the declarations were found')
})

t.test('the built package is required as well as imported, and loads no SDK until it is used', async (t) => {
  const run = promisify(execFile)
  const script = `
    const api = require('glacier-pipe')
    const { startLocalVault } = require('glacier-pipe/local')
    const loaded = process.moduleLoadList.length && Object.keys(require.cache).some((name) => name.includes('aws-sdk'))
    console.log(typeof api.uploadArchive, typeof startLocalVault, loaded)`
  const { stdout } = await run(process.execPath, ['--no-warnings', '-e', script], {
    cwd: new URL('..', import.meta.url),
  })
  t.equal(stdout, 'function function false\n')
})
