import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { assertPolicy, isDenied, type Attempt } from '../../lib/local/auth/policy.js'
import { clock, hashHeaders, localVaultFor, send, type RawResponse } from '../helpers/local-vault.js'

const DAY = 86_400_000
const ACCOUNT = '111122223333'
const ARN = `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/docs`

const deletion: Attempt = {
  action: 'glacier:DeleteArchive',
  resource: ARN,
  accountId: ACCOUNT,
  keys: { 'glacier:ArchiveAgeInDays': '30', 'glacier:ResourceTag/Hold': 'true' },
}

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

t.test('a statement denies what it names, to whom, where, and on its conditions', async (t) => {
  const deny = { Effect: 'Deny', Principal: '*', Action: 'glacier:DeleteArchive', Resource: ARN }
  for (const [statement, denied] of [
    [{}, true],
    [{ Effect: 'Allow' }, false],
    [{ Action: ['glacier:UploadArchive', 'glacier:DeleteArchive'] }, true],
    [{ Action: 'glacier:delete*' }, true],
    [{ Action: 'glacier:?eleteArchive' }, true],
    [{ Action: '*' }, true],
    [{ Action: 'glacier:DeleteVault' }, false],
    [{ Action: 'glacier.DeleteArchive' }, false],
    [{ Action: undefined, NotAction: 'glacier:DeleteVault' }, true],
    [{ Action: undefined, NotAction: 'glacier:Delete*' }, false],
    [{ Resource: 'arn:aws:glacier:*:vaults/d*' }, true],
    [{ Resource: `${ARN}2` }, false],
    [{ Resource: undefined }, true],
    [{ Resource: undefined, NotResource: ARN }, false],
    [{ Resource: undefined, NotResource: `${ARN}2` }, true],
    [{ Principal: { AWS: '*' } }, true],
    [{ Principal: { AWS: [ACCOUNT] } }, true],
    [{ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }, true],
    [{ Principal: { AWS: '999999999999' } }, false],
    [{ Principal: undefined }, true],
    [{ Principal: undefined, NotPrincipal: { AWS: ACCOUNT } }, false],
    [{ Principal: undefined, NotPrincipal: { AWS: '999999999999' } }, true],
    [{ Condition: { NumericLessThan: { 'glacier:ArchiveAgeInDays': '365' } } }, true],
    [{ Condition: { NumericLessThan: { 'glacier:ArchiveAgeInDays': 30 } } }, false],
    [{ Condition: { NumericLessThanEquals: { 'glacier:archiveageindays': '30' } } }, true],
    [{ Condition: { NumericGreaterThan: { 'glacier:ArchiveAgeInDays': '30' } } }, false],
    [{ Condition: { NumericGreaterThanEquals: { 'glacier:ArchiveAgeInDays': '30' } } }, true],
    [{ Condition: { NumericEquals: { 'glacier:ArchiveAgeInDays': ['1', '30'] } } }, true],
    [{ Condition: { NumericNotEquals: { 'glacier:ArchiveAgeInDays': ['1', '30'] } } }, false],
    [{ Condition: { StringEquals: { 'glacier:ResourceTag/Hold': 'true' } } }, true],
    [{ Condition: { StringEquals: { 'glacier:ResourceTag/hold': 'true' } } }, false],
    [{ Condition: { StringEquals: { 'glacier:ResourceTag/Hold': 'True' } } }, false],
    [{ Condition: { StringEqualsIgnoreCase: { 'glacier:ResourceTag/Hold': 'TRUE' } } }, true],
    [{ Condition: { StringNotEqualsIgnoreCase: { 'glacier:ResourceTag/Hold': 'TRUE' } } }, false],
    [{ Condition: { StringLike: { 'glacier:ResourceTag/Hold': ['', 't*'] } } }, true],
    [{ Condition: { StringLike: { 'glacier:ResourceTag/Hold': '(t.*' } } }, false],
    [{ Condition: { StringNotLike: { 'glacier:ResourceTag/Hold': 't*' } } }, false],
    [{ Condition: { StringNotEquals: { 'glacier:ResourceTag/None': 'x' } } }, true],
    [{ Condition: { StringEquals: { 'glacier:ResourceTag/None': 'x' } } }, false],
    [{ Condition: { StringEqualsIfExists: { 'glacier:ResourceTag/None': 'x' } } }, true],
    [{ Condition: { StringEqualsIfExists: { 'glacier:ResourceTag/Hold': 'x' } } }, false],
    [{ Condition: { Null: { 'glacier:ResourceTag/None': 'true' } } }, true],
    [{ Condition: { Null: { 'glacier:ResourceTag/Hold': 'true' } } }, false],
    [{ Condition: { Bool: { 'glacier:ResourceTag/Hold': true } } }, true],
    [{ Condition: { DateLessThan: { 'glacier:ResourceTag/Hold': '2030-01-01' } } }, false],
    [
      {
        Condition: {
          StringEquals: { 'glacier:ResourceTag/Hold': 'true' },
          NumericLessThan: { 'glacier:ArchiveAgeInDays': '10' },
        },
      },
      false,
    ],
    [{ Condition: 'none' }, true],
    [{ Condition: { StringEquals: 'none' } }, true],
  ] as const) {
    t.equal(isDenied(policy({ ...deny, ...statement }), deletion), denied, JSON.stringify(statement))
  }
  t.equal(
    isDenied(policy({ Effect: 'Allow', Action: '*' }, deny), deletion),
    true,
    'one that denies is enough',
  )
  t.equal(isDenied(JSON.stringify({ Statement: deny }), deletion), true, 'a single one needs no list')
})

t.test('what is no policy is refused', async (t) => {
  t.doesNotThrow(() => {
    assertPolicy(policy({ Effect: 'Deny', Action: '*' }))
  })
  for (const [text, message] of [
    ['{', /not a JSON object/],
    ['[]', /not a JSON object/],
    ['{"Statement":["x"]}', /with statements/],
    ['{}', /no statements/],
    [policy({ Effect: 'Maybe', Action: '*' }), /Allow or Deny/],
    [policy({ Effect: 'Deny' }), /no Action/],
    [policy({ Effect: 'Deny', Action: 'x'.repeat(20_480) }), /more than 20480 bytes/],
  ] as const) {
    t.throws(
      () => {
        assertPolicy(text)
      },
      { code: 'InvalidParameterValueException', message },
    )
  }
})

t.test(
  'a lock denies from its beginning, for ever once it is completed, and lapses if it is not',
  async (t) => {
    const time = clock()
    const vault = await localVaultFor(t, { now: time.now, createVaults: true })
    const ask = (
      method: string,
      rest: string,
      body: object | Uint8Array = Buffer.alloc(0),
      headers = {},
    ): Promise<RawResponse> =>
      send(vault, {
        method,
        path: `/-/vaults/docs${rest}`,
        body: body instanceof Uint8Array ? body : JSON.stringify(body),
        headers,
        time: time.time,
      })
    const bytes = Buffer.from('hello world')
    const upload = async (): Promise<string> =>
      String((await ask('POST', '/archives', bytes, hashHeaders(bytes))).headers['x-amz-archive-id'])
    const young = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: 'glacier:DeleteArchive',
      Resource: ARN,
      Condition: { NumericLessThan: { 'glacier:ArchiveAgeInDays': '2' } },
    })
    const archiveId = await upload()
    const denied = {
      status: 403,
      json: { code: 'AccessDeniedException', message: /glacier:DeleteArchive on resource: .* explicit deny/ },
    }
    const refused = { status: 403, json: { code: 'AccessDeniedException' } }
    const remove = (): Promise<RawResponse> => ask('DELETE', `/archives/${archiveId}`)

    t.match(await ask('GET', '/lock-policy'), { status: 404, json: { code: 'ResourceNotFoundException' } })
    t.match(await ask('POST', '/lock-policy/none'), { status: 404 })
    t.match(await ask('DELETE', '/lock-policy'), { status: 204 })
    const begin = async (): Promise<string> => {
      const begun = await ask('POST', '/lock-policy', { Policy: young })
      t.equal(begun.status, 201)
      return String(begun.headers['x-amz-lock-id'])
    }
    await begin()
    t.match(await remove(), denied, 'in progress it is in effect')
    t.match(await ask('POST', '/lock-policy', { Policy: young }), refused, 'there is one in progress')
    time.time += DAY - 1
    t.match((await ask('GET', '/lock-policy')).json, { State: 'InProgress' })
    time.time += 1
    t.match(await ask('GET', '/lock-policy'), { status: 404 }, 'it has lapsed')

    const lockId = await begin()
    t.match(await ask('POST', '/lock-policy/wrong'), {
      status: 400,
      json: { code: 'InvalidParameterValueException' },
    })
    t.match(await ask('POST', `/lock-policy/${lockId}`), { status: 204 })
    t.match(await ask('POST', `/lock-policy/${lockId}`), { status: 204 }, 'again')
    t.match(await ask('POST', '/lock-policy/wrong'), refused)
    t.match(await ask('DELETE', '/lock-policy'), refused)
    t.match(await ask('POST', '/lock-policy', { Policy: young }), refused)
    t.match((await ask('GET', '/lock-policy')).json, { State: 'Locked', ExpirationDate: null, Policy: young })
    t.match(await remove(), denied, 'the archive is a day old')
    t.match(
      await ask('DELETE', `/archives/${'x'.repeat(138)}`),
      { status: 204 },
      'one there is none of has no age',
    )
    time.time += DAY
    t.match(await remove(), { status: 204 }, 'it is two days old')

    const held = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: ['glacier:UploadArchive', 'glacier:SetVaultAccessPolicy', 'glacier:DeleteVaultAccessPolicy'],
      Resource: ARN,
      Condition: { StringEquals: { 'glacier:ResourceTag/hold': 'yes' } },
    })
    t.match(await ask('PUT', '/access-policy', { Policy: held }), { status: 204 })
    t.match(await ask('POST', '/archives', bytes, hashHeaders(bytes)), { status: 201 })
    t.match(await ask('POST', '/tags?operation=add', { Tags: { hold: 'yes' } }), { status: 204 })
    t.match(await ask('POST', '/archives', bytes, hashHeaders(bytes)), refused)
    t.match(
      await ask('DELETE', '/access-policy'),
      { status: 204 },
      'a vault can always be got out of its access policy',
    )
    t.match(await ask('GET', '/access-policy'), { status: 404 })
    t.match(await ask('PUT', '/access-policy', { Policy: 5 }), {
      status: 400,
      json: { code: 'InvalidParameterValueException' },
    })
  },
)

t.test('tags and notifications have their limits', async (t) => {
  const vault = await localVaultFor(t)
  const ask = (method: string, rest: string, body: object = {}): Promise<RawResponse> =>
    send(vault, {
      method,
      path: `/-/vaults/docs${rest}`,
      body: method === 'GET' ? '' : JSON.stringify(body),
    })
  t.match(await ask('POST', '/tags?operation=add', { Tags: { a: '1' } }), {
    status: 404,
    json: { message: `Vault not found for ARN: ${ARN}` },
  })
  await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
  const many = (count: number, from = 0): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`key ${from + i}`, 'x']))
  const invalid = { status: 400, json: { code: 'InvalidParameterValueException' } }
  const missing = { status: 400, json: { code: 'MissingParameterValueException' } }
  const topic = `arn:aws:sns:us-east-1:${ACCOUNT}:topic`
  for (const [method, rest, body, wanted] of [
    ['POST', '/tags?operation=add', { Tags: {} }, invalid],
    ['POST', '/tags?operation=add', { Tags: many(11) }, invalid],
    ['POST', '/tags?operation=add', {}, missing],
    ['POST', '/tags?operation=add', { Tags: ['a'] }, invalid],
    ['POST', '/tags?operation=add', { Tags: { 'aws:x': '1' } }, invalid],
    ['POST', '/tags?operation=add', { Tags: { ['k'.repeat(129)]: '1' } }, invalid],
    ['POST', '/tags?operation=add', { Tags: { 'a\n': '1' } }, invalid],
    ['POST', '/tags?operation=add', { Tags: { a: 'v'.repeat(256) } }, invalid],
    ['POST', '/tags?operation=add', { Tags: { a: 1 } }, invalid],
    ['POST', '/tags?operation=add', { Tags: { 'Größe _./=+@-': '' } }, { status: 204 }],
    ['POST', '/tags?operation=remove', { TagKeys: 'a' }, invalid],
    ['POST', '/tags?operation=remove', { TagKeys: [] }, invalid],
    ['POST', '/tags?operation=remove', { TagKeys: ['Größe _./=+@-'] }, { status: 204 }],
    ['PUT', '/notification-configuration', { Events: ['ArchiveRetrievalCompleted'] }, missing],
    ['PUT', '/notification-configuration', { SNSTopic: topic }, missing],
    ['PUT', '/notification-configuration', { SNSTopic: topic, Events: [] }, invalid],
    ['PUT', '/notification-configuration', { SNSTopic: topic, Events: ['Other'] }, invalid],
    ['PUT', '/notification-configuration', { SNSTopic: 'x', Events: ['ArchiveRetrievalCompleted'] }, invalid],
    ['PUT', '/notification-configuration', { SNSTopic: {}, Events: ['ArchiveRetrievalCompleted'] }, invalid],
    ['GET', '/notification-configuration', {}, { status: 404 }],
  ] as const) {
    t.match(await ask(method, rest, body), wanted, `${rest} ${JSON.stringify(body).slice(0, 60)}`)
  }
  t.strictSame((await ask('GET', '/tags')).json, { Tags: {} })
  for (let from = 0; from < 50; from += 10) await ask('POST', '/tags?operation=add', { Tags: many(10, from) })
  t.match(await ask('POST', '/tags?operation=add', { Tags: many(1, 50) }), {
    status: 400,
    json: {
      code: 'LimitExceededException',
      message: 'The quota for the number of tags that can be assigned to this resource has been reached.',
    },
  })
  t.match(
    await ask('POST', '/tags?operation=add', { Tags: many(10, 40) }),
    { status: 204 },
    'those there are may change',
  )
})

t.test('capacity is bought by the month, two units at the most', async (t) => {
  const time = clock(Date.parse('2026-01-31T10:00:00.000Z'))
  const vault = await localVaultFor(t, { now: time.now })
  const ask = (method: string): Promise<RawResponse> =>
    send(vault, { method, path: '/-/provisioned-capacity', time: time.time })
  for (let i = 0; i < 2; i++) t.equal((await ask('POST')).status, 201)
  t.match(await ask('POST'), { status: 400, json: { code: 'LimitExceededException' } })
  t.match((await ask('GET')).json, {
    ProvisionedCapacityList: [
      { StartDate: '2026-01-31T10:00:00.000Z', ExpirationDate: '2026-02-28T10:00:00.000Z' },
      {},
    ],
  })
  time.time = Date.parse('2026-02-28T10:00:00.000Z')
  t.strictSame((await ask('GET')).json, { ProvisionedCapacityList: [] })
  t.equal((await ask('POST')).status, 201)
})

t.test('there are a thousand vaults at the most', async (t) => {
  const vault = await localVaultFor(t)
  for (let i = 0; i < 999; i++) await mkdir(join(vault.dir, 'vaults', `v${i}`))
  const create = (i: number): Promise<RawResponse> => send(vault, { method: 'PUT', path: `/-/vaults/v${i}` })
  t.match(await create(999), { status: 201 })
  t.match(await create(1000), { status: 400, json: { code: 'LimitExceededException' } })
  t.match(await create(999), { status: 201 }, 'one there is may be made again')
})
