import fc from 'fast-check'
import { once } from 'node:events'
import t from 'tap'
import { callerOf } from '../../../../lib/local/auth/caller.js'
import { OPERATION_NAMES } from '../../../../lib/local/service/operation-names.js'
import { Policies } from '../../../../lib/local/auth/policy/policies.js'
import type { Attempt } from '../../../../lib/local/auth/policy/statement.js'
import { matchesWildcard } from '../../../../lib/local/auth/policy/wildcard.js'
import { ROUTES } from '../../../../lib/local/http/routes.js'
import { ApiError } from '../../../../lib/local/service/api-error.js'
import { localVaultFor, send } from '../../../helpers/local-vault.js'
import { policy } from '../../../helpers/policies.js'

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

/** Whether a policy that strict checks accept denies the deletion of the archive. */
function denies(text: string, attempt: Attempt = deletion): boolean {
  const policies = new Policies('strict', () => undefined)
  policies.accept(text, ARN)
  return policies.isDenied(text, attempt)
}

/** The result of strict checks of a policy. */
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
