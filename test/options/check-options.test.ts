import { join } from 'node:path'
import { Readable } from 'node:stream'
import { GlacierClient } from '@aws-sdk/client-glacier'
import t from 'tap'
import * as local from '../../lib/local/index.js'
import type { LocalBucketOptions, LocalVaultOptions } from '../../lib/local/index.js'
import { ARCHIVE_READER, INVENTORY, RETRIEVAL, RETRIEVE_ARCHIVE } from '../../lib/vault/retrieval-rules.js'
import {
  ARCHIVE_STREAM,
  ARCHIVE_WRITER,
  RESUME_UPLOAD,
  UPLOAD_ARCHIVE,
} from '../../lib/vault/upload-options.js'
import { REQUESTS } from '../../lib/client/request-rules.js'
import * as api from '../helpers/every-export.js'
import { MemoryVault } from '../helpers/memory-vault.js'
import { WRONG, type WrongValues } from '../helpers/wrong-values.js'
import { failureOf } from '../helpers/failure-of.js'

const HASH = 'ab'.repeat(32)

/** A function that takes options. */
interface Taker {
  /** As messages have it. */
  readonly caller: string
  /** The exports that are tested by this. */
  readonly exports?: readonly string[]
  /** Calls it with right arguments and these options. */
  readonly call: (options: unknown) => unknown
  /** The names of all options. */
  readonly names: readonly string[]
  /** Right values of those that must be there; none where the options may be left out. */
  readonly needed?: Readonly<Record<string, unknown>>
  readonly isAsync?: true
  /** Where an option has other wrong values here. */
  readonly wrong?: Readonly<Record<string, WrongValues>>
}

/** The names of an interface's fields, all of them. */
function namesOf<T>(names: Readonly<Record<keyof T, 1>>): string[] {
  return Object.keys(names)
}

/** Counts requests: there must be none. */
const vault = new MemoryVault()

let sourcesRead = 0

function source(): Readable {
  return new Readable({
    read() {
      sourcesRead++
      this.push(null)
    },
  })
}

const place = { vaultName: 'v' }
const catalog = await api.Catalog.open(join(t.testdir(), 'catalog.jsonl'))

t.teardown(() => catalog.close())

const sdk = new GlacierClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  endpoint: 'http://127.0.0.1:9',
})

const port = api.glacierClient(sdk)
const subject = { client: vault, vaultName: 'v', archiveId: 'a' }
const encoded = { types: [7], ranges: ['ä', 'x'.repeat(1025)] }
const body = { bytes: Buffer.alloc(1), linearHash: HASH, treeHash: HASH }
const range = { start: 0, end: 1 }

/** The fields that the requests of a client need besides the vault. */
const NEEDED: Readonly<Record<keyof typeof REQUESTS, object>> = {
  createVault: {},
  describeVault: {},
  listVaults: {},
  deleteVault: {},
  uploadArchive: body,
  initiateUpload: { partSize: 2 ** 20 },
  uploadPart: { uploadId: 'u', range, ...body },
  completeUpload: { uploadId: 'u', size: 1, treeHash: HASH },
  abortUpload: { uploadId: 'u' },
  listParts: { uploadId: 'u' },
  listUploads: {},
  startRetrieval: { archiveId: 'a' },
  startInventory: { format: 'JSON' },
  deleteArchive: { archiveId: 'a' },
  listJobs: {},
  describeJob: { jobId: 'j' },
  getJobOutput: { jobId: 'j', range },
}

/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment -- callers without types pass anything */
const TAKERS: readonly Taker[] = [
  {
    caller: 'uploadArchive',
    call: (options: any) => api.uploadArchive(source(), options),
    names: Object.keys(UPLOAD_ARCHIVE),
    needed: { client: vault, ...place },
    isAsync: true,
  },
  {
    caller: 'resumeUpload',
    call: (options: any) => api.resumeUpload(source(), options),
    names: Object.keys(RESUME_UPLOAD),
    needed: { client: vault, ...place },
    isAsync: true,
    wrong: { description: { types: [7], ranges: [] } },
  },
  {
    caller: 'archiveWriter',
    call: (options: any) => api.archiveWriter(options),
    names: Object.keys(ARCHIVE_WRITER),
    needed: { client: vault, ...place },
  },
  {
    caller: 'archiveStream',
    call: (options: any) => api.archiveStream(options),
    names: Object.keys(ARCHIVE_STREAM),
    needed: { client: vault, ...place },
  },
  {
    caller: 'archiveReader',
    call: (options: any) => api.archiveReader(options),
    names: Object.keys(ARCHIVE_READER),
    needed: { client: vault, ...place, jobId: 'j' },
  },
  {
    caller: 'retrieveArchive',
    call: (options: any) => api.retrieveArchive(options),
    names: Object.keys(RETRIEVE_ARCHIVE),
    needed: subject,
  },
  {
    caller: 'startRetrieval',
    call: (options: any) => api.startRetrieval(options),
    names: Object.keys(RETRIEVAL),
    needed: subject,
    isAsync: true,
  },
  {
    caller: 'retrieveToFile',
    call: (options: any) => api.retrieveToFile('/dev/null/file', options),
    names: Object.keys(RETRIEVE_ARCHIVE),
    needed: subject,
    isAsync: true,
  },
  {
    caller: 'fromCommand',
    call: (options: any) => api.fromCommand('/dev/null/program', [], options),
    names: namesOf<api.FromCommandOptions>({ cwd: 1, env: 1, stdin: 1, detached: 1, signal: 1, clock: 1 }),
  },
  {
    caller: 'inventory',
    call: (options: any) => api.inventory(options),
    names: Object.keys(INVENTORY),
    needed: { client: vault, ...place },
  },
  ...[(options: any) => api.rechunk(8, options), (options: any) => new api.Rechunk(8, options)].map(
    (call) => ({
      caller: 'rechunk',
      exports: ['rechunk', 'Rechunk'],
      call,
      names: namesOf<api.RechunkOptions>({ flush: 1, align: 1, encoding: 1, memory: 1 }),
      wrong: {
        encoding: { types: [7, {}], ranges: ['utf9', ''] },
        memory: { types: [7, {}, { size: 8 }], ranges: [new api.PartMemory(9)] },
      },
    }),
  ),
  ...[(options: any) => api.hashParts(options), (options: any) => new api.PartHasher(options)].map(
    (call) => ({
      caller: 'hashParts',
      exports: ['hashParts', 'PartHasher'],
      call,
      names: namesOf<api.HashPartsOptions>({ hashes: 1, hashThreads: 1 }),
    }),
  ),
  ...[(options: any) => api.treeHash(options), (options: any) => new api.TreeHashStream(options)].map(
    (call) => ({
      caller: 'treeHash',
      exports: ['treeHash', 'TreeHashStream'],
      call,
      names: namesOf<api.TreeHashStreamOptions>({ expected: 1 }),
    }),
  ),
  {
    caller: 'FileHasher',
    call: (options: any) => new api.FileHasher(options),
    names: namesOf<api.FileHasherOptions>({ hashThreads: 1 }),
  },
  {
    caller: 'FileHasher.hash',
    call: (options: any) => new api.FileHasher({ hashThreads: 0 }).hash('/dev/null/file', options),
    names: namesOf<api.FileHashOptions>({ range: 1, signal: 1 }),
    isAsync: true,
  },
  {
    caller: 'glacierClient',
    call: (options: any) => api.glacierClient({}, options),
    names: namesOf<api.RequestOptions>({ idleTimeout: 1 }),
  },
  {
    caller: 's3Client',
    call: (options: any) => api.s3Client({}, options),
    names: namesOf<api.RequestOptions>({ idleTimeout: 1 }),
  },
  {
    caller: 's3Store',
    call: (options: any) => api.s3Store(options),
    names: namesOf<api.S3StoreOptions>({
      ...{ client: 1, bucket: 1, key: 1, storageClass: 1, metadata: 1, tags: 1, kmsKeyId: 1, lock: 1 },
      ...{ contentType: 1, expectedBucketOwner: 1, requesterPays: 1, overwrite: 1, onUnconfirmed: 1 },
      restoreDays: 1,
    }),
    needed: { client: api.s3Client(), bucket: 'backups', key: 'docs.tar' },
    wrong: {
      bucket: { types: [7, {}], ranges: ['', 'B', 'a..b', 'x--x-s3'] },
      key: { types: [7, {}], ranges: ['', 'a/../b', 'a\nb', 'k'.repeat(1025)] },
      storageClass: { types: [7], ranges: ['COLD', ''] },
      metadata: { types: [7, 'x', { a: 1 }], ranges: [{ a: 'é' }, { 'a b': 'c' }] },
      tags: { types: [7, 'x', { a: 1 }], ranges: [{ '': 'x' }] },
      kmsKeyId: { types: [7], ranges: ['', 'é'] },
      lock: { types: [7, 'x'], ranges: [{ mode: 'GOVERNANCE' }] },
      contentType: { types: [7], ranges: ['', 'é'] },
      expectedBucketOwner: { types: [7], ranges: ['1', 'x'] },
      requesterPays: { types: ['yes', 1], ranges: [] },
      overwrite: { types: ['yes', 1], ranges: [] },
      onUnconfirmed: { types: ['x', {}], ranges: [] },
    },
  },
  {
    caller: 'Catalog.journal',
    call: (options: any) => catalog.journal({ region: 'r' }, options),
    names: namesOf<api.JournalOptions>({
      vaultName: 1,
      accountId: 1,
      name: 1,
      streamId: 1,
      storageClass: 1,
      owner: 1,
      lock: 1,
    }),
  },
  {
    caller: 'startLocalVault',
    call: (options: any) => local.startLocalVault(options),
    names: namesOf<LocalVaultOptions>({
      dir: 1,
      host: 1,
      allowRemote: 1,
      port: 1,
      region: 1,
      accountId: 1,
      credentials: 1,
      acceptAnyCredentials: 1,
      tls: 1,
      jobDelay: 1,
      inventoryInterval: 1,
      inventoryHour: 1,
      expeditedCapacity: 1,
      retrievalsPerDay: 1,
      throttle: 1,
      now: 1,
      createVaults: 1,
      faults: 1,
      snsEndpoint: 1,
      controlSecret: 1,
      policies: 1,
      onWarning: 1,
      prices: 1,
      undocumented: 1,
      idleTimeout: 1,
      log: 1,
      onFailure: 1,
      signal: 1,
    }),
    needed: { dir: '/dev/null/vaults' },
    isAsync: true,
    wrong: {
      accountId: { types: [111122223333], ranges: ['', '-', '12'] },
      onFailure: { types: [7, 'keep', {}], ranges: [] },
    },
  },
  {
    caller: 'startLocalBucket',
    call: (options: any) => local.startLocalBucket(options),
    names: namesOf<LocalBucketOptions>({
      dir: 1,
      host: 1,
      allowRemote: 1,
      port: 1,
      region: 1,
      accountId: 1,
      credentials: 1,
      tls: 1,
      restoreDelay: 1,
      repeatableFor: 1,
      partHashes: 1,
      createBuckets: 1,
      now: 1,
      vaultControl: 1,
      faults: 1,
      prices: 1,
      idleTimeout: 1,
      log: 1,
      onFailure: 1,
      signal: 1,
    }),
    needed: { dir: '/dev/null/buckets' },
    isAsync: true,
    wrong: {
      accountId: { types: [111122223333], ranges: ['', '-', '12'] },
      onFailure: { types: [7, 'keep', {}], ranges: [] },
      restoreDelay: { types: [[], true], ranges: [-1, NaN, Infinity] },
      repeatableFor: { types: ['1', {}], ranges: [-1, NaN, Infinity] },
      partHashes: { types: [1, 'true'], ranges: [] },
      createBuckets: { types: [1, 'true'], ranges: [] },
      vaultControl: { types: [7, {}, { clock: Date }], ranges: [] },
      prices: {
        types: [
          7,
          [],
          { storage: 1 },
          { GLACIER: 1 },
          { GLACIER: { storrage: 1 } },
          { GLACIER: { storage: '1' } },
        ],
        ranges: [
          { GLACIER: { storage: -1 } },
          { DEEP_ARCHIVE: { bulkRequests: 1e7 } },
          { STANDARD: { retrieval: NaN } },
        ],
      },
    },
  },
  ...Object.entries(REQUESTS).map(([call, rules]): Taker => ({
    caller: call,
    exports: ['glacierClient'],

    call: (request: any) => port[call as keyof typeof REQUESTS](request),
    names: Object.keys(rules),
    needed: { ...(call !== 'listVaults' && place), ...NEEDED[call as keyof typeof REQUESTS] },
    isAsync: true,
    wrong: { description: encoded, archiveId: { types: [7, [], {}], ranges: [''] } },
  })),
]

/** A function's argument that is no options object. */
interface Argument extends WrongValues {
  /** As messages have it: `size of rechunk`. */
  readonly name: string
  readonly exports?: readonly string[]
  readonly call: (value: any) => unknown
  readonly isAsync?: true
  /** Whether it may be left out. */
  readonly isOptional?: true
}

const hashOfBytes: WrongValues = WRONG.bytes as WrongValues
const path: WrongValues = { types: [7, {}, Buffer.from('x')], ranges: ['', 'a\0b'] }
const several: WrongValues = { types: [7, 'x', {}, [7], [null]], ranges: [['x'], [Buffer.alloc(31)]] }

const ARGUMENTS: readonly Argument[] = [
  {
    name: 'size of rechunk',
    types: ['8', {}],
    ranges: [0, -1, 1.5, NaN, Infinity],
    call: (size) => api.rechunk(size),
  },
  {
    name: 'size of PartMemory',
    types: ['8'],
    ranges: [0, -1, 1.5, NaN],
    call: (size) => new api.PartMemory(size),
  },
  {
    name: 'bytes of PartMemory.release',
    ...hashOfBytes,
    call: (bytes) => {
      new api.PartMemory(8).release(bytes)
    },
  },
  {
    name: 'fd of readParts',
    types: ['0', {}],
    ranges: [-1, 1.5, NaN, 2 ** 31],
    call: (fd) => api.readParts(fd, new api.PartMemory(8)),
  },
  {
    name: 'memory of readParts',
    types: [7, {}, { size: 8 }],
    ranges: [],
    call: (memory) => api.readParts(0, memory),
  },
  { name: 'command of fromCommand', ...path, call: (command) => api.fromCommand(command) },
  {
    name: 'args of fromCommand',
    types: [7, 'x', {}],
    ranges: [],
    call: (args) => api.fromCommand('/dev/null/program', args),
    isOptional: true,
  },
  {
    name: 'args[0] of fromCommand',
    types: [7, {}, null],
    ranges: ['a\0b'],
    call: (arg) => api.fromCommand('/dev/null/program', [arg]),
  },
  {
    name: 'path of FileHasher.hash',
    ...path,
    call: (file) => new api.FileHasher({ hashThreads: 0 }).hash(file),
    isAsync: true,
  },
  {
    name: 'file of retrieveToFile',
    ...path,
    call: (file) => api.retrieveToFile(file, subject),
    isAsync: true,
  },
  {
    name: 'onLeaf of TreeHash',
    types: [7, {}],
    ranges: [],
    call: (onLeaf) => new api.TreeHash(onLeaf),
    isOptional: true,
  },
  { name: 'bytes of TreeHash.update', ...hashOfBytes, call: (bytes) => new api.TreeHash().update(bytes) },
  {
    name: 'encoding of TreeHash.digest',
    types: [7],
    ranges: ['base64'],
    call: (encoding) => new api.TreeHash().digest(encoding),
    isOptional: true,
  },
  {
    name: 'bytes of TreeHash.update',
    exports: ['treeHashOf'],
    ...hashOfBytes,
    call: (bytes) => api.treeHashOf(bytes),
  },
  {
    name: 'bytes of TreeHash.update',
    exports: ['computeChecksums'],
    ...hashOfBytes,
    call: (bytes) => api.computeChecksums(bytes),
  },
  { name: 'treeHashes of combineTreeHashes', ...several, call: (hashes) => api.combineTreeHashes(hashes) },
  {
    name: 'text of encodeDescription',
    types: [7, {}],
    ranges: [],
    call: (text) => api.encodeDescription(text),
  },
  {
    name: 'description of decodeDescription',
    types: [7, {}],
    ranges: [],
    call: (text) => api.decodeDescription(text),
  },
  {
    name: 'name of namedDescription',
    types: [7, {}],
    ranges: ['', 'x'.repeat(1025)],
    call: (name) => api.namedDescription(name),
  },
  {
    name: 'archiveSize of partSizeFor',
    types: ['1', 5n],
    ranges: [-1, NaN],
    call: (size) => api.partSizeFor(size),
  },
  { name: 'list of itemsOf', types: [7, {}], ranges: [], call: (list) => api.itemsOf(list) },
  {
    name: 'source of glacierClient',
    types: [7, 'x', []],
    ranges: [],
    call: (config) => api.glacierClient(config),
    isOptional: true,
  },
  {
    name: 'source of s3Client',
    types: [7, 'x', []],
    ranges: [],
    call: (config) => api.s3Client(config),
    isOptional: true,
  },
  { name: 'file of Catalog.open', ...path, call: (file) => api.Catalog.open(file), isAsync: true },
  { name: 'file of readCatalog', ...path, call: (file) => api.readCatalog(file) },
  {
    name: 'type of readCatalog',
    types: [7],
    ranges: ['', 'archives'],
    call: (type) => api.readCatalog('x', type),
    isOptional: true,
  },
  {
    name: 'records of findUnfinishedUploads',
    types: [7, 'x', {}],
    ranges: [],
    call: (records) => api.findUnfinishedUploads(records),
    isAsync: true,
  },
  { name: 'address of Catalog.journal', types: [7, []], ranges: [], call: (it) => catalog.journal(it) },
  {
    name: 'address.region of Catalog.journal',
    types: [7],
    ranges: [''],
    call: (region) => catalog.journal({ region }),
  },
  {
    name: 'rule of Faults.add',
    types: [7, []],
    ranges: [{ fault: 'stall', nth: 1, every: 1 }],
    call: (rule) => {
      new local.Faults().add(rule)
    },
  },
  ...['fault', 'operation', 'nth', 'every', 'times', 'bytesPerSecond'].map((field): Argument => ({
    name: `rule.${field} of Faults.add`,
    ...(WRONG[field] as WrongValues),
    call: (value) => {
      new local.Faults().add({ fault: 'stall', [field]: value })
    },
    ...(field !== 'fault' && { isOptional: true as const }),
  })),
  {
    name: 'operation of Traffic',
    exports: ['Traffic'],
    types: [7, {}],
    ranges: [],
    call: (operation) => new local.Traffic().of(operation),
  },
  {
    name: 'size of Traffic.carriedOut',
    ...(WRONG.size as WrongValues),
    call: (size) => {
      new local.Traffic().carriedOut('DescribeVault', size)
    },
  },
]

/* eslint-enable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment */

/** Exports that take nothing that could be checked. */
const NOT_CHECKED: Readonly<Record<string, string>> = {
  ArchiveDownload: 'made by retrieveToFile',
  ArchiveReader: 'made by archiveReader and retrieveArchive',
  InventoryReader: 'made by inventory',
  ...Object.fromEntries(
    Object.keys(api)
      .filter((name) => name.endsWith('Error'))
      .map((name) => [name, 'made by this package and thrown']),
  ),
}

/** The problem with the refusal of a wrong value; `undefined` if it is right. */
async function problemOf(
  call: () => unknown,
  isAsync: boolean,
  type: 'TypeError' | 'RangeError',
  named: string,
): Promise<string | undefined> {
  const { error, isThrown } = await failureOf(call)
  if (!(error instanceof Error)) return `${named}: not refused`
  if (isThrown === isAsync) return `${named}: ${isAsync ? 'thrown, not rejected' : 'rejected, not thrown'}`
  if (error.name !== type || error.constructor.name !== type)
    return `${named}: ${error.name}, not ${type}: ${error.message}`
  return error.message.includes(named) ? undefined : `${named}: not named: ${error.message}`
}

function shownOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : typeof value
}

t.test('wrong options are refused at once, by every function that takes options', async (t) => {
  for (const { caller, call, names, needed, isAsync = false, wrong = {} } of TAKERS) {
    const problems: string[] = []
    const refuses = async (
      options: unknown,
      type: 'TypeError' | 'RangeError',
      named: string,
    ): Promise<void> => {
      const problem = await problemOf(() => call(options), isAsync, type, named)
      if (problem !== undefined) problems.push(`${problem} (${shownOf(options)})`)
    }
    const notObjects = needed && Object.keys(needed).length > 0 ? [undefined] : []
    for (const options of [null, 'x', 7, [], ...notObjects])
      await refuses(options, 'TypeError', `options of ${caller} must be an object`)
    await refuses({ ...needed, colour: 1 }, 'TypeError', `colour is not an option of ${caller}.`)
    for (const name of names) {
      const misspelled = `${name}q`
      await refuses(
        { ...needed, [misspelled]: 1 },
        'TypeError',
        `${misspelled} is not an option of ${caller}. Did you mean ${name}?`,
      )
      await refuses({ ...needed, [name.toUpperCase()]: 1 }, 'TypeError', `Did you mean ${name}?`)
      const values = wrong[name] ?? WRONG[name]
      if (!values) {
        problems.push(`there are no wrong values of ${name}`)
        continue
      }
      if (needed && name in needed)
        await refuses({ ...needed, [name]: undefined }, 'TypeError', `${name} of ${caller} `)
      for (const value of [null, ...values.types])
        await refuses({ ...needed, [name]: value }, 'TypeError', name)
      for (const value of values.ranges) await refuses({ ...needed, [name]: value }, 'RangeError', name)
    }
    t.strictSame(problems, [], caller)
  }
})

t.test('wrong arguments are refused at once', async (t) => {
  for (const { name, call, types, ranges, isAsync = false, isOptional } of ARGUMENTS) {
    const problems: string[] = []
    const [argument = '', caller = ''] = name.split(' of ')
    const check = async (value: unknown, type: 'TypeError' | 'RangeError'): Promise<void> => {
      const problem = await problemOf(() => call(value), isAsync, type, argument)
      if (problem !== undefined) problems.push(`${problem} (${shownOf(value)})`)
    }
    for (const value of [null, ...types, ...(isOptional ? [] : [undefined])]) await check(value, 'TypeError')
    for (const value of ranges) await check(value, 'RangeError')
    t.strictSame(problems, [], `${argument} of ${caller}`)
  }
})

t.test('nothing was asked of a service, and no source was read', async (t) => {
  t.strictSame(vault.calls, [])
  t.equal(sourcesRead, 0)
})

t.test('every function and class that is exported is in these tables, or has a reason', async (t) => {
  const covered = new Set([
    ...TAKERS.flatMap(({ caller, exports = [] }) => [caller, ...exports]),
    ...ARGUMENTS.flatMap(({ name, exports = [] }) => [name.split(' of ')[1]?.split('.')[0], ...exports]),
    ...Object.keys(NOT_CHECKED),
  ])
  for (const [name, it] of Object.entries({ ...api, ...local }))
    if (typeof it === 'function') t.ok(covered.has(name), name)
})
