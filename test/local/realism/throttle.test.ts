import { Readable } from 'node:stream'
import t from 'tap'
import { TokenBucket } from '../../../lib/local/realism/token-bucket.js'
import { retrieveArchive } from '../../../lib/vault/retrieve-archive.js'
import { uploadArchive } from '../../../lib/vault/upload-archive.js'
import type { Clock } from '../../../lib/runtime/clock.js'
import { MIB } from '../../../lib/sizes.js'
import { gathered } from '../../helpers/gather.js'
import { clientFor, clock, localVaultFor, send } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { worldFor } from '../../helpers/realism-world.js'

// As slow and as scarce as the service: delays by tier, capacity, quotas, budgets, nightly inventories.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Two hours after the inventories of 12:00, and eleven before those of 03:00. */
const START = Date.parse('2026-03-01T14:00:00.000Z')

const throttledAnswer = {
  status: 400,
  json: { code: 'ThrottlingException', message: 'Rate exceeded', type: 'Client' },
}

t.test('a budget of requests refills by the vault’s clock', async (t) => {
  const { vault, ask } = await worldFor(t, { throttle: { requestsPerSecond: 2 } })
  t.match(await ask('GET', '/-/vaults'), { status: 200 })
  const unsigned = await send(vault, { method: 'GET', path: '/-/vaults', sign: false, time: START })
  t.match(unsigned.json, { code: 'MissingAuthenticationTokenException' })
  t.match(await ask('GET', '/-/vaults'), { status: 200 }, 'what is not authenticated is not counted')
  for (const advance of [0, 499]) {
    vault.control.advanceClock(advance)
    t.match(await ask('GET', '/-/vaults'), throttledAnswer)
  }
  vault.control.advanceClock(1)
  t.match(await ask('GET', '/-/vaults'), { status: 200 }, 'what was throttled is not counted')
  t.match(await ask('GET', '/-/vaults'), throttledAnswer)
  vault.control.advanceClock(DAY)
  for (const wanted of [{ status: 200 }, { status: 200 }, throttledAnswer])
    t.match(await ask('GET', '/-/vaults'), wanted, 'however far it is moved, it is full and no more')
})

t.test('an operation has a budget of its own, beside that of all', async (t) => {
  const { vault, ask, upload } = await worldFor(t, {
    throttle: [
      { requestsPerSecond: 1, burst: 5 },
      { requestsPerSecond: 0.5, operation: 'UploadArchive' },
    ],
  })
  t.match(await upload('x'), /^[\w-]{138}$/)
  const large = patternBytes(2 * MIB)
  for (let i = 0; i < 3; i++) t.match(await ask('POST', '/archives', large), throttledAnswer)
  for (let i = 0; i < 4; i++) {
    t.match(await ask('GET', '/-/vaults'), { status: 200 }, 'those took nothing of the budget of all')
  }
  t.match(await ask('GET', '/-/vaults'), throttledAnswer)
  vault.control.advanceClock(2000)
  t.match(await ask('POST', '/archives', large), { status: 201 })
  t.match(await ask('GET', '/-/vaults'), { status: 200 })
  t.match(await ask('GET', '/-/vaults'), throttledAnswer)
})

t.test('a token bucket holds its burst at the most, whatever its clock does', (t) => {
  const start = 1_772_000_000_000
  const takenFrom = (bucket: TokenBucket, now: number): number => {
    let count = 0
    for (; bucket.hasToken(now) && count < 100; count++) bucket.take(now)
    return count
  }
  for (const rate of [3, 7, 11, 13, 29]) t.equal(takenFrom(new TokenBucket(rate, rate), start), rate)
  const bucket = new TokenBucket(3, 2)
  const taken = (now: number): number => takenFrom(bucket, now)
  t.equal(taken(start), 2)
  t.equal(taken(start + 333), 0)
  t.equal(taken(start + 334), 1)
  t.equal(taken(start + 1000), 2, 'fractions of a millisecond add up')
  t.equal(taken(start - HOUR), 0, 'a clock that is set back')
  t.equal(taken(start - HOUR + 667), 2)
  t.equal(taken(start + DAY), 2)
  let count = 0
  for (let ms = 0; ms < 100_000; ms += 100) {
    if (!bucket.hasToken(start + 2 * DAY + ms)) continue
    bucket.take(start + 2 * DAY + ms)
    count++
  }
  t.ok(count >= 250 && count <= 302, `${count} in 100 seconds, looked at every 100 ms`)
  t.end()
})

t.test('an upload succeeds under a budget, by its own attempts', async (t) => {
  const throttle = [
    { requestsPerSecond: 4, burst: 3, operation: 'UploadMultipartPart' },
    { requestsPerSecond: 0.1, operation: 'CompleteMultipartUpload' },
  ]
  const time = clock()
  const vault = await localVaultFor(t, { now: time.now, createVaults: true, throttle })
  const pauses: number[] = []
  const sleeping: Clock = {
    now: () => vault.control.time.getTime(),
    random: () => 0.9,
    sleep: (milliseconds, signal) => {
      if (milliseconds >= HOUR) {
        // Who keeps a silent upload alive waits until it ends.
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new Error('woken by the signal'))
          })
        })
      }
      pauses.push(milliseconds)
      vault.control.advanceClock(milliseconds)
      return Promise.resolve()
    },
  }
  const client = clientFor(t, vault)
  const bytes = patternBytes(5 * MIB + 5)
  const [archive] = await uploadArchive(Readable.from([bytes]), {
    client,
    vaultName: 'docs',
    partSize: MIB,
    concurrency: 8,
    clock: sleeping,
  })
  t.match(archive, { size: bytes.length, parts: 6 })
  const { requests, carriedOut } = vault.traffic.of('UploadMultipartPart')
  t.equal(carriedOut, 6)
  t.ok(requests > 6, `${requests} requests for 6 parts`)
  t.ok(pauses.length > 0)

  vault.control.setJobDelay('realistic')
  const archiveId = archive.archiveId
  const retrieval = { client, vaultName: 'docs', archiveId, clock: sleeping }
  for (const [tier, least, most] of [
    ['Expedited', 3 * MINUTE, 10 * MINUTE],
    ['Standard', 4 * HOUR, 5 * HOUR],
    ['Bulk', 8.5 * HOUR, 10 * HOUR],
  ] as const) {
    const before = vault.control.time.getTime()
    t.ok((await gathered(retrieveArchive({ ...retrieval, tier }))).equals(bytes))
    const took = vault.control.time.getTime() - before
    t.ok(took >= least && took <= most, `${tier} took ${took} ms`)
    vault.control.advanceClock(2 * DAY)
  }
})
