import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { startLocalVault, type LocalVault } from '../../lib/local/index.js'
import { clock, localVaultFor, send } from '../helpers/local-vault.js'

const HOUR = 3_600_000
const SECRET = 'a-secret-of-twenty-two'

interface Told {
  readonly status: number
  readonly json: Record<string, unknown>
}

/** Gives an order over HTTP. */
async function order(
  { endpoint }: LocalVault,
  method: string,
  path: string,
  body?: unknown,
  authorization = `Bearer ${SECRET}`,
): Promise<Told> {
  const response = await fetch(`${endpoint}/.control/${path}`, {
    method,
    headers: { authorization },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  t.equal(response.headers.get('content-type'), 'application/json')
  return { status: response.status, json: (await response.json()) as Record<string, unknown> }
}

t.test('everything can be controlled over HTTP, by whoever knows the secret', async (t) => {
  const time = clock(Date.parse('2026-03-01T12:00:00.000Z'))
  const vault = await localVaultFor(t, { now: time.now, controlSecret: SECRET, createVaults: true })
  const ask = (method: string, path: string, body = ''): ReturnType<typeof send> =>
    send(vault, { method, path, body, time: time.time })
  await ask('PUT', '/-/vaults/docs')

  t.match(await order(vault, 'GET', 'clock'), { status: 200, json: { time: '2026-03-01T12:00:00.000Z' } })
  t.match(await order(vault, 'POST', 'clock', { advance: HOUR }), {
    json: { time: '2026-03-01T13:00:00.000Z' },
  })
  t.equal(vault.control.time.toISOString(), '2026-03-01T13:00:00.000Z')

  t.match(await order(vault, 'POST', 'inventory', { vaultName: 'docs' }), {
    status: 200,
    json: { archiveCount: 0, size: 0, date: '2026-03-01T13:00:00.000Z' },
  })
  t.match(await order(vault, 'PUT', 'job-delay', { milliseconds: HOUR }), { status: 200 })
  const start = (): ReturnType<typeof send> =>
    ask('POST', '/-/vaults/docs/jobs', '{"Type":"inventory-retrieval"}')
  await start()
  t.match(await order(vault, 'POST', 'jobs/complete', { vaultName: 'docs' }), { json: { jobs: 1 } })
  await start()
  await start()
  t.match(await order(vault, 'POST', 'jobs/fail', { statusMessage: 'No.' }), { json: { jobs: 2 } })
  await start()
  t.match(await order(vault, 'POST', 'jobs/fail'), { json: { jobs: 1 } })
  const jobs = (await ask('GET', '/-/vaults/docs/jobs')).json.JobList as { StatusMessage: string }[]
  t.strictSame(jobs.map(({ StatusMessage }) => StatusMessage).sort(), [
    'Failed by a control',
    'No.',
    'No.',
    'Succeeded',
  ])

  const rule = { fault: 'throttle', operation: 'ListVaults', times: 1 }
  t.match(await order(vault, 'POST', 'faults', rule), { json: { faults: [rule] } })
  t.match(await order(vault, 'GET', 'faults'), { json: { faults: [rule] } })
  t.match(await ask('GET', '/-/vaults'), { status: 400, json: { code: 'ThrottlingException' } })
  t.match(await order(vault, 'DELETE', 'faults'), { json: { faults: [] } })
  t.strictSame(vault.faults.list(), [])
  t.match((await order(vault, 'GET', 'traffic')).json, {
    ListVaults: { requests: 1, carriedOut: 0 },
    InitiateJob: { requests: 4, carriedOut: 4, underWay: 0, mostAtOnce: 1 },
  })
})

t.test('an order that makes no sense is refused, and changes nothing', async (t) => {
  const vault = await localVaultFor(t, { controlSecret: SECRET })
  for (const [method, path, body, status, message] of [
    ['GET', 'nothing', undefined, 404, /There are GET clock, POST clock, PUT job-delay/],
    ['PUT', 'clock', {}, 404, /no control PUT \/\.control\/clock/],
    ['POST', 'clock', {}, 400, /no number advance/],
    ['POST', 'clock', { advance: -1 }, 400, /milliseconds from 0 up/],
    ['POST', 'clock', '{', 400, /a JSON object/],
    ['POST', 'clock', '[]', 400, /a JSON object/],
    ['POST', 'clock', 'x'.repeat(70_000), 413, /at most 65536 bytes/],
    ['POST', 'inventory', {}, 400, /no vaultName/],
    ['POST', 'inventory', { vaultName: '../..' }, 400, /must be the name of a vault/],
    ['POST', 'inventory', { vaultName: 'none' }, 404, /Vault not found/],
    ['POST', 'inventory', { vaultName: 5 }, 400, /vaultName is no text/],
    ['POST', 'jobs/complete', { vaultName: 'none' }, 404, /Vault not found/],
    ['POST', 'faults', { fault: 'fire' }, 400, /fault of Faults\.add must be .*, not 'fire'/],
  ] as const) {
    t.match(await order(vault, method, path, body), { status, json: { message } }, `${method} ${path}`)
  }
  t.strictSame(vault.faults.list(), [])
  await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
  await mkdir(join(vault.dir, 'vaults', 'docs', 'inventory.jsonl'))
  t.match(
    await order(vault, 'POST', 'inventory', { vaultName: 'docs' }),
    { status: 500 },
    'where the disk fails',
  )
})

t.test('without the secret nothing can be controlled; without one, nothing at all', async (t) => {
  const vault = await localVaultFor(t, { controlSecret: SECRET })
  for (const authorization of [
    '',
    'Bearer',
    'Bearer wrong',
    SECRET,
    `Bearer ${SECRET} `.replace(/ $/, 'x'),
  ]) {
    t.match(await order(vault, 'POST', 'clock', { advance: HOUR }, authorization), { status: 401 })
  }
  t.equal((await fetch(`${vault.endpoint}/.control/clock`)).status, 401)
  t.ok(Math.abs(vault.control.time.getTime() - Date.now()) < HOUR)
  const without = await startLocalVault({ dir: vault.dir })
  t.teardown(() => without.close())
  t.match(await order(without, 'GET', 'clock'), {
    status: 403,
    json: { code: 'InvalidSignatureException' },
  })
  t.match(await send(without, { method: 'GET', path: '/.control/clock' }), { status: 404 })
})

t.test('several key pairs are known, each with its token, until it expires', async (t) => {
  const time = clock()
  const plain = { accessKeyId: 'PLAIN', secretAccessKey: 'one' }
  const expiration = new Date(time.time + HOUR)
  const temporary = { accessKeyId: 'TEMP', secretAccessKey: 'two', sessionToken: 'a token', expiration }
  const vault = await localVaultFor(t, { now: time.now, credentials: [plain, temporary] })
  t.strictSame(vault.credentials, plain)
  const ask = (sign: object, token?: string): ReturnType<typeof send> =>
    send(vault, {
      method: 'GET',
      path: '/-/vaults',
      sign,
      headers: { 'x-amz-security-token': token },
      time: time.time,
    })
  const unknown = { status: 400, json: { code: 'UnrecognizedClientException' } }
  t.match(await ask(plain), { status: 200 })
  t.match(await ask(temporary, 'a token'), { status: 200 })
  t.match(await ask(temporary), unknown)
  t.match(await ask(temporary, 'another'), unknown)
  t.match(await ask(plain, 'a token'), unknown)
  t.match(await ask({ ...plain, secretAccessKey: 'two' }), {
    status: 403,
    json: { code: 'InvalidSignatureException' },
  })
  t.match(await ask({ ...plain, accessKeyId: 'OTHER' }), unknown)
  time.time += HOUR
  t.match(await ask(temporary, 'a token'), { status: 403, json: { code: 'ExpiredTokenException' } })
  t.match(await ask(plain), { status: 200 })
})

t.test('options that cannot be are refused before it listens', async (t) => {
  const pair = { accessKeyId: 'A', secretAccessKey: 'B' }
  for (const [options, message] of [
    [{ credentials: [] }, /a key pair at least, and is empty/],
    [
      { credentials: [pair, { ...pair, sessionToken: '' }] },
      /sessionToken of startLocalVault must be .* not a string of 0 characters/,
    ],
    [
      { credentials: { ...pair, expiration: new Date(NaN) } },
      /credentials\.expiration of startLocalVault must be a Date/,
    ],
    [{ controlSecret: 'short' }, /16 characters or more/],
    [{ snsEndpoint: 'localhost:80' }, /an http:\/\/ or https:\/\/ address/],
    [{ snsEndpoint: 'x' }, /an http:\/\/ or https:\/\/ address/],
    [{ inventoryInterval: -1 }, /inventoryInterval of startLocalVault must be a number of milliseconds/],
  ] as const) {
    await t.rejects(localVaultFor(t, options), { name: 'RangeError', message }, JSON.stringify(options))
  }
})
