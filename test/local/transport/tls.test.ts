import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { connect, Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectSecurely } from 'node:tls'
import { inspect, promisify } from 'node:util'
import t, { type Test } from 'tap'
import { startLocalVault, type LocalVault, type TlsOptions } from '../../../lib/local/index.js'
import { resetConnection } from '../../../lib/local/transport/connections.js'
import { TLS } from '../../fixtures/tls.js'
import { ended, runHere, serve, stage, start } from '../../helpers/command.js'
import { settled } from '../../helpers/gate.js'
import { localVaultFor, send } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { rawConnection } from '../../helpers/raw-connection.js'

// The local vault over TLS, with the user's certificate.

const execute = promisify(execFile)
const SECRET = 'a-secret-of-twenty-two'
const PASSPHRASE = 'geheim'

/** The certificate and key of a server, as files: made now if there is openssl, otherwise the fixture, whose key is not encrypted. */
interface Certificate {
  readonly cert: string
  readonly key: string
  readonly passphrase: string | undefined
}

async function certificateIn(dir: string): Promise<Certificate> {
  const [cert, key] = [join(dir, 'cert.pem'), join(dir, 'key.pem')]
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '2']
  const named = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', key, '-out', cert, '-passout', `pass:${PASSPHRASE}`]
  return execute('openssl', [...made, ...named, ...files]).then(
    () => ({ cert, key, passphrase: PASSPHRASE }),
    async () => {
      await Promise.all([writeFile(cert, TLS.cert), writeFile(key, TLS.key)])
      return { cert, key, passphrase: undefined }
    },
  )
}

/** The response of a server to a request without a signature. */
async function asked(
  { endpoint }: Pick<LocalVault, 'endpoint'>,
  path: string,
): Promise<[number, unknown, string]> {
  const outgoing = httpsRequest(`${endpoint}${path}`, {
    ca: TLS.cert,
    headers: { authorization: `Bearer ${SECRET}` },
    agent: false,
  }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  const text = (await incoming.setEncoding('utf8').toArray()).join('')
  return [incoming.statusCode ?? 0, JSON.parse(text), incoming.httpVersion]
}

function secureFor(test: Test, options: Parameters<typeof localVaultFor>[1] = {}): Promise<LocalVault> {
  return localVaultFor(test, { tls: TLS, ...options })
}

t.test('the command stores and gets over TLS with a certificate made for it', async (t) => {
  const dir = t.testdir()
  const { cert, key, passphrase = '' } = await certificateIn(dir)
  const env = { GLACIER_PIPE_TLS_PASSPHRASE: passphrase }
  const more = ['--tls-cert', cert, '--tls-key', key, '--create-vaults', '--inventory-interval', '0']
  const server = await serve(t, join(dir, 'vaults'), '0', more, env)
  t.match(server.endpoint, /^https:\/\/127\.0\.0\.1:\d+$/)
  const where = ['docs', '--endpoint', server.endpoint, '--region', server.region, '--progress', 'never']
  const bytes = patternBytes(3_000_000)
  const client = { ...server.keys, NODE_EXTRA_CA_CERTS: cert, XDG_DATA_HOME: dir }
  const put = start(['put', '--part-size', '1MiB', ...where], client)
  put.stdin.end(bytes)
  const stored = await ended(put)
  t.match(stored, { code: 0 }, stored.stderr)
  const got = await ended(start(['get', ...where, '--', stored.stdout.toString().trim()], client))
  t.match(got, { code: 0 }, got.stderr)
  t.ok(got.stdout.equals(bytes))
  const stranger = httpsRequest(server.endpoint, { agent: false }).end()
  const [refused] = (await once(stranger, 'error').catch((error: unknown) => [error])) as [unknown]
  t.match(
    refused,
    { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    'who does not know the certificate does not talk to it',
  )
})

t.test('the controls are served over the same TLS, as HTTP/1.1', async (t) => {
  const vault = await secureFor(t, { controlSecret: SECRET })
  t.match(vault.endpoint, /^https:/)
  t.match(await asked(vault, '/.control/faults'), [200, { faults: { length: 0 } }, '1.1'])
  t.match(await asked(vault, '/-/vaults'), [403, { code: 'InvalidSignatureException' }, '1.1'])
  const { port } = new URL(vault.endpoint)
  const offered = { port: Number(port), host: '127.0.0.1', ca: TLS.cert, ALPNProtocols: ['h2', 'http/1.1'] }
  const socket = connectSecurely(offered)
  await once(socket, 'secureConnect')
  t.equal(socket.alpnProtocol, 'http/1.1')
  socket.destroy()
  await t.rejects(
    send({ ...vault, endpoint: `http://127.0.0.1:${port}` }, { method: 'GET', path: '/-/vaults' }),
  )
  t.match(
    await asked(vault, '/.control/faults'),
    [200, { faults: { length: 0 } }, '1.1'],
    'plain HTTP does no harm',
  )
})

t.test('faults reset connections over TLS as they do without', async (t) => {
  const vault = await secureFor(t, {
    faults: [
      { fault: 'reset-before', nth: 1 },
      { fault: 'lose-answer', nth: 2 },
    ],
  })
  for (const fault of ['reset-before', 'lose-answer'])
    await t.rejects(asked(vault, '/-/vaults'), { code: 'ECONNRESET', syscall: 'read' }, fault)
  t.match(await asked(vault, '/-/vaults'), [403])
  t.equal(vault.traffic.of('ListVaults').underWay, 0)
  t.doesNotThrow(() => {
    resetConnection(new Socket())
  }, 'a connection that is not known is none any more')
})

t.test('closing does not wait for a connection that never came to speak TLS', async (t) => {
  const vault = await secureFor(t)
  const socket = connect(Number(new URL(vault.endpoint).port), '127.0.0.1')
  const closed = once(socket, 'close')
  await once(socket, 'connect')
  await asked(vault, '/-/vaults') // so that the server has accepted both
  await vault.close()
  await closed
  t.pass('it was closed')
})

t.test('a certificate and key that cannot be used are refused at the start, and not shown', async (t) => {
  const folder = t.testdir()
  const dir = join(folder, 'vaults')
  const secret = TLS.key.split('\n')[1] as string
  const cases: [TlsOptions, RegExp][] = [
    [
      { cert: TLS.key, key: TLS.cert },
      /OpenSSL does not accept them: no start line\. Give a certificate and the private key/,
    ],
    [{ cert: TLS.cert, key: `x${TLS.key.slice(1)}` }, /does not accept them/],
    [{ cert: Buffer.from(TLS.cert), key: TLS.key.slice(30) }, /does not accept them/],
  ]
  const made = await certificateIn(folder)
  const [cert, key] = [await readFile(made.cert, 'utf8'), await readFile(made.key, 'utf8')]
  if (made.passphrase !== undefined) {
    cases.push([{ cert: TLS.cert, key, passphrase: PASSPHRASE }, /The key is not that of the certificate\./])
    cases.push([{ cert, key }, /The key is encrypted: the passphrase is missing or wrong\./])
    cases.push([
      { cert, key, passphrase: 'geheim2' },
      /The key is encrypted: the passphrase is missing or wrong\./,
    ])
  }
  for (const [tls, message] of cases) {
    const failure = await startLocalVault({ dir, tls }).catch((error: unknown) => error)
    t.match(failure, {
      name: 'RangeError',
      message: /^tls of startLocalVault must be a certificate and its key/,
    })
    t.match(failure, { message })
    for (const text of [secret, PASSPHRASE, key.split('\n')[2] as string])
      t.notOk(inspect(failure).includes(text), String(message))
  }
  t.notOk((await readdir(folder)).includes('vaults'), 'and nothing was made')

  await mkdir(join(folder, 'folder'))
  await writeFile(join(folder, 'fixture.pem'), TLS.key)
  const [madeFor, fixture] = [['--tls-cert', made.cert, '--tls-key'], join(folder, 'fixture.pem')]
  const files: [string[], RegExp, string][] = [
    [['--tls-cert', made.cert], /--tls-cert and --tls-key belong together/, ''],
    [['--tls-key', made.key], /--tls-cert and --tls-key belong together/, ''],
    [
      [...madeFor, join(folder, 'absent')],
      /--tls-key \S+absent cannot be read: no such file or directory \(ENOENT\)/,
      '',
    ],
    [
      ['--tls-cert', join(folder, 'folder'), '--tls-key', made.key],
      /--tls-cert \S+folder cannot be read: .* \(EISDIR\)/,
      '',
    ],
    [[...madeFor, fixture], /The key is not that of the certificate\./, ''],
    [[...madeFor, fixture], /The key is not that of the certificate\./, PASSPHRASE],
  ]
  for (const [args, message, GLACIER_PIPE_TLS_PASSPHRASE] of files) {
    const it = stage(undefined, [], { GLACIER_PIPE_TLS_PASSPHRASE })
    t.equal(await runHere(['serve', '--dir', dir, '--debug', ...args], it), 2)
    t.match(it.err(), message)
    t.notOk(it.err().includes(secret) || it.err().includes(PASSPHRASE))
  }
  t.notOk((await readdir(folder)).includes('vaults'))
})

t.test('serve warns of other machines over TLS too, but not that nothing is encrypted', async (t) => {
  const folder = t.testdir({ 'cert.pem': TLS.cert, 'key.pem': TLS.key })
  const files = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')]
  const it = stage()
  const remote = ['--host', '0.0.0.0', '--allow-remote', '--dir', join(folder, 'vaults')]
  const served = runHere(['serve', ...remote, ...files], it)
  while (!it.err().includes('WARNING')) await settled(1)
  it.interrupt.abort('SIGTERM')
  t.equal(await served, 143)
  t.match(
    it.err(),
    /WARNING: other machines can connect to https:.* can read and delete everything in \S+vaults\.\n/,
  )
})

t.test('a client that does not agree on TLS is not waited for without end', async (t) => {
  const vault = await secureFor(t, { idleTimeout: 60 })
  const half = Buffer.from([0x16, 3, 1, 2, 0, 1]).toString('latin1') // the beginning of a ClientHello
  for (const sent of [[], [half]]) t.equal(await rawConnection(t, vault, ...sent).closed(), '')
})
