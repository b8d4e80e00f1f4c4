import { CreateVaultCommand } from '@aws-sdk/client-glacier'
import { join } from 'node:path'
import t from 'tap'
import { startLocalVault } from '../../../lib/local/index.js'
import { send, type RawRequest } from '../../helpers/local-vault.js'
import { KEYS, severalFor, sdkFor } from '../../helpers/several-accounts.js'

const HOUR = 3_600_000
const [ONE, TWO] = ['111111111111', '222222222222'] as const
const docs = { accountId: '-', vaultName: 'docs' }

t.test(
  'any credentials are accepted where that is said, and all but the value of the signature is checked',
  async (t) => {
    const vault = await severalFor(t, { acceptAnyCredentials: true })
    const made = { accessKeyId: 'test', secretAccessKey: 'whatever', sessionToken: 'any' }
    const client = sdkFor(t, vault, { region: 'eu-west-1', credentials: made })
    t.equal((await client.send(new CreateVaultCommand(docs))).location, `/${ONE}/vaults/docs`)
    const known = sdkFor(t, vault, {
      region: 'eu-west-1',
      credentials: { ...KEYS[1], secretAccessKey: 'wrong' },
    })
    t.equal(
      (await known.send(new CreateVaultCommand(docs))).location,
      `/${TWO}/vaults/docs`,
      'known keys have their account',
    )
    const list: RawRequest = {
      method: 'GET',
      path: '/-/vaults',
      sign: { accessKeyId: 'x', secretAccessKey: 'y' },
    }
    t.match(await send(vault, list), { status: 200 })
    t.match(await send(vault, { ...list, path: `/${TWO}/vaults` }), {
      status: 403,
      json: { code: 'AccessDeniedException' },
    })
    const cases: [RawRequest, number, string][] = [
      [{ ...list, sign: false }, 400, 'MissingAuthenticationTokenException'],
      [
        { ...list, headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' } },
        403,
        'InvalidSignatureException',
      ],
      [{ ...list, sign: { region: 'eu-west-2' } }, 403, 'InvalidSignatureException'],
      [{ ...list, sign: { service: 's3' } }, 403, 'InvalidSignatureException'],
      [{ ...list, sign: { signed: ['x-amz-date'] } }, 403, 'InvalidSignatureException'],
      [{ ...list, time: Date.now() - HOUR }, 403, 'InvalidSignatureException'],
      [{ ...list, headers: { 'x-amz-content-sha256': 'f'.repeat(64) } }, 403, 'InvalidSignatureException'],
      [{ ...list, headers: { 'x-amz-glacier-version': undefined } }, 400, 'MissingParameterValueException'],
      [{ ...list, headers: { host: 'rebound.example:80' } }, 403, 'AccessDeniedException'],
      [{ ...list, headers: { origin: 'https://site.example' } }, 403, 'AccessDeniedException'],
      [{ ...list, headers: { origin: 'null' } }, 403, 'AccessDeniedException'],
    ]
    for (const [request, status, code] of cases)
      t.match(await send(vault, request), { status, json: { code } }, code)
    for (const host of ['localhost', 'LOCALHOST:8080', '127.0.0.1', '[::1]:80'])
      t.match(await send(vault, { ...list, headers: { host } }), { status: 200 }, host)
    const origin = 'http://localhost:3000'
    t.match(await send(vault, { ...list, headers: { origin } }), { status: 200 }, 'a page of this machine')

    const strict = await severalFor(t, { dir: t.testdir() })
    t.match(await send(strict, { ...list, headers: { host: 'any.example' } }), {
      json: { code: 'UnrecognizedClientException' },
    })
    const dir = join(t.testdir(), 'none')
    for (const remote of [{ host: '0.0.0.0', allowRemote: true }, { allowRemote: true }])
      await t.rejects(startLocalVault({ dir, acceptAnyCredentials: true, ...remote }), {
        name: 'RangeError',
        message: /^acceptAnyCredentials .* is for this machine alone/,
      })
  },
)
