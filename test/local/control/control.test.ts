import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { isAllowedHost } from '../../../lib/local/control/allowed-host.js'
import { startLocalVault, type LocalVault } from '../../../lib/local/index.js'
import { clock, localVaultFor, send, type RawResponse } from '../../helpers/local-vault.js'
import { order } from '../../helpers/controls.js'

const HOUR = 3_600_000
const SECRET = 'a-secret-of-twenty-two'

t.test('the path of the page without the slash at its end redirects to the page', async (t) => {
  const vault = await localVaultFor(t, { controlSecret: '0123456789abcdef' })
  const response = await fetch(`${vault.endpoint}/.control`, { redirect: 'manual' })
  t.equal(response.status, 308)
  t.equal(response.headers.get('location'), '/.control/')
  t.match(await (await fetch(`${vault.endpoint}/.control`)).text(), '<title>Local vault</title>')
})

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
  t.match(await order(vault, 'DELETE', 'faults'), { json: { faults: { length: 0 } } })
  t.strictSame(vault.faults.list(), [])
  t.match((await order(vault, 'GET', 'traffic')).json, {
    ListVaults: { requests: 1, carriedOut: 0 },
    InitiateJob: { requests: 4, carriedOut: 4, underWay: 0, maxAtOnce: 1 },
  })
})

t.test('an order that makes no sense is refused, and changes nothing', async (t) => {
  const vault = await localVaultFor(t, { controlSecret: SECRET })
  for (const [method, path, body, status, message] of [
    ['GET', 'nothing', undefined, 404, /There are GET overview, .*PUT job-delay/],
    ['PUT', 'clock', {}, 404, /no control PUT \/\.control\/clock/],
    ['POST', 'clock', {}, 400, /the number advance/],
    ['POST', 'clock', { advance: -1 }, 400, /milliseconds from 0 up/],
    ['POST', 'clock', { advance: 1e300 }, 400, /its last year is 9999/],
    ['POST', 'clock', { advance: 8_000 * 365 * 24 * HOUR }, 400, /its last year is 9999/],
    ['POST', 'clock', '{', 400, /a JSON object/],
    ['POST', 'clock', '[]', 400, /a JSON object/],
    ['POST', 'clock', 'x'.repeat(70_000), 413, /at most 65536 bytes/],
    ['POST', 'inventory', {}, 400, /the field vaultName/],
    ['POST', 'inventory', { vaultName: '../..' }, 400, /must be the name of a vault/],
    ['POST', 'inventory', { vaultName: 'none' }, 404, /Vault not found/],
    ['POST', 'inventory', { vaultName: 5 }, 400, /vaultName of the body must be a string/],
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
    {
      status: 507,
      json: { message: /^The vault docs is damaged: its inventory\.jsonl cannot be read: [^/]*$/ },
    },
    'where the disk fails, and no path is told',
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
  t.match(await send(without, { method: 'GET', path: '/.control/' }), { status: 404 })
  t.match(await send(without, { method: 'GET', path: '/.control/page.js' }), { status: 404 })
})

/** Asks with a Host header, and the secret where it is given. */
function askAs(vault: LocalVault, host: string, path: string, authorization?: string): Promise<RawResponse> {
  return send(vault, {
    method: 'GET',
    path: `/.control/${path}`,
    sign: false,
    headers: { host, authorization },
  })
}

t.test(
  'the page is given without the secret, may do nothing but ask this server, and is not alone',
  async (t) => {
    const vault = await localVaultFor(t, { controlSecret: SECRET })
    const folder = fileURLToPath(new URL('../../../lib/local/page/', import.meta.url))
    const types = { html: 'text/html', css: 'text/css', js: 'text/javascript' }
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.includes('.'))
    t.ok(names.includes('bucket/bucket-panels.js'))
    for (const name of ['', ...names]) {
      const response = await fetch(`${vault.endpoint}/.control/${name}`)
      const type = types[(name || 'index.html').split('.')[1] as keyof typeof types]
      t.match(
        { status: response.status, headers: Object.fromEntries(response.headers) },
        {
          status: 200,
          headers: {
            'content-type': `${type}; charset=utf-8`,
            'content-security-policy':
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
              "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            'x-content-type-options': 'nosniff',
            'referrer-policy': 'no-referrer',
            'cross-origin-opener-policy': 'same-origin',
            'cross-origin-resource-policy': 'same-origin',
            'cache-control': 'no-store',
            'access-control-allow-origin': undefined,
          },
        },
      )
      t.equal(await response.text(), await readFile(join(folder, name || 'index.html'), 'utf8'), name)
    }
    for (const path of [
      '../page/page.js',
      '..%2fcontrol%2forder.js',
      'page.js/',
      '/page.js',
      'bucket/',
      'bucket/page.js',
      'PAGE.JS',
      '__proto__',
    ]) {
      t.match(await askAs(vault, '127.0.0.1', path), { status: 401 }, path)
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const response = await fetch(`${vault.endpoint}/.control/`, {
        method,
        headers: { origin: 'http://evil.test' },
      })
      t.equal(response.status, 401, method)
      t.equal(response.headers.get('access-control-allow-origin'), null)
      t.equal(response.headers.get('content-security-policy')?.startsWith("default-src 'none'"), true)
    }
  },
)

t.test(
  'the controls are asked by a name of this machine, whatever a site lets its own name resolve to',
  async (t) => {
    const vault = await localVaultFor(t, { controlSecret: SECRET })
    for (const host of ['localhost', 'LOCALHOST:80', '127.0.0.1:1234', '127.9.9.9', '[::1]:80', '[0:0::1]']) {
      t.match(await askAs(vault, host, ''), { status: 200 }, host)
      t.match(await askAs(vault, host, 'clock', `Bearer ${SECRET}`), { status: 200 }, host)
    }
    for (const host of [
      'evil.test',
      'evil.test:80',
      '192.168.1.2',
      'localhost.evil.test',
      '127.0.0.1.evil.test',
      '[::2]',
    ]) {
      t.match(await askAs(vault, host, ''), { status: 421, json: { message: /loopback name/ } }, host)
      t.match(await askAs(vault, host, 'clock', `Bearer ${SECRET}`), { status: 421 }, host)
    }
    for (const [header, listening, isAllowed] of [
      [undefined, '127.0.0.1', false],
      ['', '127.0.0.1', false],
      ['localhost@evil.test', '127.0.0.1', false],
      ['evil.test#localhost', '127.0.0.1', false],
      ['999.0.0.1', '999.0.0.1', false],
      ['vault.lan:8765', 'Vault.LAN', true],
      ['evil.test', 'vault.lan', false],
      ['[fd00::1]:80', 'fd00:0::1', true],
      ['[fd00::2]', 'fd00::1', false],
      ['192.168.1.2:80', '0.0.0.0', true],
      ['[fd00::1]', '::', true],
      ['evil.test', '0.0.0.0', false],
      ['192.168.1.2', '192.168.1.3', false],
    ] as const) {
      t.equal(isAllowedHost(header, listening), isAllowed, `${String(header)} at ${listening}`)
    }
  },
)

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
