import { once } from 'node:events'
import { rename, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { hashHeaders, type RawResponse } from '../../helpers/local-vault.js'
import { notFound } from '../../../lib/local/service/api-error.js'
import { retryUnlessGone } from '../../../lib/local/service/not-found.js'
import { MIB } from '../../../lib/sizes.js'
import { worldFor } from '../../helpers/strict-world.js'

const invalid = { status: 400, json: { code: 'InvalidParameterValueException', type: 'Client' } }
const missing = { status: 400, json: { code: 'MissingParameterValueException', type: 'Client' } }

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
  const { ask, store, vault } = await worldFor(t)
  const ArchiveId = await store(Buffer.alloc(3 * MIB))
  const folder = join(vault.dir, 'vaults', 'docs')
  await rm(join(folder, 'archives', ArchiveId, '00000.part'))
  const body = { Type: 'archive-retrieval', ArchiveId, RetrievalByteRange: `0-${MIB - 1}` }
  const failed = { status: 507, json: { code: 'LocalStorageException' } }
  t.match(await ask('POST', '/vaults/docs/jobs', { body }), failed)
})

t.test('a part that cannot be opened for a reason of its own fails the list', async (t) => {
  const { ask, initiate, vault } = await worldFor(t)
  const uploadId = await initiate()
  const folder = join(vault.dir, 'vaults', 'docs', 'uploads', uploadId)
  const before = process.cwd()
  process.chdir(folder) // the path of a socket must be short
  const server = createServer().listen('s')
  await once(server, 'listening')
  process.chdir(before)
  t.teardown(() => server.close())
  await rename(join(folder, 's'), join(folder, '00000.part'))
  t.match(await ask('GET', `/vaults/docs/multipart-uploads/${uploadId}`), { status: 507 })
})

t.test(
  'a link in place of a part of an upload is left out of the list, so that the part is sent again',
  async (t) => {
    const { ask, initiate, vault } = await worldFor(t)
    const uploadId = await initiate()
    await symlink('nowhere', join(vault.dir, 'vaults', 'docs', 'uploads', uploadId, '00000.part'))
    const { status, json } = await ask('GET', `/vaults/docs/multipart-uploads/${uploadId}`)
    t.strictSame({ status, parts: json.Parts }, { status: 200, parts: [] })
  },
)

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
