import t from 'tap'
import {
  CONTENT_OF_ONE,
  CONTENT_OF_SEVERAL,
  endOf,
  objectAt,
  ONE,
  openUploads,
  put,
  SEVERAL,
  start,
  type Started,
  type UploadFault,
} from '../helpers/bucket-faults.js'

/** A place where requests fail, by the operation and the number of the request. */
const PLACES = [
  { where: 'the look at the key', operation: 'HeadObject', nth: 1, bytes: SEVERAL },
  { where: 'an initiation', operation: 'CreateMultipartUpload', nth: 1, bytes: SEVERAL },
  { where: 'a part', operation: 'UploadPart', nth: 1, bytes: SEVERAL },
  { where: 'the last part', operation: 'UploadPart', nth: 2, bytes: SEVERAL },
  { where: 'the list of parts', operation: 'ListParts', nth: 1, bytes: SEVERAL },
  { where: 'a completion', operation: 'CompleteMultipartUpload', nth: 1, bytes: SEVERAL },
  { where: 'a whole archive', operation: 'PutObject', nth: 1, bytes: ONE },
] as const

type Place = (typeof PLACES)[number]['where']
/** The ends where a fault is met once; those that are not listed are `stored`. */
type Ends = Readonly<Partial<Record<Place, string>>>

const everywhere = (end: string): Ends => Object.fromEntries(PLACES.map(({ where }) => [where, end]))

const ONCE: Record<UploadFault, Ends> = {
  error: {},
  'error-after': {},
  'error-in-200': {},
  'error-in-200-after': {},
  'empty-200': {},
  timeout: {},
  throttle: {},
  'error-500': {},
  'error-503': {},
  'error-html': {},
  'expired-token': {},
  'time-skewed': {},
  'access-denied': { ...everywhere('ERR_ACCESS_DENIED'), 'the look at the key': 'stored' },
  'wrong-region': everywhere('wrong-region'),
  'no-bucket': { ...everywhere('bucket-not-found'), 'the look at the key': 'stored' }, // HEAD has no body that tells it
  'expired-upload': {
    ...everywhere('upload-not-found'),
    'the look at the key': 'stored',
    'a part': 'ERR_UPLOAD_GONE',
    'the last part': 'ERR_UPLOAD_GONE',
    'the list of parts': 'ERR_UPLOAD_GONE',
    'a completion': 'ERR_UPLOAD_GONE',
  },
  'checksum-mismatch': {},
  'precondition-failed': everywhere('exists'),
  conflict: { 'the look at the key': 'HTTP 409' },
  'reset-before': {},
  'reset-amid': {},
  'lose-answer': {},
  stall: {},
  // A list of other parts than those that were sent is not the content.
  'wrong-hash': { 'the list of parts': 'ERR_COMPLETION_REJECTED' },
  'no-hash': { 'the list of parts': 'stored' }, // not together with a part: then nobody knows its hash
  slow: {},
}

/** Faults that replace the response of a request that was carried out. */
const LATE: ReadonlySet<UploadFault> = new Set<UploadFault>([
  'error-after',
  'error-in-200-after',
  'empty-200',
  'lose-answer',
])

async function check(
  { bucket, sdk }: Started,
  fault: UploadFault,
  places: readonly (typeof PLACES)[number][],
  expected: string,
): Promise<void> {
  const what = `${fault}, once, at ${places.map(({ where }) => where).join(' and ')}`
  const bytes = places[0]?.bytes ?? ONE
  const key = what.replaceAll(/\W+/g, '-')
  const rules = places.map(({ operation, nth }) => {
    return { fault, operation, nth, ...(fault === 'slow' && { bytesPerSecond: 1e9 }) }
  })
  const ran = await put(bucket, sdk, key, bytes, rules)
  t.equal(endOf(ran), expected, what)
  const found = await objectAt(sdk, key)
  if (expected !== 'stored') {
    t.equal(found, undefined, `${what}: there is no object`)
    return
  }
  t.strictSame(found, bytes === ONE ? CONTENT_OF_ONE : CONTENT_OF_SEVERAL, `${what}: the object is right`)
  if (fault === 'stall') return // on a busy machine, what is given up may be carried out
  // The ID of an upload whose initiation had no response is not known: it is left, empty.
  const isLeft = LATE.has(fault) && places.some(({ operation }) => operation === 'CreateMultipartUpload')
  t.equal(await openUploads(sdk, key), isLeft ? 1 : 0, `${what}: no upload is left`)
  const isResent = LATE.has(fault) || fault === 'wrong-hash'
  if (bytes === SEVERAL && !isResent) t.equal(ran.partsStored, 2, `${what}: each part is stored once`)
}

t.test('each fault at each place, met once', async (t) => {
  const started = await start(t)
  for (const [fault, ends] of Object.entries(ONCE) as [UploadFault, Ends][]) {
    const passed = PLACES.filter(({ where, operation }) => {
      // A slow part takes seconds, whatever its rate.
      return ends[where] === undefined && !(fault === 'slow' && operation === 'UploadPart')
    })
    // One upload meets all those that it survives.
    const [several, one] = [SEVERAL, ONE].map((bytes) => passed.filter((place) => place.bytes === bytes))
    for (const places of [several ?? [], one ?? []])
      if (places.length > 0) await check(started, fault, places, 'stored')
    for (const place of PLACES) {
      const end = ends[place.where]
      if (end !== undefined) await check(started, fault, [place], end)
    }
  }
})

t.test('parts that are stored are not sent again, whatever happens to the completion', async (t) => {
  const started = await start(t)
  const late = [
    'lose-answer',
    'error-after',
    'error-in-200-after',
    'empty-200',
    'wrong-hash',
    'no-hash',
  ] as const
  for (const fault of late) {
    const rules = ['ListParts', 'CompleteMultipartUpload'].map((operation) => ({ fault, operation, nth: 1 }))
    const ran = await put(
      started.bucket,
      started.sdk,
      fault,
      SEVERAL,
      rules.slice(fault === 'wrong-hash' ? 1 : 0),
    )
    t.equal(endOf(ran), 'stored', fault)
    t.equal(ran.partsStored, 2, fault)
    t.equal(started.bucket.traffic.of('AbortMultipartUpload').requests, 0, fault)
  }
})
