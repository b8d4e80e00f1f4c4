import t from 'tap'
import type { Finding } from '../../../../lib/cli/run/doctor/check.js'
import { serviceChecks, type ServiceSubject } from '../../../../lib/cli/run/doctor/service-checks.js'
import { AccessDeniedError, ConnectionError, NotFoundError } from '../../../../lib/errors.js'

const details = { operation: 'X', serviceCode: 'X', status: 403, requestId: 'r' }
const denied = (): Promise<never> => Promise.reject(new AccessDeniedError('denied', details))
const missing = (): Promise<never> => Promise.reject(new NotFoundError('gone', details))
const unreachable = (): Promise<never> => Promise.reject(new ConnectionError('reset', details))
const page = (): Promise<object> => Promise.resolve({ items: [{}], marker: undefined })

/** A service that allows everything, except for what a test replaces. */
const ALLOWING = {
  connection: { call: () => Promise.resolve({}) },
  describeVault: () => Promise.resolve({}),
  listVaults: page,
  listUploads: page,
  listJobs: page,
  initiateUpload: () => Promise.resolve({ uploadId: 'u' }),
  abortUpload: () => Promise.resolve(),
}

/** The finding of each check, by its name. */
async function findings(
  methods: object,
  more: Partial<ServiceSubject> = {},
): Promise<Record<string, Finding>> {
  const client = { ...ALLOWING, ...methods } as unknown as ServiceSubject['client']
  const place = { vaultName: 'docs', accountId: undefined }
  const subject = { client, repeating: client, ...place, write: false, now: () => 0, ...more }
  const { signal } = new AbortController()
  const found: Record<string, Finding> = {}
  for (const { name, run } of serviceChecks(subject, signal)) found[name] = await run(signal)
  return found
}

t.test('a service that allows everything', async (t) => {
  const aborted: unknown[] = []
  const abortUpload = (request: object): Promise<void> => Promise.resolve(void aborted.push(request))
  t.match(await findings({ abortUpload }, { write: true }), {
    service: { status: 'ok' },
    vault: { status: 'ok' },
    permissions: { status: 'ok', finding: /InitiateMultipartUpload, AbortMultipartUpload$/ },
  })
  t.match(aborted, [{ vaultName: 'docs', uploadId: 'u' }])
})

t.test('an operation that a policy denies is named, with the commands that need it', async (t) => {
  const found = await findings({
    connection: { call: denied },
    describeVault: denied,
    listUploads: denied,
    initiateUpload: denied,
  })
  t.match(found, {
    service: { status: 'ok' },
    clock: { status: 'warning' },
    vault: { status: 'warning', finding: 'not checked: DescribeVault is denied' },
    permissions: {
      status: 'warning',
      finding: 'denied: ListMultipartUploads, for uploads',
      remedy: /Allow glacier:ListMultipartUploads/,
    },
  })
  t.match(await findings({ listJobs: denied, initiateUpload: denied }, { write: true }), {
    permissions: {
      status: 'failed',
      finding: /ListJobs, for get, inventory and jobs; InitiateMultipartUpload, for put/,
    },
  })
  t.match(await findings({ listVaults: denied }, { vaultName: undefined }), {
    vault: { status: 'warning', remedy: /doctor VAULT/ },
  })
})

t.test('an upload of the check that could not be aborted is named', async (t) => {
  const initiateUpload = (): Promise<object> => Promise.resolve({ uploadId: '-u' })
  t.match(await findings({ initiateUpload, abortUpload: unreachable }, { write: true }), {
    permissions: {
      status: 'failed',
      finding:
        /^X: reset \(X\)\. The upload of this check remains, .*: glacier-pipe uploads docs --abort=-u$/,
    },
  })
  t.match(await findings({ abortUpload: denied }, { write: true }), {
    permissions: { status: 'warning', finding: /AbortMultipartUpload, for .*remains, without parts/ },
  })
})

t.test('a failure of another kind is not taken for a denial', async (t) => {
  t.match(await findings({ listJobs: unreachable }), {
    permissions: { status: 'failed', finding: /^X: reset/ },
  })
  t.match(await findings({ describeVault: missing }), {
    vault: { status: 'failed', finding: 'docs does not exist' },
  })
  await t.rejects(findings({ describeVault: unreachable }), { code: 'ERR_CONNECTION' })
  await t.rejects(findings({ listVaults: unreachable }, { vaultName: undefined }), { code: 'ERR_CONNECTION' })
})

t.test('vaults are counted up to a thousand', async (t) => {
  const endless = (): Promise<object> => Promise.resolve({ items: Array.from({ length: 1500 }, () => ({})) })
  const found = await findings({ listVaults: endless }, { vaultName: undefined })
  t.match(found, { vault: { finding: 'at least 1000 vaults are visible' } })
  t.notOk('permissions' in found, 'there is no vault to check')
})
