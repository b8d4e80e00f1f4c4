import fc from 'fast-check'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { callerOf } from '../../../../lib/local/auth/caller.js'
import { OPERATION_NAMES } from '../../../../lib/local/service/operation-names.js'
import { Policies } from '../../../../lib/local/auth/policy/policies.js'
import type { Attempt } from '../../../../lib/local/auth/policy/statement.js'
import { matchesWildcard } from '../../../../lib/local/auth/policy/wildcard.js'
import { ROUTES } from '../../../../lib/local/http/routes.js'
import { ApiError } from '../../../../lib/local/service/api-error.js'
import { clock, hashHeaders, localVaultFor, send, type RawResponse } from '../../../helpers/local-vault.js'

const DAY = 86_400_000
const ACCOUNT = '111122223333'
const ARN = `arn:aws:glacier:us-east-1:${ACCOUNT}:vaults/docs`

const IPV4 = '203.0.113.7'
const IPV6 = '2001:db8::7'

const deletion: Attempt = {
  action: 'glacier:DeleteArchive',
  resource: ARN,
  accountId: ACCOUNT,
  keys: new Map([
    ['glacier:ArchiveAgeInDays', '30'],
    ['glacier:ResourceTag/Hold', 'true'],
    ['glacier:ResourceTag/Owner', 'arn:aws:iam::111122223333:user/a:b/c'],
    ['aws:CurrentTime', '2026-03-01T12:00:00.000Z'],
    ['aws:PrincipalAccount', ACCOUNT],
    ['aws:SecureTransport', 'false'],
    ['aws:SourceIp', IPV4],
  ]),
}

const deny = { Effect: 'Deny', Principal: '*', Action: 'glacier:DeleteArchive', Resource: ARN }

function policy(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}

/** Whether a policy that strict checks accept denies the deletion of the archive. */
function denies(text: string, attempt: Attempt = deletion): boolean {
  const policies = new Policies('strict', () => undefined)
  policies.accept(text, ARN)
  return policies.isDenied(text, attempt)
}

/** What strict checks say of a policy. */
function refusal(text: string): string {
  try {
    new Policies('strict', () => undefined).accept(text, ARN)
  } catch (error) {
    return error instanceof ApiError ? `${error.status} ${error.code} ${error.message}` : String(error)
  }
  return 'accepted'
}

const TAG = 'glacier:ResourceTag/Hold'
const NO_TAG = 'glacier:ResourceTag/None'
const AGE = 'glacier:ArchiveAgeInDays'

t.test('a statement denies what it names, to whom, and where', async (t) => {
  for (const [statement, denied] of [
    [{}, true],
    [{ Effect: 'Allow' }, false],
    [{ Sid: 'deny-some' }, true],
    [{ Action: ['glacier:UploadArchive', 'glacier:DeleteArchive'] }, true],
    [{ Action: 'Glacier:delete*' }, true],
    [{ Action: 'glacier:?eleteArchive' }, true],
    [{ Action: '*' }, true],
    [{ Action: 'glacier:DeleteVault' }, false],
    [{ Action: undefined, NotAction: 'glacier:DeleteVault' }, true],
    [{ Action: undefined, NotAction: 'glacier:Delete*' }, false],
    [{ Resource: 'arn:aws:glacier:*:vaults/d*' }, true],
    [{ Resource: [ARN, '*'] }, true],
    [{ Resource: undefined }, true],
    [{ Resource: undefined, NotResource: ARN }, false],
    [{ Resource: undefined, NotResource: `${ARN}2` }, true],
    [{ Resource: undefined, NotResource: ARN.replace('docs', 'DOCS') }, true],
    [{ Principal: { AWS: '*' } }, true],
    [{ Principal: { AWS: [ACCOUNT] } }, true],
    [{ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }, true],
    [{ Principal: { AWS: '999999999999' } }, false],
    [{ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/alice` } }, false],
    [{ Principal: undefined }, true],
    [{ Principal: undefined, NotPrincipal: { AWS: ACCOUNT } }, false],
    [{ Principal: undefined, NotPrincipal: { AWS: '999999999999' } }, true],
    [{ Condition: {} }, true],
    [{ Condition: { StringEquals: { [TAG]: 'true' }, NumericLessThan: { [AGE]: '10' } } }, false],
    [{ Condition: { StringEquals: { [TAG]: 'true', 'aws:PrincipalAccount': '1' } } }, false],
  ] as const) {
    t.equal(denies(policy({ ...deny, ...statement })), denied, JSON.stringify(statement))
  }
  t.equal(denies(policy({ Effect: 'Allow', Action: '*' }, deny)), true, 'one that denies is enough')
  t.equal(denies(JSON.stringify({ Statement: deny })), true, 'a single one needs no array')
})

t.test('the documented operators compare the values of the documented keys', async (t) => {
  const NOW = 'aws:CurrentTime'
  const IP = 'aws:SourceIp'
  const OWNER = 'glacier:ResourceTag/Owner'
  for (const [operator, key, value, denied] of [
    ['NumericLessThan', AGE, '365', true],
    ['NumericLessThan', AGE, 30, false],
    ['NumericLessThanEquals', 'glacier:archiveageindays', '30', true],
    ['NumericGreaterThan', AGE, '30', false],
    ['NumericGreaterThanEquals', AGE, '30.0', true],
    ['NumericEquals', AGE, ['1', '30'], true],
    ['NumericNotEquals', AGE, ['1', '30'], false],
    ['NumericLessThan', TAG, '5', false],
    ['NumericNotEquals', TAG, '5', true],
    ['StringEquals', TAG, 'true', true],
    ['StringEquals', 'GLACIER:resourcetag/Hold', 'true', true],
    ['StringEquals', 'glacier:ResourceTag/hold', 'true', false],
    ['StringEquals', TAG, 'True', false],
    ['StringEqualsIgnoreCase', TAG, 'TRUE', true],
    ['StringNotEqualsIgnoreCase', TAG, 'TRUE', false],
    ['StringLike', TAG, ['', 't*'], true],
    ['StringLike', TAG, '(t.*', false],
    ['StringLike', TAG, 'T*', false],
    ['StringNotLike', TAG, 't*', false],
    ['StringNotEquals', NO_TAG, 'x', true],
    ['StringEquals', NO_TAG, 'x', false],
    ['StringEqualsIfExists', NO_TAG, 'x', true],
    ['StringEqualsIfExists', TAG, 'x', false],
    ['StringEquals', 'aws:PrincipalAccount', ACCOUNT, true],
    ['StringNotEquals', 'AWS:principalaccount', ACCOUNT, false],
    ['Null', NO_TAG, 'true', true],
    ['Null', TAG, true, false],
    ['Null', TAG, [true, false], true],
    ['Bool', TAG, true, true],
    ['Bool', 'aws:SecureTransport', 'FALSE', true],
    ['Bool', 'aws:SecureTransport', 'true', false],
    ['StringEquals', 'aws:SecureTransport', 'false', true],
    ['DateLessThan', NOW, '2026-03-01T12:00:00Z', false],
    ['DateLessThanEquals', NOW, '2026-03-01T13:00+01:00', true],
    ['DateGreaterThan', NOW, '2026-03-01', true],
    ['DateGreaterThanEquals', NOW, '2026-03-02', false],
    ['DateEquals', NOW, Date.parse('2026-03-01T12:00Z') / 1000, true],
    ['DateNotEquals', NOW, String(Date.parse('2026-03-01T12:00Z') / 1000), false],
    ['DateLessThan', TAG, '2030-01-01', false],
    ['IpAddress', IP, '203.0.113.0/24', true],
    ['IpAddress', IP, '203.0.113.8/31', false],
    ['IpAddress', IP, ['10.0.0.0/8', IPV4], true],
    ['IpAddress', IP, '0.0.0.0/0', true],
    ['IpAddress', IP, '::/0', false],
    ['NotIpAddress', IP, '203.0.0.0/16', false],
    ['NotIpAddress', IP, '2001:db8::/32', true],
    ['IpAddress', TAG, '::/0', false],
    ['NotIpAddress', NO_TAG, '::/0', true],
    ['ArnEquals', OWNER, 'arn:aws:iam::111122223333:user/*/c', true],
    ['ArnLike', OWNER, 'arn:*:iam::*:user/a:?/c', true],
    ['ArnLike', OWNER, 'arn:aws:*:user/a:b/c::', false],
    ['ArnNotLike', OWNER, 'arn:aws:iam::*:role/*', true],
    ['ArnLike', TAG, 'arn:*:*:*:*:*', false],
    ['ArnNotEquals', NO_TAG, 'arn:*:*:*:*:*', true],
    ['ForAnyValue:StringEquals', TAG, ['x', 'true'], true],
    ['ForAnyValue:StringNotEquals', NO_TAG, 'x', false],
    ['ForAnyValue:StringEqualsIfExists', NO_TAG, 'x', true],
    ['ForAllValues:StringEquals', NO_TAG, 'x', true],
    ['ForAllValues:StringEquals', TAG, 'x', false],
  ] as const) {
    const text = policy({ ...deny, Condition: { [operator]: { [key]: value } } })
    t.equal(denies(text), denied, `${operator} ${key} ${JSON.stringify(value)}`)
  }
  const fromIPv6 = { ...deletion, keys: new Map([[IP, IPV6]]) }
  const range = policy({ ...deny, Condition: { IpAddress: { [IP]: '2001:db8::/48' } } })
  t.equal(denies(range, fromIPv6), true)
  t.equal(denies(range), false)
})

t.test('what cannot be evaluated is rejected when a policy is set', async (t) => {
  const condition = (operator: string, key: string, value: unknown): string =>
    policy({ ...deny, Condition: { [operator]: { [key]: value } } })
  for (const [text, message] of [
    ['{', /JSON/],
    ['[]', /not a JSON object/],
    ['{"Statement":["x"]}', /an array of objects/],
    ['{}', /an array of objects/],
    ['{"Statement":[]}', /no statements/],
    [policy({ ...deny, Effect: 'Maybe' }), /Allow or Deny/],
    [policy({ ...deny, Action: 'x'.repeat(20_480) }), /has \d+ bytes/],
    [JSON.stringify({ Version: '2012-10-18', Statement: [deny] }), /Version is "2012-10-18"/],
    [JSON.stringify({ Version: 20121017, Statement: [deny] }), /Version is 20121017/],
    [JSON.stringify({ Id: 5, Statement: [deny] }), /Id must be a string/],
    [JSON.stringify({ Comment: '', Statement: [deny] }), /element "Comment"/],
    ['{"__proto__":{},"Statement":[]}', /no statements/],
    [`{"__proto__":{},"Statement":${JSON.stringify(deny)}}`, /element "__proto__"/],
    [`{"Statement":{"__proto__":{},${JSON.stringify(deny).slice(1)}}`, /element "__proto__"/],
    [`{"Statement":{"Effect":"Allow",${JSON.stringify(deny).slice(1)}}`, /key "Effect" twice/],
    [`{"Statement":{"\\u0045ffect":"Allow",${JSON.stringify(deny).slice(1)}}`, /key "Effect" twice/],
    [policy({ ...deny, Effects: 'Deny' }), /Statement 1 cannot be evaluated.*element "Effects"/],
    [policy(deny, { ...deny, Sid: 1 }), /Statement 2.*Sid must be a string/],
    [policy({ ...deny, Sid: 1 }, { ...deny, Sid: 2 }), /besides this one: 1/],
    [policy({ ...deny, Action: undefined }), /neither an Action nor a NotAction/],
    [policy({ ...deny, NotAction: '*' }), /both Action and NotAction/],
    [policy({ ...deny, Action: [] }), /Action is an empty array/],
    [policy({ ...deny, Action: ['glacier:*', 5] }), /Action must be a string .* has 5/],
    [policy({ ...deny, Action: 's3:DeleteObject' }), /no action of the service/],
    [policy({ ...deny, Action: 'glacier.DeleteArchive' }), /no action of the service/],
    [policy({ ...deny, Action: 'gl*:DeleteArchive' }), /no action of the service/],
    [policy({ ...deny, Action: 'glacier:DeleteArchives' }), /no action of the service/],
    [policy({ ...deny, Resource: `${ARN}2` }), /not the vault/],
    [policy({ ...deny, Resource: ARN.replace('docs', 'Docs') }), /not the vault/],
    [policy({ ...deny, Resource: ARN.replace('us-east-1', 'eu-west-1') }), /not the vault/],
    [policy({ ...deny, Resource: '${aws:username}' }), /Policy variables/],
    [policy({ ...deny, Resource: undefined, NotResource: { a: 1 } }), /NotResource must be/],
    [policy({ ...deny, Principal: ACCOUNT }), /Principal must be/],
    [policy({ ...deny, Principal: {} }), /empty array/],
    [policy({ ...deny, Principal: { CanonicalUser: 'x' } }), /type "CanonicalUser"/],
    [policy({ ...deny, Principal: { AWS: '*', Federated: 'x' } }), /type "Federated"/],
    [policy({ ...deny, Principal: { Service: 'x' } }), /type "Service"/],
    [policy({ ...deny, Principal: { AWS: 'arn:aws:iam::*:root' } }), /without wildcards/],
    [policy({ ...deny, Condition: 'none' }), /Condition must be an object/],
    [policy({ ...deny, Condition: { StringEquals: 'none' } }), /an object of keys/],
    [condition('StringAlike', TAG, 'x'), /operator "StringAlike" is not known/],
    [condition('toString', TAG, 'x'), /operator "toString" is not known/],
    [condition('IfExists', TAG, 'x'), /operator "IfExists" is not known/],
    [condition('NullIfExists', TAG, 'true'), /operator "NullIfExists" is not known/],
    [condition('ForAnyValue:Null', TAG, 'true'), /is not known/],
    [condition('BinaryEquals', TAG, 'x'), /is not known/],
    [condition('StringEquals', 'aws:PrincipalOrgID', 'x'), /key "aws:PrincipalOrgID" has no value here/],
    [condition('StringEquals', 'constructor', 'x'), /has no value here/],
    [condition('StringEquals', 'glacier:ResourceTag/', 'x'), /has no value here/],
    [condition('StringEquals', AGE, '30'), /does not compare glacier:ArchiveAgeInDays/],
    [condition('IpAddress', 'aws:CurrentTime', '::/0'), /does not compare/],
    [condition('StringEquals', TAG, []), /has no values/],
    [condition('StringEquals', TAG, 5), /must be a string/],
    [condition('StringEquals', TAG, '${aws:username}'), /Policy variables/],
    [condition('Null', TAG, 'no'), /must be true or false/],
    [condition('Null', TAG, '${x}'), /Policy variables/],
    [condition('Bool', TAG, 1), /must be true or false/],
    [condition('NumericEquals', AGE, 'x'), /must be a number/],
    [condition('NumericEquals', AGE, '1e3'), /must be a number/],
    [condition('NumericEquals', AGE, true), /must be a number/],
    [condition('NumericEquals', AGE, '9'.repeat(400)), /must be a number/],
    [condition('NumericEquals', AGE, 0).replace(':0}', ':1e999}'), /must be a number/],
    [condition('DateEquals', 'aws:CurrentTime', 'soon'), /must be a date/],
    [condition('DateEquals', 'aws:CurrentTime', '2030'), /must be a date/],
    [condition('DateEquals', 'aws:CurrentTime', '2030-02-31'), /must be a date/],
    [condition('DateEquals', 'aws:CurrentTime', '2030-13-01'), /must be a date/],
    [condition('DateEquals', 'aws:CurrentTime', '2030-01-01T25:00Z'), /must be a date/],
    [condition('DateEquals', 'aws:CurrentTime', '2030-01-01T10:00'), /must be a date/],
    [condition('IpAddress', 'aws:SourceIp', 7), /must be an IPv4/],
    [condition('IpAddress', 'aws:SourceIp', '10.0.0.0/33'), /must be an IPv4/],
    [condition('IpAddress', 'aws:SourceIp', '10.0.0.0/'), /must be an IPv4/],
    [condition('IpAddress', 'aws:SourceIp', '10.0.0.0/8/8'), /must be an IPv4/],
    [condition('IpAddress', 'aws:SourceIp', '10.0.0'), /must be an IPv4/],
    [condition('IpAddress', 'aws:SourceIp', 'fe80::1%eth0'), /must be an IPv4/],
    [condition('ArnLike', TAG, '*'), /must be an ARN/],
    [condition('ArnLike', TAG, 5), /must be an ARN/],
    [condition('StringEquals', TAG, '\ud800'), /surrogate/],
    [policy({ ...deny, Sid: 'x'.repeat(200), Principal: 'x'.repeat(200) }), /…/],
  ] as const) {
    t.match(refusal(text), message, text.slice(0, 200))
    t.match(refusal(text), /^400 InvalidParameterValueException Invalid policy: /)
  }
})

t.test('a pattern matches as it would be expanded', async (t) => {
  const small = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '😀'), maxLength: 8 })
  fc.assert(
    fc.property(small, small, (pattern, text) => {
      t.equal(matchesWildcard(pattern, text), expanded(Array.from(pattern), Array.from(text)))
    }),
    { numRuns: 2000 },
  )
})

/** Whether a pattern matches, as its meaning says: each `*` is nothing, or a character and itself again. */
function expanded([head, ...rest]: string[], text: string[]): boolean {
  const [first, ...others] = text
  if (head === undefined) return first === undefined
  if (head === '*') return expanded(rest, text) || (first !== undefined && expanded([head, ...rest], others))
  return first !== undefined && (head === '?' || head === first) && expanded(rest, others)
}

t.test('no pattern takes forever', async (t) => {
  const long = 'a'.repeat(100_000)
  t.equal(matchesWildcard(`${'*a'.repeat(10_000)}b`, long), false)
  t.equal(matchesWildcard(`*${'a'.repeat(5000)}b`, long.slice(0, 10_000)), false)
  t.equal(matchesWildcard('*?'.repeat(10_000), long), true)
  const stars = `${'*a'.repeat(9000)}*b`
  const tagged = { ...deletion, keys: new Map([[TAG, 'a'.repeat(255)]]) }
  t.equal(denies(policy({ ...deny, Condition: { StringLike: { [TAG]: stars } } }), tagged), false)
  t.equal(denies(policy({ ...deny, Resource: undefined, NotResource: stars })), true)
  t.match(refusal(policy({ ...deny, Action: `glacier:${stars}` })), /no action/)
})

t.test('what was stored by an older version cannot break a request, and is told of once', async (t) => {
  const warnings: string[] = []
  const policies = new Policies('strict', (message) => warnings.push(message))
  const deep = `{"Statement":${'['.repeat(5000)}${']'.repeat(5000)}}`
  const unknown = policy({ ...deny, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'x' } } })
  for (let i = 0; i < 3; i++) {
    t.equal(policies.isDenied(deep, deletion), false)
    t.equal(policies.isDenied(unknown, deletion), false)
  }
  t.match(warnings, [/nested more than 32 deep/, /aws:PrincipalOrgID/])
  t.equal(warnings.length, 2)
  for (let i = 0; i < 300; i++) policies.isDenied(policy({ ...deny, Sid: String(i) }), deletion)
  t.equal(policies.isDenied(deep, deletion), false)
  t.equal(warnings.length, 3, 'it was forgotten meanwhile')
})

t.test('lenient checks accept what cannot be evaluated, and it denies nothing', async (t) => {
  const warnings: string[] = []
  const policies = new Policies('lenient', (message) => warnings.push(message))
  const odd = { ...deny, Condition: { StringNotEquals: { 'aws:PrincipalOrgID': 'x' } } }
  policies.accept(policy(odd), ARN)
  t.equal(policies.isDenied(policy(odd), deletion), false)
  t.match(warnings, [/A policy that is set on the vault .*:vaults\/docs .* Statement 1 cannot be evaluated/])
  policies.accept(policy(odd, deny), ARN)
  t.equal(policies.isDenied(policy(odd, deny), deletion), true, 'the other statement does')
  const wrongVersion = JSON.stringify({ Version: '2020', Statement: [deny] })
  policies.accept(wrongVersion, ARN)
  t.equal(policies.isDenied(wrongVersion, deletion), false)
  t.equal(warnings.length, 3)
  t.throws(
    () => {
      policies.accept('{', ARN)
    },
    { code: 'InvalidParameterValueException' },
  )
})

t.test('a warning of what a policy has cannot control a terminal', async (t) => {
  const vault = await localVaultFor(t, { policies: 'lenient' })
  await send(vault, { method: 'PUT', path: '/-/vaults/docs' })
  const warned = once(process, 'warning')
  const body = JSON.stringify({ Policy: policy({ ...deny, Sid: ['\u009b31m\u202e'] }) })
  t.match(await send(vault, { method: 'PUT', path: '/-/vaults/docs/access-policy', body }), { status: 204 })
  t.match(await warned, [{ name: 'LocalVaultWarning', message: '["\\u{9b}31m\\u{202e}"]' }])
})

t.test('actions are those of the operations', async (t) => {
  t.strictSame([...OPERATION_NAMES].sort(), ROUTES.map(({ operation }) => operation).sort())
})

t.test('the caller is who is at the other end of the connection', async (t) => {
  const of = (remoteAddress: string | undefined, encrypted?: boolean): object =>
    callerOf({ remoteAddress, ...(encrypted !== undefined && { encrypted }) })
  t.strictSame(of('::ffff:127.0.0.1'), { address: '127.0.0.1', isSecure: false })
  t.strictSame(of('fe80::1%lo', true), { address: 'fe80::1', isSecure: true })
  t.strictSame(of(undefined, false), { address: undefined, isSecure: false })
})

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
