import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { glacierClient } from '../../../../lib/client/glacier-client.js'
import { findingsOf, ok, type Check } from '../../../../lib/cli/run/doctor/check.js'
import { credentialsCheck, regionCheck } from '../../../../lib/cli/run/doctor/credentials-checks.js'
import { localCheck } from '../../../../lib/cli/run/doctor/local-check.js'
import {
  memoryCheck,
  networkCheck,
  nodeCheck,
  usableMemory,
} from '../../../../lib/cli/run/doctor/machine-checks.js'
import type { SdkVaultClient } from '../../../../lib/client/sdk/sdk-vault-client.js'
import { runHere, stage } from '../../../helpers/command.js'
import { doctorFindings } from '../../../helpers/doctor-findings.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'
import { vaultWorldFor } from '../../../helpers/vault-world.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'

t.test('a working setup has a line for each subject, and exits with 0', async (t) => {
  const world = await vaultWorldFor(t)
  await world.put('bytes')
  const mirror = `${world.catalog}.mirror`
  const { code, out, err } = await world.run(['doctor', 'docs', '--write', '--catalog-mirror', mirror])
  t.equal(code, 0, out)
  t.equal(err, '')
  const subjects = out
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(0, 22).trim().split(/ +/))
  t.strictSame(subjects, [
    ...['node', 'memory', 'local', 'credentials', 'region', 'network', 'service', 'clock', 'vault'].map(
      (name) => ['ok', name],
    ),
    ...['permissions', 'catalog', 'disk', 'mirror'].map((name) => ['ok', name]),
  ])
  t.match(out, /access key AKIA…ANDS from the AWS configuration files\n/)
  t.notMatch(out, /secret/)
  t.match(out, /us-east-1 from --region\n/)
  t.match(
    out,
    /permissions {2}allowed: ListMultipartUploads, ListJobs, InitiateMultipartUpload, AbortMultipartUpload\n/,
  )
  t.match((await world.run(['uploads', 'docs'])).out, /^$/, 'the upload was aborted')
  t.match(await doctorFindings(world), {
    code: 0,
    found: { vault: { status: 'ok', finding: '1 vault visible' }, catalog: { finding: /, 2 records$/ } },
  })
  t.match(await doctorFindings(world, 'docs'), {
    found: { permissions: { finding: /--write checks uploads as well$/ } },
  })
  t.match(await world.run(['doctor', '--quiet']), { code: 0, out: '', err: '' })
  t.match(await world.run(['doctor', '--write']), { code: 2, err: /--write needs the name of a vault/ })
})

t.test('with the local vault, the account is not checked', async (t) => {
  const dir = t.testdir()
  const local = ['--local-dir', dir]
  t.equal(await runHere(['vault', 'create', 'docs', ...local], stage()), 0)
  const it = stage()
  t.equal(await runHere(['doctor', 'docs', ...local], it), 0)
  t.match(it.out(), /ok {7}local {8}the local vault in \S+ is used\n/)
  t.notMatch(it.out(), /credentials {2}|network/)
})

t.test(
  'a missing vault, and an account without vaults, are stated with the command that creates one',
  async (t) => {
    const world = await vaultWorldFor(t)
    t.match(await doctorFindings(world), {
      code: 0,
      found: {
        vault: { status: 'warning', finding: /no vault in this region/ },
        catalog: { finding: /does not exist yet/ },
      },
    })
    const { code, found } = await doctorFindings(world, 'none')
    t.equal(code, 1)
    t.match(found.vault, { status: 'failed', remedy: 'Create it: glacier-pipe vault create none' })
    t.match(found.permissions, { status: 'failed', finding: /Vault not found/ })
    t.match(await world.run(['doctor', 'none']), { code: 1, err: /^glacier-pipe: 2 checks failed.\n$/ })
    t.match(await world.run(['doctor', 'none', '-q']), { code: 1, err: '', out: /^FAILED {3}vault/ })
  },
)

t.test('a clock that is wrong is found, also when the service refuses the signature', async (t) => {
  const skews: [number, string, RegExp][] = [
    [-600_000, 'failed', /ahead of the service; beyond 5:00, it refuses signatures/],
    [600_000, 'failed', /behind the service; beyond 5:00/],
    [120_000, 'warning', /this machine is [12]:\d\d behind the service/],
  ]
  const dir = t.testdir()
  for (const [skewMs, status, finding] of skews) {
    const world = await vaultWorldFor(t, {
      dir: join(dir, String(skewMs)),
      now: () => Date.now() + skewMs,
    })
    const { code, found } = await doctorFindings(world)
    t.match(found.clock, { status, finding, remedy: /NTP/ })
    t.equal(code, status === 'failed' ? 1 : 0)
    if (status === 'failed')
      t.match(found, { service: { status: 'failed' }, vault: { status: 'warning', finding: 'not checked' } })
    await world.vault.close()
  }
})

t.test('credentials that the service does not know fail its check', async (t) => {
  const credentials = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' }
  await configuredCredentials(t)
  const world = await vaultWorldFor(t, { credentials })
  const { code, found } = await doctorFindings(world, 'docs')
  t.equal(code, 1)
  t.match(found, {
    credentials: { status: 'ok' },
    service: { status: 'failed', finding: /security token/ },
    clock: { status: 'ok' },
    permissions: { status: 'warning', finding: 'not checked' },
  })
})

t.test('a service that does not respond ends the checks at once', async (t) => {
  const catalog = join(t.testdir(), 'catalog')
  const it = stage(undefined, [], {}, new VirtualClock())
  const args = ['doctor', '--endpoint', 'http://127.0.0.1:1', '--region', 'r', '--catalog', catalog, '--json']
  t.equal(await runHere(args, it), 1)
  t.match(it.out(), /"check":"service","status":"failed","finding":"[^"]*ECONNREFUSED/)
  t.match(it.out(), /"check":"clock","status":"warning","finding":"not checked"/)
  t.match(it.out(), /"check":"catalog","status":"ok"/)
})

t.test('a check that does not end, and one that throws, are findings and stop no other', async (t) => {
  const clock = new VirtualClock()
  const { signal } = new AbortController()
  const checks: Check[] = [
    { name: 'hangs', run: () => new Promise(() => undefined) },
    {
      name: 'throws',
      run: () => {
        throw new Error('The reason.')
      },
    },
    {
      name: 'rejects',
      run: () =>
        Promise.reject(Object.assign(new Error('x'), { code: 'EACCES', errno: -13, syscall: 'open' })),
    },
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- other code may throw anything
    { name: 'text', run: () => Promise.reject('just text') },
    { name: 'works', run: () => ok('fine') },
  ]
  const found = []
  for await (const finding of findingsOf(checks, signal, clock)) found.push(finding)
  t.match(found, [
    { check: 'hangs', status: 'failed', finding: 'no result within 15 seconds' },
    { check: 'throws', status: 'failed', finding: 'The reason' },
    { check: 'rejects', status: 'failed', finding: 'permission denied (EACCES)' },
    { check: 'text', status: 'failed', finding: 'just text' },
    { check: 'works', status: 'ok' },
  ])
  for await (const finding of findingsOf([{ name: 'a', run: () => ok('b') }], signal))
    t.match(finding, { status: 'ok' })
})

t.test('the machine: the version of Node.js, and memory', async (t) => {
  for (const version of ['v20.19.0', 'v21.0.0', 'v26.1.0']) t.equal(nodeCheck(version).status, 'ok', version)
  for (const version of ['v20.18.9', 'v18.99.0'])
    t.match(nodeCheck(version), { status: 'failed', remedy: /Node.js 20.19/ })
  t.match(memoryCheck(2 ** 30), { status: 'ok', finding: /^1.00 GiB/ })
  t.match(memoryCheck(2 ** 28), { status: 'warning', remedy: /--memory/ })
  t.strictSame(
    [usableMemory(5, undefined), usableMemory(5, 0), usableMemory(5, 3), usableMemory(5, 2 ** 60)],
    [5, 5, 3, 5],
  )
})

t.test('the network: proxies without their passwords, and certificates', async (t) => {
  const url = 'https://glacier.eu-west-1.amazonaws.com'
  t.match(await networkCheck(url, {}), { status: 'ok', finding: /without a proxy/ })
  t.match(await networkCheck(url, { HTTPS_PROXY: 'http://me:pass@proxy.example:3128' }), {
    status: 'ok',
    finding: `requests go to ${url} through the proxy proxy.example:3128`,
  })
  t.match(await networkCheck('http://vault.example', { http_proxy: 'proxy:1' }), {
    finding: /proxy proxy:1$/,
  })
  t.match(await networkCheck('http://127.0.0.1:8080', { http_proxy: 'proxy:1' }), {
    finding: /without a proxy/,
  })
  await t.rejects(networkCheck(url, { HTTPS_PROXY: 'socks5://x' }), { name: 'InvalidProxySetting' })
  t.match(await networkCheck(url, { NODE_TLS_REJECT_UNAUTHORIZED: '0' }), { status: 'warning' })
  const dir = t.testdir({ 'ca.pem': '' })
  t.match(await networkCheck(url, { NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') }), { status: 'ok' })
  t.match(await networkCheck(url, { NODE_EXTRA_CA_CERTS: '' }), { status: 'ok' })
  t.match(await networkCheck(url, { NODE_EXTRA_CA_CERTS: join(dir, 'none') }), {
    status: 'failed',
    finding: /no such file/,
  })
})

function connectionWith(
  test: Test,
  credentials: unknown,
  region: unknown = 'eu-west-1',
): SdkVaultClient['connection'] {
  const client = glacierClient({ credentials, region } as Parameters<typeof glacierClient>[0])
  test.teardown(() => {
    client.destroy()
  })
  return client.connection
}

t.test(
  'credentials: where they are from, when they expire, and the two ways forward without any',
  async (t) => {
    const now = (): number => Date.UTC(2026, 0, 1)
    const of = (more: object) => () =>
      Promise.resolve({ accessKeyId: 'AKIAABCDEFGH', secretAccessKey: 'hidden', ...more })
    const places: Record<string, RegExp> = {
      CREDENTIALS_ENV_VARS: /AKIA…EFGH from the environment \(AWS_ACCESS_KEY_ID\)$/,
      CREDENTIALS_IMDS: /from the metadata of this machine/,
      CREDENTIALS_PROFILE_SSO: /from AWS IAM Identity Center/,
    }
    for (const [source, finding] of Object.entries(places))
      t.match(await credentialsCheck(connectionWith(t, of({ $source: { [source]: 'x' } })), {}, now), {
        status: 'ok',
        finding,
      })
    t.match(await credentialsCheck(connectionWith(t, of({ accessKeyId: 'short' })), { profile: 'p' }, now), {
      finding: /^access key short from .*, profile p$/,
    })
    const expiring = (ms: number): Promise<object> =>
      credentialsCheck(connectionWith(t, of({ expiration: new Date(now() + ms) })), {}, now)
    t.match(await expiring(3_600_000), { status: 'ok', finding: /valid until 2026-01-01T01:00/ })
    t.match(await expiring(60_000), { status: 'warning', remedy: /Renew/ })
    const none = connectionWith(t, () => Promise.reject(new Error('no keys')))
    t.match(await credentialsCheck(none, {}, now), {
      status: 'failed',
      remedy: /put --local docs FILE.*AWS_ACCESS_KEY_ID/,
    })
    t.match(await credentialsCheck(none, { profile: 'p' }, now), {
      finding: /the profile p has no credentials: .*no keys/,
    })
    const broken = {
      sdkClient: () => Promise.reject(new Error('broken')),
    } as unknown as SdkVaultClient['connection']
    await t.rejects(credentialsCheck(broken, {}, now), { message: 'broken' })
  },
)

t.test('the region: where it is from', async (t) => {
  const connection = connectionWith(t, undefined)
  t.match(await regionCheck(connection, { region: 'eu-west-1' }, {}), { finding: 'eu-west-1 from --region' })
  t.match(await regionCheck(connection, {}, { AWS_REGION: 'eu-west-1' }), { finding: /\(AWS_REGION\)/ })
  t.match(await regionCheck(connection, { profile: 'p' }, {}), { finding: /configuration files, profile p$/ })
  t.match(await regionCheck(connection, {}, {}), { finding: /configuration files$/ })
  const none = connectionWith(t, undefined, () => Promise.reject(new Error('Region is missing')))
  t.match(await regionCheck(none, {}, {}), { status: 'failed', remedy: /AWS_REGION/ })
})

t.test('without a region, the other checks are made', async (t) => {
  const names = ['AWS_REGION', 'AWS_CONFIG_FILE'] as const
  const before = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  Reflect.deleteProperty(process.env, 'AWS_REGION')
  process.env.AWS_CONFIG_FILE = join(t.testdir(), 'none')
  t.teardown(() => {
    for (const name of names) if (before[name] === undefined) Reflect.deleteProperty(process.env, name)
  })
  const it = stage(undefined, [], {}, new VirtualClock())
  t.equal(await runHere(['doctor', '--catalog', join(t.testdir(), 'catalog')], it), 1)
  t.match(it.out(), /FAILED {3}region {7}no region is set\n {22}Give --region/)
  t.match(it.out(), /warning {2}network {6}not checked\n {22}Set a region first\.\n/)
  t.match(it.out(), /warning {2}service {6}not checked\n {22}Set a region first\.\n/)
  t.match(it.err(), /: 1 check failed\.\n$/)
  t.match(it.out(), /ok {7}catalog/)
})

t.test('the local vault is tried in a temporary folder, which is removed', async (t) => {
  const folder = t.testdir()
  t.match(await localCheck(stage().io, 'vault', folder), { status: 'ok' })
  t.strictSame(await readdir(folder), [])
  t.match(await localCheck(stage().io, 'vault', join(folder, 'none')), {
    status: 'failed',
    finding: /no such file/,
    remedy: /TMPDIR/,
  })
})
