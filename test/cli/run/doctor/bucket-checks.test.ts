import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import t from 'tap'
import { bucketChecks } from '../../../../lib/cli/run/doctor/bucket-checks.js'
import { failedWith, ok, type Finding } from '../../../../lib/cli/run/doctor/check.js'
import { clockFinding } from '../../../../lib/cli/run/doctor/clock-check.js'
import { connectionChecks } from '../../../../lib/cli/run/doctor/connection-checks.js'
import { openUploadsFinding } from '../../../../lib/cli/run/doctor/open-uploads-check.js'
import { AccessDeniedError, ConnectionError, NotFoundError, ServiceError } from '../../../../lib/errors.js'
import type { BucketFaultRule } from '../../../../lib/local/bucket/faults/bucket-faults.js'
import type { ListedUpload } from '../../../../lib/s3/bucket-responses.js'
import { SdkBucketClient } from '../../../../lib/s3/sdk/sdk-bucket-client.js'
import { bucketWorld, type BucketWorld } from '../../../helpers/bucket-put.js'
import { runHere, stage } from '../../../helpers/command.js'
import { doctorFindings, type DoctorLine } from '../../../helpers/doctor-findings.js'
import { configuredCredentials } from '../../../helpers/local-vault.js'

const credentials = await configuredCredentials(t)
const PLACE = 's3://backups'
const DAY_MS = 86_400_000

/** The findings while requests of some operations are denied. */
async function denying(
  world: BucketWorld,
  operations: readonly BucketFaultRule['operation'][],
  ...more: readonly string[]
): Promise<{ code: number; found: Record<string, DoctorLine> }> {
  for (const operation of operations) world.server.faults.add({ operation, fault: 'access-denied' })
  try {
    return await doctorFindings(world, PLACE, ...more)
  } finally {
    world.server.faults.clear()
  }
}

t.test('a bucket that can be used has a line for each subject, and nothing is changed', async (t) => {
  const world = await bucketWorld(t, credentials)
  const { code, out, err } = await world.run(['doctor', PLACE])
  t.equal(code, 0, out)
  t.equal(err, '')
  const subjects = out
    .trimEnd()
    .split('\n')
    .map((line) => line.slice(0, 22).trim().split(/ +/))
  t.strictSame(
    subjects,
    [
      ...['node', 'memory', 'package', 'local', 'credentials', 'region', 'network', 'service', 'clock'],
      ...['bucket', 'permissions', 'uploads', 'catalog', 'disk'],
    ].map((name) => ['ok', name]),
  )
  t.match(out, /bucket {7}s3:\/\/backups exists/)
  t.match(out, /permissions {2}allowed: ListBucket, ListBucketMultipartUploads, GetObject; --write checks/)
  t.match(out, /uploads {6}none is unfinished\n/)
  t.notMatch(out, /secret/)
  for (const operation of ['CreateMultipartUpload', 'PutObject', 'HeadBucket'])
    t.equal(world.requests(operation), 0, operation)
  t.equal(
    world.requests('ListObjectsV2') + world.requests('ListMultipartUploads'),
    2,
    'requests are charged for',
  )
})

t.test('--write begins an upload and aborts it', async (t) => {
  const world = await bucketWorld(t, credentials)
  t.match(await doctorFindings(world, `${PLACE}/nightly/`, '--write'), {
    code: 0,
    found: { permissions: { status: 'ok', finding: /GetObject, PutObject, AbortMultipartUpload$/ } },
  })
  t.equal(world.requests('AbortMultipartUpload'), 1)
  t.match((await doctorFindings(world, PLACE)).found, { uploads: { finding: 'none is unfinished' } })
  t.match(await denying(world, ['CreateMultipartUpload'], '--write'), {
    code: 1,
    found: {
      permissions: { status: 'failed', finding: 'denied: PutObject, for put', remedy: /Allow s3:PutObject / },
    },
  })
  t.match(await denying(world, ['AbortMultipartUpload'], '--write'), {
    code: 0,
    found: {
      permissions: { status: 'warning', finding: /AbortMultipartUpload, for .*remains, without parts/ },
    },
  })
})

t.test('the upload of --write is not counted, and its abort is repeated', async (t) => {
  const world = await bucketWorld(t, credentials)
  world.server.faults.add({ operation: 'AbortMultipartUpload', fault: 'error-500', nth: 1 })
  t.match(await doctorFindings(world, PLACE, '--write'), {
    code: 0,
    found: {
      permissions: { status: 'ok', finding: /AbortMultipartUpload$/ },
      uploads: { finding: 'none is unfinished' },
    },
  })
  t.equal(world.requests('AbortMultipartUpload'), 2)
  t.match((await doctorFindings(world, PLACE)).found, { uploads: { finding: 'none is unfinished' } })
})

t.test('a prefix as long as a key leaves room for no name', async (t) => {
  const world = await bucketWorld(t, credentials)
  for (const length of [1000, 1024])
    t.match(await doctorFindings(world, `${PLACE}/${'k'.repeat(length)}`, '--write'), {
      code: 0,
      found: { permissions: { status: 'ok', finding: /GetObject, PutObject, AbortMultipartUpload$/ } },
    })
})

t.test('a missing bucket, and one of another region, are stated with the remedy', async (t) => {
  const world = await bucketWorld(t, credentials)
  t.match(await doctorFindings(world, 's3://none-here'), {
    code: 1,
    found: {
      service: { status: 'ok' },
      bucket: {
        status: 'failed',
        finding: 's3://none-here does not exist',
        remedy: /aws s3 mb s3:\/\/none-here$/,
      },
      permissions: { status: 'warning', finding: 'not checked' },
      uploads: { status: 'warning', finding: 'not checked' },
    },
  })
  world.server.faults.add({ operation: 'ListObjectsV2', fault: 'wrong-region' })
  const { found } = await doctorFindings(world, PLACE)
  t.match(found, {
    service: { status: 'ok', finding: 'it responds' },
    bucket: {
      status: 'failed',
      finding: /^s3:\/\/backups is in the region ([a-z]+-[a-z]+-\d), and requests go to eu-west-1$/,
      remedy: /^Give --region [a-z]+-[a-z]+-\d, or set AWS_REGION\.$/,
    },
    permissions: { status: 'warning', finding: 'not checked' },
  })
})

t.test('denied actions are named, with the commands that need them', async (t) => {
  const world = await bucketWorld(t, credentials)
  t.match(await denying(world, ['ListObjectsV2']), {
    code: 0,
    found: {
      service: { status: 'ok' },
      bucket: { status: 'ok', finding: /exists/ },
      permissions: {
        status: 'warning',
        finding: /^denied: ListBucket, for /,
        remedy: /Allow s3:ListBucket if/,
      },
    },
  })
  t.equal(world.requests('HeadObject'), 0, 'without ListBucket, 403 says nothing about GetObject')
  t.match(await denying(world, ['ListMultipartUploads', 'HeadObject']), {
    found: {
      permissions: { finding: /ListBucketMultipartUploads, for uploads; GetObject, for get$/ },
      uploads: { status: 'warning', finding: 'not checked: ListMultipartUploads is denied' },
    },
  })
  const both = ['ListObjectsV2', 'ListMultipartUploads'] as const
  t.match(await denying(world, both), {
    code: 0,
    found: { bucket: { status: 'warning', finding: /are denied$/, remedy: /may be of another account/ } },
  })
  t.match(await denying(world, both, '--bucket-owner', '111122223333'), {
    found: { bucket: { remedy: /^Check whether the account 111122223333 owns the bucket/ } },
  })
})

t.test(
  'credentials that the service does not know, and a wrong clock, are not taken for a denial',
  async (t) => {
    const other = await bucketWorld(t, { ...credentials, secretAccessKey: 'another' })
    t.match(await doctorFindings(other, PLACE), {
      code: 1,
      found: {
        service: { status: 'failed', finding: /SignatureDoesNotMatch/ },
        bucket: { status: 'warning', finding: 'not checked' },
        clock: { status: 'ok' },
      },
    })
    const world = await bucketWorld(t, credentials)
    world.server.faults.add({ fault: 'time-skewed' })
    t.match(await doctorFindings(world, PLACE), {
      code: 1,
      found: { service: { status: 'failed', finding: /RequestTimeTooSkewed/ } },
    })
  },
)

t.test('the clock may differ by a quarter of an hour', (t) => {
  const finding = (skewMs: number): Finding => clockFinding({ serviceTime: 0 }, () => skewMs, 900_000)
  t.match(finding(-840_000), { status: 'warning', finding: 'this machine is 14:00 behind the service' })
  t.match(finding(901_000), {
    status: 'failed',
    finding: 'this machine is 15:01 ahead of the service; beyond 15:00, it refuses signatures',
  })
  t.end()
})

t.test(
  'unfinished uploads are counted, and old ones are a warning with the command that lists them',
  async (t) => {
    const world = await bucketWorld(t, credentials)
    await world.sdk.send(new CreateMultipartUploadCommand({ Bucket: 'backups', Key: 'k' }))
    t.match((await doctorFindings(world, PLACE)).found.uploads, {
      status: 'ok',
      finding: '1 upload not finished; age of the oldest: now',
    })
    t.match((await doctorFindings(world, `${PLACE}/other/`)).found.uploads, { finding: 'none is unfinished' })
    const upload = (initiated?: string): ListedUpload => ({
      key: 'k',
      uploadId: 'u',
      initiated,
      storageClass: 'X',
    })
    const found = (items: readonly ListedUpload[], prefix?: string, marker?: string): Promise<Finding> => {
      const place = { bucket: 'backups', prefix }
      return openUploadsFinding(
        () => Promise.resolve({ items, marker }),
        place,
        () => 5 * DAY_MS,
      )
    }
    const [old, young] = [new Date(DAY_MS).toISOString(), new Date(4 * DAY_MS).toISOString()]
    t.match(await found([upload(young), upload(old), upload(), upload('x')], "it's/", 'm'), {
      status: 'warning',
      finding: 'at least 4 uploads not finished; age of the oldest: 4 days; their parts are charged for',
      remedy: /abort the others: glacier-pipe uploads 's3:\/\/backups\/it'\\''s\/'$/,
    })
    t.match(await found([upload(old)]), { remedy: /uploads s3:\/\/backups$/ })
    t.strictSame(await found([upload()]), ok('1 upload not finished'), 'the server states no time')
  },
)

/** The findings about a client. */
async function findingsOfClient(client: SdkBucketClient): Promise<Record<string, Finding>> {
  const { signal } = new AbortController()
  const place = { bucket: 'backups', prefix: '' }
  const subject = {
    client,
    repeating: client,
    place,
    region: () => client.region(),
    isLocal: false,
    write: false,
    now: Date.now,
  }
  const found: Record<string, Finding> = {}
  const checks = [
    ...connectionChecks(client, 's3', { progress: 'never' }, stage().io),
    ...bucketChecks(subject, signal),
  ]
  for (const { name, run } of checks) found[name] = await run(signal)
  return found
}

t.test('without the optional package, one line has the remedy', async (t) => {
  const missing = (): Promise<never> =>
    Promise.reject(Object.assign(new Error('no module'), { code: 'ERR_MODULE_NOT_FOUND' }))
  const found = await findingsOfClient(new SdkBucketClient({ region: 'eu-west-1' }, {}, undefined, missing))
  t.match(found.package, { status: 'failed', remedy: 'npm install @aws-sdk/client-s3' })
  t.match(found.local, { status: 'ok' })
  for (const [name, { status, finding }] of Object.entries(found))
    if (name !== 'package' && name !== 'local')
      t.strictSame({ status, finding }, { status: 'warning', finding: 'not checked' }, name)
  const broken = (): Promise<never> => Promise.reject(new Error('broken'))
  await t.rejects(findingsOfClient(new SdkBucketClient({}, {}, undefined, broken)), { message: 'broken' })
})

t.test('without a region, the requests are not made', async (t) => {
  const region = (): Promise<never> => Promise.reject(new Error('Region is missing'))
  const client = new SdkBucketClient({ region, credentials }, {})
  t.teardown(() => {
    client.destroy()
  })
  t.match(await findingsOfClient(client), {
    region: { status: 'failed' },
    network: { status: 'warning', remedy: 'Set a region first.' },
    service: { status: 'warning', remedy: 'Set a region first.' },
    bucket: { status: 'warning', finding: 'not checked' },
  })
})

/** The findings about a bucket, with a client of which some methods are others. */
async function findingsWith(methods: object): Promise<Record<string, Finding>> {
  const page = { items: [], marker: undefined }
  const client = {
    connection: { call: () => Promise.resolve({}) },
    listUploads: () => Promise.resolve(page),
    headObject: () => Promise.reject(new NotFoundError('gone', { ...DETAILS, status: 404 })),
    ...methods,
  } as unknown as SdkBucketClient
  const place = { bucket: 'backups', prefix: '' }
  const region = (): Promise<string> => Promise.resolve('eu-west-1')
  const subject = { client, repeating: client, place, region, isLocal: false, write: false, now: Date.now }
  const { signal } = new AbortController()
  const found: Record<string, Finding> = {}
  for (const { name, run } of bucketChecks(subject, signal))
    found[name] = await Promise.resolve(run(signal)).catch((error: unknown) => failedWith(error, 'Retry.'))
  return found
}

const DETAILS = { operation: 'X', serviceCode: 'X', status: 403, requestId: 'r' }
const failing = (error: Error) => (): Promise<never> => Promise.reject(error)
const denied = failing(new AccessDeniedError('denied', DETAILS))
const unreachable = failing(new ConnectionError('reset', DETAILS))

t.test('a failure of another kind is not taken for a denial', async (t) => {
  const wrongRegion = failing(new ServiceError('elsewhere', { ...DETAILS, reason: 'wrong-region' }))
  t.match(await findingsWith({ connection: { call: wrongRegion } }), {
    bucket: { status: 'failed', finding: /elsewhere/, remedy: /Give the region of the bucket/ },
  })
  t.match(await findingsWith({ listUploads: unreachable, headObject: unreachable }), {
    bucket: { status: 'ok', finding: 's3://backups exists' },
    permissions: { status: 'failed', finding: /reset/, remedy: /check the bucket and the network/ },
    uploads: { status: 'failed', finding: /reset/ },
  })
  t.match(await findingsWith({ connection: { call: unreachable } }), { service: { status: 'failed' } })
  const connection = { call: denied }
  t.match(await findingsWith({ connection, listUploads: unreachable }), {
    bucket: { status: 'failed', finding: /reset/ },
  })
  const gone = failing(new NotFoundError('gone', DETAILS))
  t.match(await findingsWith({ connection, listUploads: gone }), {
    bucket: { status: 'failed', finding: 's3://backups does not exist' },
  })
})

t.test('the region of the bucket is stated if the response has it', async (t) => {
  const call = async (
    _operation: string,
    _request: object,
    _body: string,
    command: CommandOf,
  ): Promise<void> => {
    const middlewares: Middleware[] = []
    const add = (middleware: Middleware): number => middlewares.push(middleware)
    class ListObjectsV2Command {
      readonly middlewareStack = { add }
    }
    command({ ListObjectsV2Command })
    const response = { headers: { 'x-amz-bucket-region': 'eu-central-1' } }
    for (const middleware of middlewares) await middleware(() => Promise.resolve({ response }))({})
  }
  t.match(await findingsWith({ connection: { call } }), {
    bucket: { status: 'ok', finding: 's3://backups exists, in eu-central-1' },
    clock: { status: 'warning', finding: 'not checked' },
  })
})

type Middleware = (next: () => Promise<object>) => (args: object) => Promise<object>
type CommandOf = (sdk: object) => unknown

t.test('a bucket on this machine is created by put, and is no failure before', async (t) => {
  const where = ['--local-dir', join(t.testdir(), 'local')]
  const doctor = async (...args: readonly string[]): Promise<{ code: number; out: string }> => {
    const it = stage()
    return { code: await runHere(['doctor', ...args, ...where], it), out: it.out() }
  }
  t.match(await doctor(), {
    code: 0,
    out: /warning {2}local {8}there is no local vault in \S+, the folder of --local-dir\n {22}Give the folder .* create/,
  })
  t.match(await doctor(PLACE), { code: 1, out: /FAILED {3}local/ }, 'it was named')
  t.strictSame(await readdir(join(where[1] ?? '', '..')), [], 'no folder was created')
  t.equal(await runHere(['put', `${PLACE}/k`, ...where], stage(Buffer.from('x'))), 0)
  t.match(await doctor(PLACE), {
    code: 0,
    out: /local {8}the local bucket in \S+ is used\n[^]*backups exists/,
  })
  t.match(await doctor('s3://others'), {
    code: 0,
    out: /warning {2}bucket {7}s3:\/\/others does not exist yet\n {22}put creates it\.\n/,
  })
  const files = t.testdir({ 'a.txt': '' })
  const it = stage()
  t.equal(await runHere(['doctor', '--local-dir', files], it), 1)
  t.match(it.out(), /FAILED {3}local {8}there is no local vault in .*, but other files\n/)
})

t.test('options for buckets need the address of one', async (t) => {
  const command = async (...args: readonly string[]): Promise<{ code: number; err: string }> => {
    const it = stage()
    return { code: await runHere(['doctor', ...args], it), err: it.err() }
  }
  t.match(await command('--requester-pays'), { code: 2, err: /need the address of a bucket/ })
  t.match(await command('--bucket-owner', '111122223333'), { code: 2, err: /need the address of a bucket/ })
  t.match(await command('docs', '--requester-pays'), { code: 2, err: /--requester-pays is for buckets/ })
  t.match(await command(PLACE, '--account-id', '111122223333'), {
    code: 2,
    err: /--account-id is for vaults/,
  })
  t.match(await command('--write'), { code: 2, err: /--write needs the name of a vault or the address/ })
})
