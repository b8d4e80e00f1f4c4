import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { LocalVault, LocalVaultOptions, Undocumented } from '../../../lib/local/index.js'
import { computeChecksums } from '../../../lib/tree-hash/tree-hash.js'
import {
  clock,
  hashHeaders,
  localVaultFor,
  send,
  type Clock,
  type RawResponse,
} from '../../helpers/local-vault.js'
import { notFound } from '../../../lib/local/service/api-error.js'
import { retryUnlessGone } from '../../../lib/local/service/not-found.js'
import { MIB } from '../../../lib/sizes.js'

// Each header, parameter and field, with values that the service's model does not have; and what its documents leave open.

const DAY = 86_400_000
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:topic'
const invalid = { status: 400, json: { code: 'InvalidParameterValueException', type: 'Client' } }
const missing = { status: 400, json: { code: 'MissingParameterValueException', type: 'Client' } }

interface World {
  readonly vault: LocalVault
  readonly time: Clock
  readonly ask: (method: string, path: string, more?: Asked) => Promise<RawResponse>
  readonly store: (bytes: Buffer) => Promise<string>
  readonly initiate: () => Promise<string>
}

interface Asked {
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Sent as it is, or as JSON. */
  readonly body?: Buffer | string | object
}

async function worldFor(test: Test, options: Partial<LocalVaultOptions> = {}): Promise<World> {
  const time = clock()
  const vault = await localVaultFor(test, { now: time.now, ...options })
  const ask: World['ask'] = (method, path, { headers = {}, body = '' } = {}) => {
    const sent = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
    return send(vault, { method, path: `/-${path}`, headers, body: sent, time: time.time })
  }
  for (const name of ['docs', 'photos']) await ask('PUT', `/vaults/${name}`)
  return {
    vault,
    time,
    ask,
    store: async (body) => {
      const { headers } = await ask('POST', '/vaults/docs/archives', { headers: hashHeaders(body), body })
      return String(headers['x-amz-archive-id'])
    },
    initiate: async () => {
      const { headers } = await ask('POST', '/vaults/docs/multipart-uploads', {
        headers: { 'x-amz-part-size': String(MIB) },
      })
      return String(headers['x-amz-multipart-upload-id'])
    },
  }
}

t.test('a number in a header is digits, with no leading zero, in its range', async (t) => {
  const { ask, initiate } = await worldFor(t)
  const wrong = ['0', '-1', '+1048576', '01048576', '1048576.0', '1e6', '0x100000', '1 048 576', '1_048_576']
  const uploadId = await initiate()
  const complete = (size: string | undefined): Promise<RawResponse> =>
    ask('POST', `/vaults/docs/multipart-uploads/${uploadId}`, {
      headers: { 'x-amz-archive-size': size, 'x-amz-sha256-tree-hash': 'f'.repeat(64) },
    })
  const begin = (size: string): Promise<RawResponse> =>
    ask('POST', '/vaults/docs/multipart-uploads', { headers: { 'x-amz-part-size': size } })
  for (const size of [...wrong, '9007199254740993', '9'.repeat(40), 'NaN', 'Infinity', 'null']) {
    t.match(
      await begin(size),
      { ...invalid, json: { message: `Invalid part size: ${size}. Part size` } },
      size,
    )
    t.match(
      await complete(size),
      { ...invalid, json: { message: `Invalid x-amz-archive-size: ${size}` } },
      size,
    )
  }
  t.match(await begin(''), missing, 'an empty header is as good as none')
  t.match(await complete(''), missing)
  t.match(await complete(undefined), missing)
  const most = 10_000 * 4096 * MIB
  t.match(await complete(String(most + 1)), { json: { message: `Invalid x-amz-archive-size: ${most + 1}` } })
  t.match(await complete(String(most)), { json: { message: 'The upload has no parts.' } })
})

t.test('a hash in a header is 64 lowercase hex digits', async (t) => {
  const { ask, initiate } = await worldFor(t)
  const uploadId = await initiate()
  for (const hash of ['x', 'F'.repeat(64), 'f'.repeat(63), 'f'.repeat(65), `${'f'.repeat(64)} `.repeat(2)]) {
    const headers = { 'x-amz-archive-size': '1', 'x-amz-sha256-tree-hash': hash }
    t.match(await ask('POST', `/vaults/docs/multipart-uploads/${uploadId}`, { headers }), {
      ...invalid,
      json: { message: /^Invalid x-amz-sha256-tree-hash: / },
    })
  }
})

t.test('a Content-Range may say the length of the archive, which the range is within', async (t) => {
  const { ask, initiate } = await worldFor(t)
  const uploadId = await initiate()
  const body = Buffer.alloc(10)
  const path = `/vaults/docs/multipart-uploads/${uploadId}`
  const sent = (range: string): Promise<RawResponse> =>
    ask('PUT', path, { headers: { ...hashHeaders(body), 'content-range': range }, body })
  for (const range of ['bytes 0-9/*', 'bytes 0-9/10', 'bytes 0-9/99999999999999999999']) {
    t.match(await sent(range), { status: 204 }, range)
  }
  const wrong = [
    'bytes 0-9/9',
    'bytes 0-9/0',
    'bytes 0-9',
    'bytes 0-9/',
    'bytes 0-9/x',
    'bytes 0-9/-1',
    'bytes=0-9/10',
  ]
  for (const range of [...wrong, 'bytes  0-9/10', 'bytes 0-9 /10', 'Bytes 0-9/10', 'bytes */10', '0-9/10'])
    t.match(await sent(range), { ...invalid, json: { message: `Invalid Content-Range: ${range}` } }, range)
  t.match((await ask('GET', path)).json.Parts, [{ RangeInBytes: '0-9' }])
})

t.test('the Range of GetJobOutput has the forms of RFC 2616', async (t) => {
  const { ask, store } = await worldFor(t)
  const bytes = Buffer.from('0123456789')
  const ArchiveId = await store(bytes)
  const job = await ask('POST', '/vaults/docs/jobs', { body: { Type: 'archive-retrieval', ArchiveId } })
  const path = `/vaults/docs/jobs/${String(job.headers['x-amz-job-id'])}/output`
  const read = (range: string): Promise<RawResponse> => ask('GET', path, { headers: { range } })
  for (const [range, text, found] of [
    ['bytes=0-9', '0123456789', '0-9'],
    ['bytes=2-4', '234', '2-4'],
    ['bytes=02-4', '234', '2-4'],
    ['Bytes=2-4', '234', '2-4'],
    ['bytes=9-9', '9', '9-9'],
    ['bytes=8-99999999999999999999', '89', '8-9'],
    ['bytes=7-', '789', '7-9'],
    ['bytes=0-', '0123456789', '0-9'],
    ['bytes=-3', '789', '7-9'],
    ['bytes=-99', '0123456789', '0-9'],
  ] as const) {
    const answer = await read(range)
    t.match(answer, { status: 206, headers: { 'content-range': `bytes ${found}/10` } }, range)
    t.equal(answer.body.toString(), text)
  }
  for (const range of ['bytes=10-', 'bytes=10-19', 'bytes=99999999999999999999-', 'bytes=-0']) {
    t.match(await read(range), {
      ...invalid,
      json: { message: `The start of the range is larger than size of retrieved data: ${range}` },
    })
  }
  for (const range of [
    '',
    'bytes=',
    'bytes=-',
    'bytes=5-4',
    'bytes=0-1,3-4',
    'bytes=x-9',
    'lines=0-9',
    'bytes 0-9',
  ]) {
    const answer = await read(range)
    t.match(answer, { status: 200, headers: { 'content-range': undefined } }, `${range} is ignored`)
    t.equal(answer.body.length, 10)
  }
})

t.test('a limit is clamped, and a marker is one of the same list', async (t) => {
  const { ask, initiate, store, vault } = await worldFor(t)
  const uploads = await Promise.all([initiate(), initiate()])
  for (const index of [0, 1]) {
    const body = Buffer.alloc(MIB, index)
    const range = `bytes ${index * MIB}-${(index + 1) * MIB - 1}/*`
    const headers = { ...hashHeaders(body), 'content-range': range }
    for (const id of uploads) await ask('PUT', `/vaults/docs/multipart-uploads/${id}`, { headers, body })
  }
  const archives = [await store(Buffer.from('a')), await store(Buffer.from('b'))].sort()
  await vault.control.takeInventory('docs')
  const inventory = async (parameters: object): Promise<RawResponse> => {
    const body = { Type: 'inventory-retrieval', InventoryRetrievalParameters: parameters }
    const job = await ask('POST', '/vaults/docs/jobs', { body })
    if (job.status !== 202) return job
    return ask('GET', `/vaults/docs/jobs/${String(job.headers['x-amz-job-id'])}`)
  }
  const first = (await inventory({ Limit: '1' })).json.InventoryRetrievalParameters as { Marker: string }
  t.match(await inventory({ Limit: '9'.repeat(30), Marker: first.Marker }), {
    json: { InventoryRetrievalParameters: { Marker: null }, InventorySizeInBytes: Number },
  })
  const lists = [
    '/vaults',
    '/vaults/docs/multipart-uploads',
    `/vaults/docs/multipart-uploads/${uploads[0]}`,
    `/vaults/docs/multipart-uploads/${uploads[1]}`,
    '/vaults/docs/jobs',
  ]
  const pages = await Promise.all(lists.map((list) => ask('GET', `${list}?limit=1`)))
  const markers = [...pages.map(({ json }) => String(json.Marker)), first.Marker]
  for (const [i, list] of lists.entries()) {
    for (const [j, marker] of markers.entries()) {
      const answer = await ask('GET', `${list}?marker=${encodeURIComponent(marker)}`)
      t.match(answer, i === j ? { status: 200, json: { Marker: null } } : invalid, `${list} from ${marker}`)
    }
    for (const limit of ['1000', '9'.repeat(30)])
      t.match(await ask('GET', `${list}?limit=${limit}`), { status: 200, json: { Marker: null } }, limit)
    t.match(await ask('GET', `${list}?marker=&unknown=1`), { status: 200 }, 'an empty marker is the start')
    const wrong = [
      'limit=0',
      'limit=-1',
      'limit=%2B5',
      'limit=+5',
      'limit=05',
      'limit=1.0',
      'limit=1e1',
      'limit=',
    ]
    for (const query of [...wrong, 'limit=1&limit=1', 'marker=&marker=', 'marker=.', 'marker=x'])
      t.match(await ask('GET', `${list}?${query}`), invalid, `${list}?${query}`)
  }
  for (const [i, marker] of [...markers.slice(0, -1), ...archives, ''].entries())
    t.match(await inventory({ Marker: marker }), invalid, `an inventory from marker ${i}`)
  const arn = 'arn:aws:glacier:us-east-1:111122223333:vaults/'
  for (const marker of [arn, `${arn}a/b`, arn.replace('us-', 'eu-'), `${arn.replace('1111', '2222')}docs`])
    t.match(await ask('GET', `/vaults?marker=${encodeURIComponent(marker)}`), invalid, marker)
  t.match(await ask('GET', `/vaults?marker=${encodeURIComponent(`${arn}gone`)}`), {
    json: { VaultList: [{ VaultName: 'photos' }] },
  })
})

t.test('a parameter of a query has one value, of those there are', async (t) => {
  const { ask } = await worldFor(t)
  for (const query of [
    ...[
      'statuscode=',
      'statuscode=succeeded',
      'statuscode=Succeeded%20',
      'statuscode=Failed&statuscode=Failed',
    ],
    ...['completed=', 'completed=TRUE', 'completed=1', 'completed=true&completed=false'],
  ])
    t.match(await ask('GET', `/vaults/docs/jobs?${query}`), invalid, query)
  t.match(await ask('GET', '/vaults/docs/jobs?statuscode=Failed&completed=true'), { status: 200 })
  const body = { Tags: { a: '1' } }
  for (const query of [
    'operation=add&operation=remove',
    'operation=add&operation=add',
    'operation=',
    'operation=Add',
  ])
    t.match(await ask('POST', `/vaults/docs/tags?${query}`, { body }), { status: 404 }, query)
  t.match(await ask('POST', '/vaults/docs/tags?x=1&operation=add', { body }), { status: 204 })
})

t.test('each field of a body has the type and the values of the model', async (t) => {
  const { ask, store, vault } = await worldFor(t)
  const ArchiveId = await store(Buffer.from('x'))
  await vault.control.takeInventory('docs')
  const retrieval = { Type: 'archive-retrieval', ArchiveId }
  const inventory = (more: object): object => ({
    Type: 'inventory-retrieval',
    InventoryRetrievalParameters: more,
  })
  const select = (more: object): object => ({ ...retrieval, Type: 'select', ...more })
  const rule = (...Rules: unknown[]): object => ({ Policy: { Rules } })
  const jobs = 'POST /vaults/docs/jobs'
  const add = 'POST /vaults/docs/tags?operation=add'
  const remove = 'POST /vaults/docs/tags?operation=remove'
  const notify = 'PUT /vaults/docs/notification-configuration'
  const policy = 'PUT /vaults/docs/access-policy'
  const lock = 'POST /vaults/docs/lock-policy'
  const account = 'PUT /policies/data-retrieval'
  const closed = { status: 400, json: { code: 'NoLongerSupportedException' } }
  const bytes = (BytesPerHour: unknown): object => rule({ Strategy: 'BytesPerHour', BytesPerHour })
  const csv = { FileHeaderInfo: 'None', Comments: null }
  const grant = { Grantee: { Type: 'Group', URI: 'x' }, Permission: 'READ' }
  const s3 = { AccessControlList: [grant], Tagging: { a: 'b' }, Encryption: { EncryptionType: 'AES256' } }
  for (const [call, body, wanted] of [
    ...[7, true, [], {}, '', 'Archive-Retrieval'].map(
      (Type) => [jobs, { ...retrieval, Type }, invalid] as const,
    ),
    [jobs, { ...retrieval, Type: null }, missing],
    [jobs, { ...retrieval, ArchiveId: null }, missing],
    [jobs, { ...retrieval, ArchiveId: 7 }, invalid],
    [jobs, { ...retrieval, ArchiveId: '' }, { status: 404 }],
    [
      jobs,
      { ...retrieval, ArchiveId: 'x'.repeat(100_000) },
      { status: 404, json: { message: /^.{200,300}…$/ } },
    ],
    [jobs, { ...retrieval, Tier: 'standard' }, invalid],
    [jobs, { ...retrieval, Tier: '' }, invalid],
    [jobs, { ...retrieval, Format: 'XML' }, invalid],
    [jobs, { ...retrieval, SNSTopic: '' }, invalid],
    [jobs, { ...retrieval, Description: [] }, invalid],
    [jobs, { ...retrieval, Description: 'x'.repeat(1025) }, invalid],
    [jobs, { ...retrieval, RetrievalByteRange: '' }, invalid],
    [jobs, { ...retrieval, RetrievalByteRange: 'bytes=0-0' }, invalid],
    [jobs, { ...retrieval, Tier: null, Description: null, Unknown: { deep: [1] } }, { status: 202 }],
    [jobs, { ...retrieval, InventoryRetrievalParameters: 'x' }, invalid],
    [jobs, { ...inventory({}), ArchiveId }, invalid],
    [jobs, { ...inventory({}), RetrievalByteRange: '0-0' }, invalid],
    [jobs, inventory({ Limit: 1 }), invalid],
    ...['0', '', '-1', '+1', '01', '1.0', '1e3', ' 1'].map(
      (Limit) => [jobs, inventory({ Limit }), invalid] as const,
    ),
    ...['', '2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01', '2026-01-01T00:00:00', '0'].flatMap(
      (date) => [
        [jobs, inventory({ StartDate: date }), invalid] as const,
        [jobs, inventory({ EndDate: date }), invalid] as const,
      ],
    ),
    [jobs, inventory({ StartDate: '2024-02-29T00:00:00Z', EndDate: null }), { status: 202 }],
    [jobs, select({ SelectParameters: { InputSerialization: { csv } }, OutputLocation: { S3: s3 } }), closed],
    [jobs, select({ SelectParameters: { InputSerialization: { csv: { FileHeaderInfo: 'x' } } } }), invalid],
    [jobs, select({ SelectParameters: { ExpressionType: 'sql' } }), invalid],
    [jobs, select({ SelectParameters: [] }), invalid],
    [jobs, select({ OutputLocation: { S3: { ...s3, Tagging: { a: 1 } } } }), invalid],
    [jobs, select({ OutputLocation: { S3: { ...s3, AccessControlList: grant } } }), invalid],
    [add, { Tags: null }, missing],
    ...['x', 7, []].map((Tags) => [add, { Tags }, invalid] as const),
    [add, { Tags: { a: null } }, invalid],
    [add, { Tags: { '': 'x' } }, invalid],
    [
      add,
      { Tags: { ['k'.repeat(300)]: 'x' } },
      { ...invalid, json: { message: /^Invalid tag key: k{200}…$/ } },
    ],
    [add, { Tags: { ['k'.repeat(128)]: 'v'.repeat(255) } }, { status: 204 }],
    [remove, { TagKeys: null }, missing],
    [remove, { TagKeys: {} }, invalid],
    [remove, { TagKeys: [null] }, invalid],
    [remove, { TagKeys: ['a', 7] }, invalid],
    [remove, { TagKeys: [''] }, invalid],
    [remove, { TagKeys: ['k'.repeat(129)] }, invalid],
    [remove, { TagKeys: ['absent'] }, { status: 204 }],
    [notify, { SNSTopic: null, Events: ['ArchiveRetrievalCompleted'] }, missing],
    [notify, { SNSTopic: TOPIC, Events: null }, missing],
    [notify, { SNSTopic: TOPIC, Events: 'ArchiveRetrievalCompleted' }, invalid],
    [notify, { SNSTopic: TOPIC, Events: ['archiveretrievalcompleted'] }, invalid],
    [notify, { SNSTopic: TOPIC, Events: [] }, invalid],
    [notify, { SNSTopic: 7, Events: ['ArchiveRetrievalCompleted'] }, invalid],
    ...[policy, lock].flatMap((call) => [
      [call, { Policy: null }, missing] as const,
      [call, {}, missing] as const,
      [call, { Policy: {} }, invalid] as const,
      [call, { Policy: '' }, invalid] as const,
    ]),
    [account, { Policy: null }, missing],
    [account, { Policy: {} }, missing],
    [account, { Policy: 'x' }, invalid],
    [account, { Policy: { Rules: {} } }, invalid],
    [account, rule(), invalid],
    [account, rule({}), missing],
    [account, rule({ Strategy: 'freetier' }), invalid],
    [account, rule({ Strategy: 'FreeTier', BytesPerHour: 1 }), invalid],
    [account, rule({ Strategy: 'FreeTier', BytesPerHour: null }), { status: 204 }],
    [account, bytes(null), missing],
    ...['1', 0, -1, 1.5, 1e300, true].map((value) => [account, bytes(value), invalid] as const),
  ] as const) {
    const [method = '', path = ''] = call.split(' ')
    t.match(await ask(method, path, { body }), wanted, `${call} ${JSON.stringify(body).slice(0, 120)}`)
  }
  for (const [number, kept] of [
    ['1e3', '1000'],
    ['9007199254740993', '9007199254740992'],
    ['9223372036854775807', '9223372036854775000'],
  ] as const) {
    const text = JSON.stringify(bytes(0)).replace('0}', `${number}}`)
    t.match(await ask('PUT', '/policies/data-retrieval', { body: text }), { status: 204 }, number)
    const found = await ask('GET', '/policies/data-retrieval')
    t.ok(found.body.includes(`"BytesPerHour":${kept}}`), found.body.toString())
  }
  for (const number of ['9223372036854779000', '1e999', '01', '+1', '1.'])
    t.match(
      await ask('PUT', '/policies/data-retrieval', {
        body: JSON.stringify(bytes(0)).replace('0}', `${number}}`),
      }),
      { status: 400 },
      number,
    )
})

t.test('an archive that is deleted while its output is asked for is read whole, or not found', async (t) => {
  const { ask, store } = await worldFor(t)
  for (let i = 0; i < 20; i++) {
    const ArchiveId = await store(Buffer.from('0123456789'))
    const job = await ask('POST', '/vaults/docs/jobs', { body: { Type: 'archive-retrieval', ArchiveId } })
    const path = `/vaults/docs/jobs/${String(job.headers['x-amz-job-id'])}/output`
    const [read] = await Promise.all([
      ask('GET', path),
      ask('DELETE', `/vaults/docs/archives/${ArchiveId}`),
      ask('GET', path),
    ])
    t.ok(
      read.body.toString() === '0123456789' || read.status === 404,
      `${read.status} ${read.body.toString()}`,
    )
  }
})

t.test('a part whose file is broken is a failure of the server, not an absence', async (t) => {
  const { ask, initiate, store, vault } = await worldFor(t)
  const ArchiveId = await store(Buffer.alloc(3 * MIB))
  const folder = join(vault.dir, 'vaults', 'docs')
  await rm(join(folder, 'archives', ArchiveId, '00000.part'))
  const body = { Type: 'archive-retrieval', ArchiveId, RetrievalByteRange: `0-${MIB - 1}` }
  const failed = { status: 507, json: { code: 'LocalStorageException' } }
  t.match(await ask('POST', '/vaults/docs/jobs', { body }), failed)
  const uploadId = await initiate()
  await symlink('nowhere', join(folder, 'uploads', uploadId, '00000.part'))
  t.match(await ask('GET', `/vaults/docs/multipart-uploads/${uploadId}`), failed)
})

t.test('the absence of a thing is told, and not the failure that it led to', async (t) => {
  const failing = async (): Promise<never> => Promise.reject(new Error('no such file'))
  const gone = async (): Promise<never> => Promise.reject(notFound('gone'))
  t.equal(await retryUnlessGone(gone, async () => 'done'), 'done')
  await t.rejects(retryUnlessGone(gone, failing), { message: 'gone' })
  await t.rejects(
    retryUnlessGone(async () => undefined, failing),
    { message: 'no such file' },
    'a failure with another cause stays one',
  )
  let attempts = 0
  const moved = async (): Promise<number> => (++attempts === 1 ? failing() : attempts)
  t.equal(await retryUnlessGone(async () => undefined, moved), 2, 'what was moved is found')
})

t.test('what becomes of a repeated completion can be chosen', async (t) => {
  const bytes = Buffer.alloc(10)
  const { treeHash } = computeChecksums(bytes)
  const base = t.testdir()
  const worldOf = async (
    name: string,
    undocumented?: Undocumented,
  ): Promise<{
    complete: (size?: number, hash?: string) => Promise<RawResponse>
    abort: () => Promise<RawResponse>
    time: Clock
    archives: () => Promise<unknown>
  }> => {
    const { ask, initiate, time, vault } = await worldFor(t, { dir: join(base, name), undocumented })
    const uploadId = await initiate()
    const aborted = await initiate()
    const path = `/vaults/docs/multipart-uploads/${uploadId}`
    const headers = { ...hashHeaders(bytes), 'content-range': 'bytes 0-9/*' }
    await ask('PUT', path, { headers, body: bytes })
    return {
      time,
      complete: (size = 10, hash = treeHash) =>
        ask('POST', path, {
          headers: { 'x-amz-archive-size': String(size), 'x-amz-sha256-tree-hash': hash },
        }),
      abort: () => ask('DELETE', `/vaults/docs/multipart-uploads/${aborted}`),
      archives: async () => (await vault.control.takeInventory('docs')).archiveCount,
    }
  }
  const hash = { 'x-amz-sha256-tree-hash': treeHash }
  const none = { 'x-amz-sha256-tree-hash': undefined }

  const usual = await worldOf('usual')
  const first = await usual.complete()
  t.match(first, { status: 201, headers: hash })
  const same = { status: 201, headers: { 'x-amz-archive-id': first.headers['x-amz-archive-id'], ...hash } }
  usual.time.time += DAY - 1
  t.match(await usual.complete(), same, 'the same archive with its hash, for a day')
  t.match(await usual.complete(9, 'f'.repeat(64)), same, 'whatever is said of it')
  usual.time.time += 1
  t.match(await usual.complete(), { status: 404 })

  const bare = await worldOf('bare', { repeatHash: false })
  t.match(await bare.complete(), { status: 201, headers: hash }, 'the first has it')
  t.match(await bare.complete(), { status: 201, headers: none }, 'the second has not')

  const checked = await worldOf('checked', { repeatChecked: true })
  await checked.complete()
  t.match(await checked.complete(), { status: 201 })
  t.match(await checked.complete(9), { ...invalid, json: { message: /^Invalid x-amz-archive-size: 9;/ } })
  t.match(await checked.complete(10, 'f'.repeat(64)), {
    ...invalid,
    json: { message: `Invalid x-amz-sha256-tree-hash: ${'f'.repeat(64)}` },
  })

  const short = await worldOf('short', { repeatableFor: 1000 })
  t.match(await short.abort(), { status: 204 })
  await short.complete()
  short.time.time += 999
  t.match(await short.complete(), { status: 201 })
  t.match(await short.abort(), { status: 204 })
  short.time.time += 1
  t.match(await short.complete(), { status: 404 })
  t.match(await short.abort(), { status: 404 })

  const never = await worldOf('never', { repeatableFor: 0 })
  t.match(await never.complete(), { status: 201 })
  t.match(await never.complete(), { status: 404 })
  t.match(await never.abort(), { status: 204 })
  t.match(await never.abort(), { status: 404 })
  t.equal(await never.archives(), 1)
})

t.test('the counts, the policy and the answer to a malformed Range can be chosen', async (t) => {
  const policyOf = async ({ ask }: World): Promise<unknown> =>
    (await ask('GET', '/policies/data-retrieval')).json.Policy
  const base = t.testdir()
  const usual = await worldFor(t, { dir: join(base, 'usual') })
  t.match(await usual.ask('GET', '/vaults/docs'), {
    json: { NumberOfArchives: null, SizeInBytes: null, LastInventoryDate: null },
  })
  t.strictSame(await policyOf(usual), { Rules: [{ Strategy: 'None', BytesPerHour: null }] })

  const zero = { firstCounts: 0, retrievalPolicy: 'FreeTier', malformedRange: 'refuse' } as const
  const dir = join(base, 'other')
  const other = await worldFor(t, { dir, undocumented: zero })
  t.match(await other.ask('GET', '/vaults/docs'), {
    json: { NumberOfArchives: 0, SizeInBytes: 0, LastInventoryDate: null },
  })
  t.match((await other.ask('GET', '/vaults')).json.VaultList, [{ NumberOfArchives: 0, SizeInBytes: 0 }, {}])
  t.strictSame(await policyOf(other), { Rules: [{ Strategy: 'FreeTier', BytesPerHour: null }] })
  const ArchiveId = await other.store(Buffer.from('0123456789'))
  const body = { Type: 'archive-retrieval', ArchiveId }
  const job = await other.ask('POST', '/vaults/docs/jobs', { body })
  const path = `/vaults/docs/jobs/${String(job.headers['x-amz-job-id'])}/output`
  for (const range of ['bytes=5-4', 'bytes=0-1,3-4', '0-9'])
    t.match(await other.ask('GET', path, { headers: { range } }), {
      ...invalid,
      json: { message: `Invalid Range: ${range}` },
    })
  t.match(await other.ask('GET', path, { headers: { range: 'bytes=0-1' } }), { status: 206 })
  t.match(await other.ask('GET', path), { status: 200 })

  await other.ask('POST', '/provisioned-capacity') // writes what is kept of the account
  const limited = await worldFor(t, { dir, undocumented: { retrievalPolicy: 5 } })
  t.strictSame(
    await policyOf(limited),
    { Rules: [{ Strategy: 'BytesPerHour', BytesPerHour: 5 }] },
    'the default is that of the server until a policy is set',
  )
  t.match(await limited.ask('POST', '/vaults/docs/jobs', { body }), {
    json: { code: 'PolicyEnforcedException' },
  })
  await limited.ask('PUT', '/policies/data-retrieval', {
    body: { Policy: { Rules: [{ Strategy: 'None' }] } },
  })
  t.strictSame(await policyOf(other), { Rules: [{ Strategy: 'None', BytesPerHour: null }] })
})
