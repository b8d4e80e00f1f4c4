import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import t, { type Test } from 'tap'
import type { ConnectionOptions } from '../../../lib/cli/options/connection-options.js'
import { type Connection, withConnection } from '../../../lib/cli/run/connection.js'
import { controlSecretOf, pageAddress } from '../../../lib/cli/run/serve/serve.js'
import { startVault } from '../../../lib/cli/run/start-vault.js'
import { LockFolder } from '../../../lib/fs/lock.js'
import {
  headersOnly,
  json,
  startBareService,
  type Answer,
  type BareService,
} from '../../helpers/bare-service.js'
import { run, stage } from '../../helpers/command.js'
import { configuredCredentials } from '../../helpers/local-vault.js'
import { VirtualClock } from '../../helpers/virtual-clock.js'

await configuredCredentials(t)

const described = (arn: string): Answer =>
  json(200, { VaultName: 'docs', VaultARN: arn, CreationDate: '2026-01-01T00:00:00.000Z' })

async function serviceFor(test: Test, answer: Answer): Promise<BareService> {
  const service = await startBareService(answer)
  test.teardown(() => service.close())
  return service
}

/** Connects with the command's options and asks for one thing. */
function connected<T>(
  options: Partial<ConnectionOptions>,
  ask: (connection: Connection) => Promise<T>,
  interrupted = false,
): Promise<T> {
  const { io, interrupt } = stage(undefined, [], {}, new VirtualClock())
  if (interrupted) interrupt.abort()
  return withConnection({ region: 'us-east-1', progress: 'never', ...options }, io, ask)
}

t.test('the place has the endpoint actually used, in one spelling', async (t) => {
  const service = await serviceFor(t, headersOnly(500, {}))
  const place = (options: Partial<ConnectionOptions>): Promise<unknown> =>
    connected(options, (connection) => connection.address())
  t.strictSame(await place({}), { region: 'us-east-1', endpoint: undefined })
  const { port } = new URL(service.endpoint)
  for (const endpoint of [service.endpoint, `${service.endpoint}/`, `HTTP://127.0.0.1:${port}//`])
    t.strictSame(await place({ endpoint }), { region: 'us-east-1', endpoint: service.endpoint })
  t.strictSame(await place({ endpoint: 'https://glacier.us-east-1.amazonaws.com' }), {
    region: 'us-east-1',
    endpoint: undefined,
  })
  process.env.AWS_ENDPOINT_URL_GLACIER = `${service.endpoint}/base/`
  t.teardown(() => Reflect.deleteProperty(process.env, 'AWS_ENDPOINT_URL_GLACIER'))
  t.strictSame(await place({}), { region: 'us-east-1', endpoint: `${service.endpoint}/base` })
  t.strictSame(await place({ endpoint: 'http://given.example' }), {
    region: 'us-east-1',
    endpoint: 'http://given.example',
  })
  t.equal(service.seen.length, 0)
})

t.test('the account is the one the service states', async (t) => {
  const service = await serviceFor(t, described('arn:aws:glacier:us-east-1:012345678901:vaults/docs'))
  const { endpoint } = service
  const account = (accountId?: string): Promise<unknown> =>
    connected({ endpoint, ...(accountId !== undefined && { accountId }) }, (it) => it.account('docs'))
  t.equal(await account(), '012345678901')
  t.equal(await account('-'), '012345678901')
  t.equal(await account('999999999999'), '012345678901', 'also where another is asked for')
  t.strictSame(
    service.seen.map(({ method, url }) => `${method} ${url}`),
    ['-', '-', '999999999999'].map((id) => `GET /${id}/vaults/docs`),
  )
})

t.test('where the service does not state the account, it is the one given, if it is an ID', async (t) => {
  const answers: Answer[] = [
    json(403, { code: 'AccessDeniedException', message: 'm' }),
    json(404, { code: 'ResourceNotFoundException', message: 'm' }),
    json(500, { code: 'ServiceUnavailableException', message: 'm' }),
    described('arn:aws:glacier:us-east-1:-:vaults/docs'),
  ]
  for (const answer of answers) {
    const { endpoint } = await serviceFor(t, answer)
    const account = (accountId?: string): Promise<unknown> =>
      connected({ endpoint, ...(accountId !== undefined && { accountId }) }, (it) => it.account('docs'))
    t.equal(await account(), undefined)
    t.equal(await account('-'), undefined)
    t.equal(await account('12345'), undefined)
    t.equal(await account('012345678901'), '012345678901')
  }
})

t.test('a command that is interrupted is not told of an account', async (t) => {
  const { endpoint } = await serviceFor(t, headersOnly(500, {}))
  const asked = connected({ endpoint, accountId: '012345678901' }, (it) => it.account('docs'), true)
  await t.rejects(asked, { name: 'AbortError' })
})

t.test('an embedded vault is told from others by its ID, and has an account of its own', async (t) => {
  const dir = t.testdir({ one: {}, other: {} })
  const [one, other] = [{ localDir: join(dir, 'one') }, { localDir: join(dir, 'other') }]
  t.match(await connected(one, (it) => it.account('docs')), /^\d{12}$/)
  const place = await connected(one, (it) => it.address())
  t.match(place, { region: 'us-east-1', endpoint: /^local:[0-9a-f-]{36}$/ })
  t.strictSame(await connected(one, (it) => it.address()), place, 'the same whenever it is asked for')
  t.notSame(await connected(other, (it) => it.address()), place, 'another folder is another place')
})

t.test('an embedded vault has the region and account that are given, else those of its folder', async (t) => {
  const localDir = t.testdir()
  const names = (given: object = {}): Promise<string> =>
    withConnection({ progress: 'never', localDir, ...given }, stage().io, async (it) => {
      const { items } = await it.retryingClient.listVaults({})
      return `${(await it.address()).region} ${await it.account('docs')} ${items.map((item) => item.vaultName).join()}`
    })
  await connected({ localDir, region: 'eu-west-1' }, (it) =>
    it.retryingClient.createVault({ vaultName: 'docs' }),
  )
  t.equal(await names(), 'eu-west-1 111122223333 docs')
  t.equal(await names({ accountId: '-' }), 'eu-west-1 111122223333 docs')
  t.equal(await names({ region: 'us-east-1' }), 'us-east-1 111122223333 ')
  t.equal(await names({ accountId: '999999999999' }), 'eu-west-1 999999999999 ')
  await t.rejects(names({ region: '../..' }), { name: 'UsageError' })
})

t.test(
  'a timeout out of range is a usage error, and a local vault does not keep the process alive',
  async (t) => {
    const dir = t.testdir()
    for (const timeout of ['0', '30d', '25d'])
      t.match(
        await run(['put', 'docs', '--local-dir', dir, '--timeout', timeout], Buffer.from('x')),
        { code: 2, stderr: /'--timeout <time>' argument .* is invalid\. Write a duration from/ },
        timeout,
      )
    const ask = (): Promise<void> => Promise.resolve()
    await t.rejects(connected({ localDir: dir, timeout: 0 }, ask), { name: 'UsageError' })
    await t.resolves(connected({ localDir: dir }, ask), 'the vault was closed')
  },
)

t.test('the secret of the controls is that of the environment, unless it is empty', (t) => {
  t.equal(controlSecretOf({ GLACIER_PIPE_CONTROL_SECRET: 'mine' }), 'mine')
  const drawn = controlSecretOf({ GLACIER_PIPE_CONTROL_SECRET: '' })
  t.match(drawn, /^[\w-]{32}$/)
  t.not(controlSecretOf({}), drawn)
  t.end()
})

t.test('the address of the page has the secret on a terminal only, and never one of the user', (t) => {
  const endpoint = 'http://127.0.0.1:8765'
  const address = (isTTY: boolean, env: Record<string, string> = {}): string =>
    pageAddress(endpoint, 'a-secret-drawn', { env, stderr: Object.assign(new Writable(), { isTTY }) })
  t.equal(address(true), `${endpoint}/.control/#secret=a-secret-drawn`)
  t.equal(address(false), `${endpoint}/.control/`)
  t.equal(address(true, { GLACIER_PIPE_CONTROL_SECRET: 'a-secret-drawn' }), `${endpoint}/.control/`)
  t.end()
})

t.test('a local vault is not started for a command that was stopped before', async (t) => {
  const dir = join(t.testdir(), 'vaults')
  const signal = AbortSignal.abort('SIGINT')
  await t.rejects(startVault({ dir, signal }, stage(Buffer.alloc(0)).io), {
    name: 'AbortError',
    cause: 'SIGINT',
  })
  t.notOk(existsSync(dir))
})

t.test('a start that waits for the lock of another process ends with its command', async (t) => {
  const dir = join(t.testdir(), 'vaults')
  const locks = new LockFolder(join(dir, 'locks'))
  const held = await locks.tryTake('credentials', 'The credentials')
  const stop = new AbortController()
  const starting = startVault({ dir, signal: stop.signal }, stage(Buffer.alloc(0)).io)
  const watcher = watch(join(dir, 'locks'))
  await once(watcher, 'change') // the claim that the start prepares
  watcher.close()
  stop.abort('SIGINT')
  await t.rejects(starting, { name: 'AbortError', cause: 'SIGINT' })
  t.notOk(existsSync(join(dir, 'credentials.json')))
  await held.release()
})
