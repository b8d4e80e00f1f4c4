/** For each option, by its name: values of a wrong type, and values of the right type that are out of range. */
import type { Archive } from '../../lib/store/archive.js'
import { MIB } from '../../lib/sizes.js'

/** Wrong values of one option; `null` is always of a wrong type. */
export interface WrongValues {
  readonly types: readonly unknown[]
  readonly ranges: readonly unknown[]
}

const HASH = 'ab'.repeat(32)

/** An archive, as `earlierVolumes` has them. */
export const ARCHIVE: Archive = {
  archiveId: 'a',
  vaultName: 'v',
  size: 1,
  hash: HASH,
  partSize: MIB,
  parts: 1,
  description: undefined,
  location: undefined,
  volume: 1,
  firstVolume: undefined,
}

const INTENT = { size: 1, hash: HASH, firstPart: { size: 1, hash: HASH }, hasNextVolume: false }
const boolean: WrongValues = { types: ['yes', 1], ranges: [] }
const count: WrongValues = { types: ['1', 5n], ranges: [0, -1, 1.5, NaN, Infinity] }
const size: WrongValues = { types: ['1', {}], ranges: [-1, 1.5, NaN, Infinity] }
const partSize: WrongValues = { types: ['1MiB', 1n], ranges: [0, -MIB, 3 * MIB, 1.5, NaN, Infinity, 2 ** 33] }
const text: WrongValues = { types: [7, {}], ranges: [''] }
const hash: WrongValues = { types: [7], ranges: ['', 'x', 'x'.repeat(64), `${HASH}0`] }
const hashThreads: WrongValues = { types: ['2', true], ranges: [-1, 1.5, NaN, Infinity] }
const time: WrongValues = { types: ['1', new Date()], ranges: [-1, NaN] }
const date: WrongValues = { types: [7, new Date()], ranges: ['', 'soon'] }

/** By the name of the option. */
export const WRONG: Readonly<Record<string, WrongValues>> = {
  client: { types: [7, 'x', {}, [], { region: 'eu-west-1' }], ranges: [] },
  store: { types: [7, 'x', {}, []], ranges: [] },
  vaultName: {
    types: [7, {}, ['v']],
    ranges: ['', '.', '..', '../x', 'a b', 'a/b', 'ä', 'a\n', 'x'.repeat(256)],
  },
  snsTopic: {
    types: [7, {}],
    ranges: [
      '',
      'topic',
      'arn:aws:sqs:us-east-1:111122223333:x',
      'arn:aws:sns:us-east-1:1:x',
      'arn:aws:sns:us-east-1:111122223333:x y',
    ],
  },
  accountId: { types: [111122223333, {}], ranges: ['', '1', '11112222333x', '1111-2222-3333'] },
  signal: { types: [7, 'x', {}, { aborted: true }, new EventTarget()], ranges: [] },
  memory: { types: ['1', {}], ranges: [0, -1, NaN, 4 * MIB - 1] },
  concurrency: count,
  partSize,
  rangeSize: partSize,
  expectedSize: { types: ['1', {}], ranges: [-1, NaN] },
  sourceSize: size,
  archiveSize: size,
  outputSize: size,
  size,
  maxArchiveSize: { types: ['1', {}], ranges: [0, -1, NaN] },
  limitRate: { types: ['1', {}], ranges: [0, -1, NaN, Infinity] },
  retryFor: time,
  clock: { types: [7, {}, { now: Date.now }], ranges: [] },
  description: { types: [7, {}], ranges: ['x'.repeat(1025)] },
  onFailure: { types: [7, true], ranges: ['', 'leave', 'Keep'] },
  journal: { types: [7, {}, { begun: () => undefined }], ranges: [] },
  rechunk: { types: [7, 'x', {}], ranges: [] },
  hashThreads,
  hashes: { types: [7, true, ['linear']], ranges: ['', 'tree', 'Both'] },
  volumes: boolean,
  isComplete: boolean,
  isOnlyIntent: boolean,
  hasUnknownIntent: boolean,
  isSameAccount: boolean,
  flush: boolean,
  align: boolean,
  completed: boolean,
  cwd: { types: [7, {}], ranges: ['', 'a\0b'] },
  env: { types: [7, 'x', []], ranges: [{ A: 7 }, { A: 'a\0b' }, { 'A\0': 'b' }] },
  stdin: { types: [7, {}], ranges: ['', 'pipe'] },
  detached: boolean,
  allowRemote: boolean,
  createVaults: boolean,
  uploadId: text,
  jobId: text,
  marker: text,
  streamId: text,
  storageClass: text,
  name: { types: [7, {}], ranges: [] },
  owner: { types: [7, 'x', []], ranges: [] },
  lock: { types: [7, {}], ranges: [] },
  earlierVolumes: {
    types: [7, {}, ARCHIVE, [7], [null], [{}], [{ ...ARCHIVE, hash: 7 }]],
    ranges: [[{ ...ARCHIVE, size: -1 }], [ARCHIVE, { ...ARCHIVE, archiveId: '' }]],
  },
  intent: { types: [7, {}, { ...INTENT, firstPart: 1 }], ranges: [{ ...INTENT, size: -1 }] },
  archiveId: { types: [7, {}, [7], [null]], ranges: ['', [], ['']] },
  range: {
    types: [7, [], {}, { start: '0', end: 1 }, { start: 0, end: null }],
    ranges: [
      { start: -1, end: 5 },
      { start: 5, end: 5 },
      { start: 6, end: 5 },
      { start: 0.5, end: 5 },
      { start: 0, end: NaN },
    ],
  },
  archiveSizes: { types: [7, {}, ['1'], [null]], ranges: [[-1], [1.5]] },
  archiveHashes: { types: [HASH, [7], [null]], ranges: [['x']] },
  checkLate: { types: [7, 'yes'], ranges: [] },
  restoreDays: { types: ['1'], ranges: [0, 1.5] },
  tier: { types: [7], ranges: ['', 'Fast', 'bulk'] },
  format: { types: [7], ranges: ['XML'] },
  startDate: date,
  endDate: date,
  poll: {
    types: [7, [], { fistMs: 1 }, { firstMs: '1' }, { maxMs: null }],
    ranges: [{ firstMs: 0 }, { firstMs: -1 }, { maxMs: NaN }, { maxMs: Infinity }],
  },
  expected: hash,
  hash,
  treeHash: hash,
  linearHash: hash,
  bytes: { types: ['x', [1], {}, new ArrayBuffer(1)], ranges: [] },
  sendLimit: { types: [7, {}], ranges: [] },
  onSent: { types: [7, {}, 'f'], ranges: [] },
  limit: count,
  idleTimeout: { types: ['1', {}], ranges: [0, -1, NaN, 2 ** 31] },
  dir: { types: [7, {}], ranges: ['', 'a\0b'] },
  host: text,
  port: { types: ['80'], ranges: [-1, 65_536, 1.5, NaN] },
  region: {
    types: [7, ['eu-west-1', 7]],
    ranges: ['', 'a/b', '..', 'x'.repeat(65), [], ['eu-west-1', 'a/b']],
  },
  endpoint: text,
  credentials: {
    types: [7, {}, [7], [null], { accessKeyId: 'a' }, { accessKeyId: 'a', secretAccessKey: 7 }],
    ranges: [
      [],
      { accessKeyId: 'a/b', secretAccessKey: 'c' },
      { accessKeyId: 'a', secretAccessKey: '' },
      { accessKeyId: 'a', secretAccessKey: 'c', accountId: '../..' },
    ],
  },
  acceptAnyCredentials: boolean,
  tls: {
    types: [
      7,
      'x',
      {},
      { cert: 'x' },
      { cert: null, key: 'x' },
      { cert: 'x', key: 7 },
      { cert: 'x', key: 'y', passphrase: 7 },
      { pem: 'x' },
    ],
    ranges: [
      { cert: '', key: 'y' },
      { cert: Buffer.alloc(0), key: 'y' },
      { cert: 'x', key: '' },
      { cert: 'x', key: 'y' },
      { cert: Buffer.from('x'), key: new Uint8Array(1), passphrase: '' },
    ],
  },
  jobDelay: {
    types: ['1', 'real', [], { standard: '1' }, { fast: 1 }],
    ranges: [-1, NaN, Infinity, { bulk: -1 }, { inventory: Infinity }],
  },
  inventoryHour: { types: ['3', {}], ranges: [-1, 24, 1.5, NaN] },
  expeditedCapacity: { types: ['3', {}], ranges: [-1, 1.5, Infinity] },
  retrievalsPerDay: { types: ['35', {}], ranges: [-1, 1.5, Infinity] },
  throttle: {
    types: [7, 'x', {}, [7], [null], { requestsPerSecond: '5' }, [{ requestsPerSecond: 5, bursts: 1 }]],
    ranges: [
      { requestsPerSecond: 0 },
      { requestsPerSecond: Infinity },
      { requestsPerSecond: 1, burst: 0 },
      [{ requestsPerSecond: 1, operation: 'Upload' }],
    ],
  },
  inventoryInterval: { types: ['1'], ranges: [-1, NaN, Infinity] },
  now: { types: [5, new Date()], ranges: [] },
  faults: {
    types: [7, {}, [7], [null], [{}], [{ fault: 'stall', tims: 1 }]],
    ranges: [[{ fault: 'fire' }], [{ fault: 'stall' }, { fault: 'stall', nth: 0 }]],
  },
  policies: { types: [7, true], ranges: ['', 'Strict'] },
  prices: {
    types: [7, [], { storrage: 1 }, { storage: '0.004' }, { storage: null }],
    ranges: [{ storage: -1 }, { capacityUnits: NaN }, { bulkRequests: 1e7 }],
  },
  log: { types: [7, 'print'], ranges: [] },
  onWarning: { types: [7, 'print'], ranges: [] },
  undocumented: {
    types: [
      7,
      [],
      null,
      { repeatFor: 1 },
      { repeatHash: 1 },
      { repeatableFor: '1h' },
      { firstCounts: '0' },
      { malformedRange: 1 },
      { retrievalPolicy: null },
    ],
    ranges: [
      { repeatableFor: 86_400_001 },
      { repeatableFor: -1 },
      { firstCounts: 1 },
      { malformedRange: 'x' },
      { retrievalPolicy: 'none' },
      { retrievalPolicy: 0 },
      { retrievalPolicy: 2 ** 53 },
    ],
  },
  snsEndpoint: { types: [7], ranges: ['', 'x', 'ftp://here'] },
  controlSecret: { types: [7], ranges: ['', 'short', 'a b'.repeat(9)] },
  fault: { types: [7], ranges: ['', 'fire'] },
  operation: { types: [7], ranges: ['', 'Upload'] },
  nth: count,
  every: count,
  times: count,
  bytesPerSecond: count,
}
