import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { guess, guide } from '../../conformance/assertion.js'
import { conformance } from '../../conformance/command.js'
import { isEqual } from '../../conformance/expectations.js'
import { textReport } from '../../conformance/report.js'
import { isFailure, run } from '../../conformance/runner.js'
import { authorization } from '../../conformance/signature.js'
import { sha256, treeHash } from '../../conformance/tree-hash.js'
import { localVaultFor } from '../helpers/local-vault.js'

// The suite that asserts how an endpoint answers: it passes here, and it can fail.

const SUITE = fileURLToPath(new URL('../../conformance/', import.meta.url))
const SECRET = 'secret-of-the-controls'
/** The groups of the second run. */
const ONLY_AGAIN = ['--only', 'operations', '--only', 'vaults']
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' }

interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

interface JsonReport {
  readonly total: { passed: number; failed: number; skipped: number; otherwise: number }
  readonly complete: boolean
  readonly left: string[]
  readonly results: {
    group: string
    id: string
    tag: string
    outcome: string
    found?: string
    reason?: string
  }[]
}

async function command(args: readonly string[], environment: NodeJS.ProcessEnv = KEYS): Promise<Outcome> {
  let [out, err] = ['', '']
  const code = await conformance(args, environment, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

/** What the suite finds of a local vault with controls. */
async function findings(
  test: Test,
  { endpoint, credentials }: Awaited<ReturnType<typeof localVaultFor>>,
  args: readonly string[],
  secret?: string,
): Promise<JsonReport & { readonly code: number }> {
  const environment = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    GLACIER_PIPE_CONTROL_SECRET: secret,
  }
  const { code, out } = await command(['--endpoint', endpoint, '--json', ...args], environment)
  test.notMatch(out, credentials.secretAccessKey, 'no report has the secret key')
  return { ...(JSON.parse(out) as JsonReport), code }
}

/** A server that answers every request in one way. */
async function serverFor(test: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const failed = ({ results }: JsonReport): string[] =>
  results
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ group, id, found }) => `${group}/${id} ${found}`)

t.test('the process exits with the code of the command', async (t) => {
  const { argv } = process
  const written = t.capture(process.stderr, 'write', () => true)
  process.argv = [...argv.slice(0, 2), '--only', 'nothing']
  t.teardown(() => {
    Object.assign(process, { argv, exitCode: undefined })
  })
  await import('../../conformance/main.js')
  t.equal(process.exitCode, 2)
  t.match(
    written().map(({ args }) => String(args[0])),
    [/^There is no group nothing/],
  )
})

t.test('the local vault passes every assertion, guesses too, and is left as it was', async (t) => {
  const vault = await localVaultFor(t, { controlSecret: SECRET })
  const report = await findings(t, vault, ['--allow-account-changes', '--at-once', '22'], SECRET)
  t.strictSame(failed(report), [])
  t.equal(report.code, 0)
  t.ok(report.complete)
  t.ok(report.total.passed > 550, `${report.total.passed} assertions`)
  t.strictSame({ ...report.total, passed: 0 }, { passed: 0, failed: 0, skipped: 0, otherwise: 0 })
  const capacity = /^The unit of capacity .* is left/
  t.ok(
    report.left.every((sentence) => capacity.test(sentence)),
    report.left.join('\n'),
  )
  t.strictSame(await readdir(join(vault.dir, 'vaults')), [])

  // Its clock has been moved by hours, and the account has its capacity.
  const again = await findings(t, vault, ['--allow-account-changes', ...ONLY_AGAIN], SECRET)
  t.strictSame(failed(again), [])
  t.equal(again.code, 0, 'a vault can be tested again')
  t.match(
    again.results.find(({ id }) => id === 'PurchaseProvisionedCapacity-status'),
    { outcome: 'skipped', reason: 'the account has 2 units of capacity already' },
  )
})

t.test(
  'what needs a finished job, controls or a change of the account is skipped, and what is left is named',
  async (t) => {
    const vault = await localVaultFor(t, { jobDelay: 3_600_000 })
    const only = ['output', 'account', 'inventory', 'expiry'].flatMap((group) => ['--only', group])
    const report = await findings(t, vault, [...only, '--job-wait', '0.06', '--account-id', '111122223333'])
    t.strictSame(failed(report), [])
    t.equal(report.code, 0)
    t.strictSame([...new Set(report.results.map(({ reason }) => reason))].sort(), [
      'it changes the account or costs money: allow it with --allow-account-changes',
      'it needs the controls of a local vault: give their secret in GLACIER_PIPE_CONTROL_SECRET',
      'jobs are not done within 0.06 s: wait longer with --job-wait',
      'the account has no unit of capacity',
      'the vault has no inventory yet: the service takes the first within a day',
      undefined,
    ])
    t.match(report.left, [
      /^The vault conformance-\w{8}-.* is left: status 400: .*Vault not empty or recently/,
    ])
  },
)

t.test('jobs that are done at once are never in progress', async (t) => {
  const vault = await localVaultFor(t)
  const report = await findings(t, vault, ['--only', 'output'])
  const reasons = report.results.map(({ reason }) => reason).filter(Boolean)
  t.strictSame(new Set(reasons), new Set(['jobs are done at once, so that none is in progress']))
  t.strictSame(
    failed(await findings(t, vault, ['--only', 'vaults'])),
    [],
    'dates are by the clock of this machine',
  )
})

t.test('jobs that take a while are waited for', async (t) => {
  const report = await findings(t, await localVaultFor(t, { jobDelay: 60 }), ['--only', 'job-descriptions'])
  t.strictSame(
    report.results.filter(({ outcome }) => outcome === 'skipped'),
    [],
  )
})

t.test(
  'a server that answers {} to everything fails, and the report says what was expected and found',
  async (t) => {
    const endpoint = await serverFor(t, (request, response) => {
      request.resume().on('end', () => response.end('{}'))
    })
    const { code, out } = await command(['--endpoint', endpoint, '--max-time', '30', '--timeout', '2'])
    t.equal(code, 1)
    t.match(out, /\ngroup +passed +failed +skipped +guesses/)
    t.match(
      out,
      `  operations/CreateVault-status: CreateVault answers 201.
    expected  status 201
    found     status 200: "{}"
    model     service model 2012-06-01, CreateVault.http.responseCode
`,
    )
    t.match(out, /\nGuesses that do not hold \(they do not fail the run\):\n/)
    const [, count, passed] = /\n(\d+) assertions \(.*\): (\d+) passed, \d+ failed/.exec(out) ?? []
    t.ok(Number(passed) < 10, `${passed} of ${count} pass`)
  },
)

t.test('a vault whose answers are wrong fails', async (t) => {
  const vault = await localVaultFor(t)
  for (const [fault, group, operation] of [
    ['wrong-hash', 'archives'],
    ['corrupt-output', 'output-ranges'],
    ['error-500', 'output-ranges', 'DescribeJob'],
  ] as const) {
    vault.faults.clear()
    vault.faults.add({ fault, ...(operation && { operation }) })
    const report = await findings(t, vault, ['--only', group])
    t.equal(report.code, 1)
    t.notSame(failed(report), [], fault)
  }
})

t.test('the account is the one in the ARN of a vault where the Location has none', async (t) => {
  const paths: string[] = []
  const endpoint = await serverFor(t, (request, response) => {
    paths.push(request.url ?? '')
    response.statusCode = 201
    const text = '{"VaultARN":"arn:aws:glacier:us-east-1:123456789012:vaults/x"}'
    request.resume().on('end', () => response.end(text))
  })
  await command(['--endpoint', endpoint, '--only', 'errors'])
  t.ok(paths.some((path) => path.startsWith('/123456789012/vaults/')))
})

t.test('a guess that does not hold is shown and does not fail the run', async (t) => {
  const assertions = [
    guess('Nobody knows.', 'wrong', 'A guess does not hold.', async () => {
      isEqual('a', 1, 2)
    }),
    guess('Nobody knows.', 'long', 'A long value is cut.', async () => {
      isEqual('a', 'x'.repeat(1000), 2)
    }),
    guide('page', 'broken', 'A check throws.', async () => Promise.reject(new Error('broken'))),
  ]
  const settings = {
    groups: [{ name: 'group', title: 'A group', assertions }],
    groupsAtOnce: 1,
    endpoint: new URL('http://127.0.0.1:9'),
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    accountId: undefined,
    controlSecret: undefined,
    allowAccountChanges: false,
    requestTimeoutMs: 1000,
    jobWaitMs: 1000,
    runTimeoutMs: 1000,
    cleanUpTimeoutMs: 1000,
  }
  const report = await run(settings)
  t.strictSame(report.results.map(isFailure), [false, false, true])
  t.match(report.results, [
    { outcome: 'failed', expected: 'a 2', found: '1' },
    { outcome: 'failed', found: /^"x{299}…$/ },
    { outcome: 'failed', found: 'broken' },
  ])
  t.match(
    textReport(report),
    'Guesses that do not hold (they do not fail the run):\n' +
      '  group/wrong: A guess does not hold.\n    expected  a 2\n    found     1\n    guess     Nobody knows.\n',
  )
})

t.test('a server that never answers is left in time, and the run is incomplete', async (t) => {
  const endpoint = await serverFor(t, () => undefined)
  const args = ['--endpoint', endpoint, '--only', 'tags', '--timeout', '0.05']
  const slow = await command(args)
  t.equal(slow.code, 1)
  t.match(slow.out, /found {5}no answer within 50 ms/)
  const cut = await command([...args, '--timeout', '5', '--max-time', '0.05'])
  t.equal(cut.code, 1)
  t.match(cut.out, /The run is incomplete/)
  t.match(cut.out, /the time of the run is over\n/)
})

t.test('an endpoint that nothing listens on is told in one line', async (t) => {
  for (const endpoint of ['http://127.0.0.1:1', 'http://[::1]:1']) {
    const { code, out, err } = await command(['--endpoint', endpoint])
    t.strictSame({ code, out }, { code: 1, out: '' })
    t.match(err, `Cannot connect to ${endpoint}: connect E`)
    t.match(err, 'Nothing was asserted.\n')
  }
  const short = ['--only', 'tags', '--timeout', '1', '--max-time', '1'] // where a web server listens on its port
  for (const endpoint of ['http://127.9.9.9', 'https://127.9.9.9'])
    t.equal((await command(['--endpoint', endpoint, ...short])).code, 1)
})

t.test('an answer without end, a broken connection and controls that refuse are failures', async (t) => {
  const endless = await serverFor(t, (_, response) => {
    const chunk = Buffer.alloc(8_388_608)
    const more = (): void => void response.write(chunk, more)
    more()
  })
  const long = await command(['--endpoint', endless, '--only', 'notifications'])
  t.match(long.out, /found {5}no answer: an answer of more than 33554432 bytes/)
  const broken = await serverFor(t, (request) => request.socket.destroy())
  t.match((await command(['--endpoint', broken, '--only', 'tags'])).out, /found {5}no answer: socket hang up/)
  const secure = await command(['--endpoint', broken.replace('http', 'https'), '--only', 'notifications'])
  t.match(secure.out, /found {5}no answer: /)
  const vault = await localVaultFor(t, { controlSecret: SECRET })
  const report = await findings(t, vault, ['--only', 'expiry'], 'wrong')
  t.match(failed(report).join('\n'), 'was refused with status 401')
})

t.test('an ID that would lead out of the vaults of the run is never used', async (t) => {
  const paths: string[] = []
  const endpoint = await serverFor(t, (request, response) => {
    paths.push(request.url ?? '')
    response.statusCode = request.method === 'DELETE' ? 204 : 201
    for (const name of ['x-amz-archive-id', 'x-amz-multipart-upload-id', 'x-amz-lock-id', 'x-amz-job-id'])
      response.setHeader(name, name === 'x-amz-archive-id' ? '../../production' : '..')
    request.resume().on('end', () => response.end())
  })
  const only = ['archives', 'uploads', 'parts', 'vault-lock'].flatMap((group) => ['--only', group])
  const { code, out } = await command(['--endpoint', endpoint, '--account-id', '111122223333', ...only])
  t.equal(code, 1)
  t.match(out, /found {5}"\.\.\/\.\.\/production"/)
  t.strictSame(
    paths.filter((path) => path.includes('..')),
    [],
  )
  t.ok(paths.length > 50)
})

t.test('wrong use is told, with exit code 2', async (t) => {
  const wrong: [args: string[], message: RegExp, environment?: NodeJS.ProcessEnv][] = [
    [[], /--endpoint is needed/],
    [['--endpoint', 'nowhere'], /takes an http or https URL/],
    [['--endpoint', 'ftp://127.0.0.1'], /takes an http or https URL/],
    [['--endpoint', 'http://127.0.0.1/path'], /without a path/],
    [['--endpoint', 'http://user:word@127.0.0.1'], /without a path or credentials/],
    [['--endpoint', 'http://127.0.0.1'], /There are no credentials/, {}],
    [['--endpoint', 'http://127.0.0.1', '--account-id', '1'], /--account-id takes 12 digits, found "1"/],
    [['--endpoint', 'http://127.0.0.1', '--timeout', '0'], /--timeout takes seconds/],
    [['--endpoint', 'http://127.0.0.1', '--job-wait', 'long'], /--job-wait takes seconds/],
    [['--endpoint', 'http://127.0.0.1', '--max-time', '100000'], /at most 86400/],
    [['--endpoint', 'http://127.0.0.1', '--at-once', '0'], /--at-once takes a number/],
    [['--only', 'nothing'], /There is no group nothing\. There are operations, /],
    [['--unknown'], /Unknown option '--unknown'/],
    [['extra'], /Unexpected argument 'extra'/],
  ]
  for (const [args, message, environment] of wrong) {
    const { code, out, err } = await command(args, environment)
    t.equal(code, 2, args.join(' '))
    t.match(err, message)
    t.match(err, 'Usage: ')
    t.equal(out, '')
  }
  t.match(await command(['--help'], {}), { code: 0, out: /^Usage: / })
})

t.test('each assertion is data: an ID, a sentence, a tag and a source', async (t) => {
  t.match(await command(['--list', '--only', 'tags'], {}), {
    code: 0,
    out: /^tags: AddTagsToVault, [^]*\n {2}eleven: A request with 11 tags is refused[^]*\n {4}guide: https:[^]*\n\d+ assertions: \d+ guide, /,
  })
  const { code, out } = await command(['--list', '--json'], {})
  t.equal(code, 0)
  const groups = JSON.parse(out) as { name: string; assertions: Record<string, string>[] }[]
  const all = groups.flatMap(({ name, assertions }) =>
    assertions.map((it): Record<string, string> => ({ ...it, name })),
  )
  t.ok(all.length > 550)
  const ids = all.map(({ name, id }) => `${name}/${id}`)
  t.equal(new Set(ids).size, ids.length, 'no ID is there twice')
  const sources: Record<string, RegExp> = {
    guide: /^https:\/\/docs\.aws\.amazon\.com\/amazonglacier\/latest\/dev\/[\w-]+\.html$/,
    model: /^service model 2012-06-01, \w+/,
    thread: /^https:\/\/github\.com\/[\w-]+\/[\w-]+\/issues\/\d+$/,
    guess: /\.$/,
  }
  for (const { id, text = '', tag = '', source = '' } of all) {
    if (!/^[A-Z].*\.$/.test(text)) t.fail(`${id}: ${text}`)
    if (!sources[tag]?.test(source)) t.fail(`${id}: ${tag} ${source}`)
  }
  const operations = groups.find(({ name }) => name === 'operations')?.assertions ?? []
  t.equal(operations.filter(({ id = '' }) => id.endsWith('-status')).length, 33)
})

t.test('the suite imports nothing but itself and Node.js', async (t) => {
  for (const name of await readdir(SUITE, { recursive: true })) {
    if (!name.endsWith('.ts')) continue
    const file = join(SUITE, name)
    for (const [, specifier = ''] of (await readFile(file, 'utf8')).matchAll(/ from '(.*?)'/g)) {
      const own = specifier.startsWith('.') && resolve(dirname(file), specifier).startsWith(SUITE)
      t.ok(own || specifier.startsWith('node:'), `${name} imports ${specifier}`)
    }
  }
})

t.test(
  'its signatures are those the guide prints, its tree hash of nothing is the SHA-256 of nothing',
  async (t) => {
    const header = authorization({
      method: 'PUT',
      target: '/-/vaults/examplevault',
      headers: {
        host: 'glacier.us-east-1.amazonaws.com',
        'x-amz-date': '20120525T002453Z',
        'x-amz-glacier-version': '2012-06-01',
      },
      payloadHash: sha256(''),
      credentials: {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
      timestamp: '20120525T002453Z',
      scopeDate: '20120525',
      region: 'us-east-1',
      service: 'glacier',
    })
    t.match(header, /Signature=3ce5b2f2fffac9262b4da9256f8d086b4aaf42eba5f111c21681a65a127b7c2a$/)
    t.equal(treeHash(Buffer.alloc(0)), sha256(''))
  },
)
