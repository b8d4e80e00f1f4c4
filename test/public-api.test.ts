import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import * as local from '../lib/local/index.js'
import * as api from '../lib/index.js'

t.test('the public names are these; another is a decision', async (t) => {
  t.strictSame(Object.keys(api).sort(), [
    'AbortError',
    'AccessDeniedError',
    'ArchiveReader',
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
  t.strictSame(Object.keys(local).sort(), ['FAULT_KINDS', 'Faults', 'Traffic', 'startLocalVault'])
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
