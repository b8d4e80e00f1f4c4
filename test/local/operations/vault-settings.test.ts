import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { clock, hashHeaders, localVaultFor, send, type RawResponse } from '../../helpers/local-vault.js'
import { policy } from '../../helpers/policies.js'

const DAY = 86_400_000
const ACCOUNT = '111122223333'
const ARN = `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/docs`
const deny = { Effect: 'Deny', Principal: '*', Action: 'glacier:DeleteArchive', Resource: ARN }

t.test('policies are evaluated for the request as it came', async (t) => {
  const time = clock(Date.parse('2026-03-01T12:00:00Z'))
  const warnings: string[] = []
  const vault = await localVaultFor(t, {
    now: time.now,
    policies: 'lenient',
    onWarning: (message) => warnings.push(message),
  })
  const ask = (method: string, rest: string, body = ''): Promise<RawResponse> =>
    send(vault, { method, path: `/-/vaults/docs${rest}`, body, time: time.time })
  const set = async (Condition: object): Promise<number> => {
    const Policy = policy({ ...deny, Action: 'glacier:DescribeVault', Condition })
    return (await ask('PUT', '/access-policy', JSON.stringify({ Policy }))).status
  }
  await ask('PUT', '')
  for (const [condition, status] of [
    [{ IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 403],
    [{ NotIpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, 200],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, 403],
    [{ Bool: { 'aws:SecureTransport': 'true' } }, 200],
    [{ DateGreaterThan: { 'aws:CurrentTime': '2026-03-02' } }, 200],
    [{ StringEquals: { 'aws:PrincipalAccount': ACCOUNT } }, 403],
    [{ StringEquals: { 'aws:PrincipalAccount': '999999999999' } }, 200],
    [{ StringEquals: { 'aws:PrincipalOrgID': 'x' } }, 200],
  ] as const) {
    t.equal(await set(condition), 204)
    t.equal((await ask('GET', '')).status, status, JSON.stringify(condition))
  }
  t.match(warnings, [/aws:PrincipalOrgID/])
  t.equal(warnings.length, 1)
  await set({ DateGreaterThan: { 'aws:CurrentTime': '2026-03-02' } })
  t.equal((await ask('GET', '')).status, 200)
  vault.control.advanceClock(DAY)
  t.equal((await ask('GET', '')).status, 403, "the clock is the vault's")
})

t.test('JSON that is nested deep, or is not what it seems, is a 400 wherever it comes', async (t) => {
  const dir = t.testdir()
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const vault = await localVaultFor(t, { dir, createVaults: true })
  const ask = (method: string, path: string, body: string | Uint8Array = ''): Promise<RawResponse> =>
    send(vault, { method, path: `/-/${path}`, body })
  await ask('PUT', 'vaults/docs')
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`
  const invalid = { status: 400, json: { code: 'SerializationException' } }
  for (const [method, path, name] of [
    ['PUT', 'vaults/docs/access-policy', 'Policy'],
    ['POST', 'vaults/docs/lock-policy', 'Policy'],
    ['POST', 'vaults/docs/jobs', 'Type'],
    ['POST', 'vaults/docs/tags?operation=add', 'Tags'],
    ['POST', 'vaults/docs/tags?operation=remove', 'TagKeys'],
    ['PUT', 'vaults/docs/notification-configuration', 'Events'],
    ['PUT', 'policies/data-retrieval', 'Policy'],
  ] as const) {
    for (const body of [
      `{"${name}":${deep}}`,
      `{"${name}":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
      '['.repeat(500_000),
      `{"${name}":1,"${name}":"x"}`,
      `{"${name}":"\\udc00"}`,
      `{"${name}":"`,
      `{"${name}":1}}}`,
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      '[]',
    ]) {
      t.match(await ask(method, path, body), invalid, `${path} ${body.toString().slice(0, 30)}`)
    }
  }
  const Policy = `{"Statement":${deep}}`
  t.match(await ask('PUT', 'vaults/docs/access-policy', JSON.stringify({ Policy })), {
    status: 400,
    json: { code: 'InvalidParameterValueException' },
  })
  const settings = { tags: {}, notifications: null, accessPolicy: Policy, lock: null }
  await writeFile(join(dir, 'vaults/docs/settings.json'), JSON.stringify(settings))
  t.match(await ask('GET', 'vaults/docs'), { status: 200 })
  t.match(await ask('GET', 'vaults/docs/access-policy'), { status: 200, json: { Policy } })
  t.match(await ask('PUT', 'vaults/docs/access-policy', JSON.stringify({ Policy: policy(deny) })), {
    status: 204,
  })
  await setImmediate()
  t.match(warnings, [{ name: 'LocalVaultWarning', message: /nested more than 32 deep/ }])
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
    ProvisionedCapacityList: {
      length: 2,
      0: { StartDate: '2026-01-31T10:00:00.000Z', ExpirationDate: '2026-02-28T10:00:00.000Z' },
    },
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
