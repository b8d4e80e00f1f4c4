import type { IncomingMessage } from 'node:http'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { Faults, type FaultKind, type FaultRule, type LocalVault } from '../../../lib/local/index.js'
import { computeChecksums, treeHashOf } from '../../../lib/tree-hash/tree-hash.js'
import { failureKindOf } from '../../../lib/store/failure.js'
import { glacierClient } from '../../../lib/client/glacier-client.js'
import type { SdkVaultClient } from '../../../lib/client/sdk/sdk-vault-client.js'
import { applyToBody } from '../../../lib/local/faults/fault-injection.js'
import { MIB } from '../../../lib/sizes.js'
import { hashHeaders, localVaultFor, send, type RawResponse } from '../../helpers/local-vault.js'
import { patternBytes } from '../../helpers/pattern-source.js'
import { rawConnection } from '../../helpers/raw-connection.js'
import type { UploadFault } from '../../helpers/upload-fault.js'

const vaultName = 'docs'

/** The faults that rules apply to the first requests of an operation. */
function metBy(
  rules: FaultRule[],
  count: number,
  operation = 'UploadMultipartPart',
): (FaultKind | undefined)[] {
  const faults = new Faults()
  for (const rule of rules) faults.add(rule)
  return Array.from({ length: count }, () => faults.match(operation)?.fault)
}

t.test('a rule fails the requests it says', async (t) => {
  const [no, hit] = [undefined, 'throttle'] as const
  for (const [rule, met] of [
    [{}, [hit, hit, hit, hit]],
    [{ nth: 1 }, [hit, no, no, no]],
    [{ nth: 3 }, [no, no, hit, no]],
    [{ every: 2 }, [no, hit, no, hit]],
    [{ every: 1, times: 2 }, [hit, hit, no, no]],
    [{ operation: 'UploadMultipartPart', nth: 2 }, [no, hit, no, no]],
    [{ operation: 'ListParts' }, [no, no, no, no]],
  ] as const) {
    t.strictSame(metBy([{ fault: hit, ...rule }], 4), met, JSON.stringify(rule))
  }
  t.strictSame(
    metBy(
      [
        { fault: 'stall', every: 3 },
        { fault: 'timeout', every: 2 },
      ],
      6,
    ),
    [no, 'timeout', 'stall', 'timeout', no, 'stall'],
    'the first rule that fits is followed, and all have counted',
  )
})

t.test('a rule that makes no sense is refused', async (t) => {
  for (const [rule, message] of [
    [{ fault: 'fire' }, /fault of Faults\.add must be 'timeout', .*, not 'fire'/],
    [
      { fault: 'stall', operation: 'Upload' },
      /operation of Faults\.add must be the name of an operation, as UploadMultipartPart, not 'Upload'/,
    ],
    [{ fault: 'stall', nth: 0 }, /nth of Faults\.add must be a whole number from 1 up, not 0/],
    [{ fault: 'stall', every: 1.5 }, /every of .* a whole number/],
    [{ fault: 'stall', times: -1 }, /times of .* a whole number/],
    [{ fault: 'slow', bytesPerSecond: 0 }, /bytesPerSecond of .* a whole number/],
    [{ fault: 'stall', nth: 1, every: 1 }, /nth or every, not both/],
  ] as const) {
    t.throws(
      () => {
        new Faults().add(rule as FaultRule)
      },
      { name: 'RangeError', message },
    )
  }
  await t.rejects(localVaultFor(t, { faults: [{ fault: 'fire' as 'stall' }] }), { name: 'RangeError' })
})

/** A local vault with a fault at the first part, an upload in it, and clients with and without patience. */
async function vaultWith(
  t: Test,
  fault: FaultKind,
): Promise<{ client: SdkVaultClient; impatient: SdkVaultClient; uploadId: string }> {
  const vault = await localVaultFor(t, { createVaults: true })
  const { endpoint, region, credentials } = vault
  const client = glacierClient({ endpoint, region, credentials })
  const impatient = glacierClient({ endpoint, region, credentials }, { idleTimeout: 50 })
  t.teardown(() => {
    client.destroy()
    impatient.destroy()
  })
  const { uploadId } = await client.initiateUpload({ vaultName, partSize: MIB })
  vault.faults.add({ fault, operation: 'UploadMultipartPart', nth: 1 })
  return { client, impatient, uploadId }
}

t.test('each fault of an upload looks to a client like what it is named for', async (t) => {
  const bytes = Buffer.alloc(MIB, 7)
  const part = { vaultName, range: { start: 0, end: MIB }, bytes, ...computeChecksums(bytes) }
  const table: Record<UploadFault, [kind: string, error: object, carriedOut: boolean]> = {
    timeout: ['slow', { serviceCode: 'RequestTimeoutException', status: 408 }, false],
    'timeout-without-body': ['slow', { serviceCode: 'UnexpectedResponse', status: 408 }, false],
    throttle: ['throttled', { serviceCode: 'ThrottlingException', status: 400 }, false],
    'error-500': ['transient', { serviceCode: 'ServiceUnavailableException', status: 500 }, false],
    'error-503': ['transient', { serviceCode: 'ServiceUnavailableException', status: 503 }, false],
    'error-html': ['transient', { serviceCode: 'UnexpectedResponse', status: 503 }, false],
    'expired-token': ['expired', { serviceCode: 'ExpiredTokenException', status: 403 }, false],
    'expired-upload': ['final', { serviceCode: 'ResourceNotFoundException', status: 404 }, false],
    'checksum-mismatch': ['corrupted', { serviceCode: 'InvalidParameterValueException', status: 400 }, false],
    'reset-before': ['transient', { code: 'ERR_CONNECTION' }, false],
    'reset-amid': ['transient', { code: 'ERR_CONNECTION' }, false],
    'lose-answer': ['transient', { code: 'ERR_CONNECTION' }, true],
    stall: ['slow', { code: 'ERR_CONNECTION', message: /No progress for 0\.05 s/ }, false],
    'wrong-hash': ['', {}, true],
  }
  for (const [fault, [kind, error, carriedOut]] of Object.entries(table)) {
    await t.test(fault, async (t) => {
      const { client, impatient, uploadId } = await vaultWith(t, fault as FaultKind)
      if (fault === 'wrong-hash') t.equal(await client.uploadPart({ ...part, uploadId }), 'f'.repeat(64))
      else {
        const sender = fault === 'stall' ? impatient : client
        const failed = await sender.uploadPart({ ...part, uploadId }).catch((thrown: unknown) => thrown)
        t.match(failed, error)
        t.equal(failureKindOf(failed), kind)
      }
      const { items } = await client.listParts({ vaultName, uploadId })
      t.equal(items.length, carriedOut ? 1 : 0, carriedOut ? 'it was carried out' : 'it was not carried out')
      t.equal(await client.uploadPart({ ...part, uploadId }), part.treeHash, 'the next one is not failed')
    })
  }
})

t.test('each fault of a retrieval looks like what it is named for', async (t) => {
  const bytes = patternBytes(2 * MIB)
  const hash = treeHashOf(bytes)
  const path = '/-/vaults/docs'
  const vault = await localVaultFor(t, { createVaults: true })
  const post = (rest: string, body: Uint8Array | string, headers = {}): Promise<RawResponse> =>
    send(vault, { method: 'POST', path: `${path}${rest}`, body, headers })
  const stored = await post('/archives', bytes, hashHeaders(bytes))
  const order = JSON.stringify({ Type: 'archive-retrieval', ArchiveId: stored.headers['x-amz-archive-id'] })
  const job = await post('/jobs', order)
  const output = (): Promise<RawResponse> =>
    send(vault, { method: 'GET', path: `${path}/jobs/${String(job.headers['x-amz-job-id'])}/output` })
  const under = (fault: FaultKind, more: Partial<FaultRule> = {}): void => {
    vault.faults.clear()
    vault.faults.add({ fault, times: 1, ...more })
  }

  under('no-hash')
  const unhashed = await output()
  t.notOk('x-amz-sha256-tree-hash' in unhashed.headers)
  t.ok(unhashed.body.equals(bytes))

  under('wrong-hash')
  t.equal((await output()).headers['x-amz-sha256-tree-hash'], 'f'.repeat(64))

  under('corrupt-output')
  const corrupt = await output()
  t.match(corrupt, { status: 200, headers: { 'x-amz-sha256-tree-hash': hash } })
  const differing = [...bytes.keys()].filter((at) => bytes[at] !== corrupt.body[at])
  t.strictSame(differing, [MIB], 'one byte, in the middle')

  under('cut-output')
  await t.rejects(output(), { code: 'ECONNRESET' })

  under('expired-job')
  t.match(await output(), { status: 404, json: { message: /^The job ID was not found/ } })
  under('no-capacity', { operation: 'InitiateJob' })
  t.match(await post('/jobs', order), { status: 503, json: { code: 'InsufficientCapacityException' } })

  // 2 MiB at 40 MiB/s are a beat of 50 ms: what is asserted is that it takes one, not how long.
  under('slow', { bytesPerSecond: 40 * MIB })
  t.ok((await output()).body.equals(bytes))
  under('slow', { bytesPerSecond: 40 * MIB, operation: 'UploadArchive' })
  t.equal((await post('/archives', bytes, hashHeaders(bytes))).headers['x-amz-sha256-tree-hash'], hash)
  under('slow')
  const small = Buffer.from('hello world')
  t.match(
    await post('/archives', small, hashHeaders(small)),
    { status: 201 },
    'slow, if nothing is said, is 64 KiB/s',
  )

  for (const fault of ['cut-output', 'corrupt-output', 'no-hash', 'slow'] as const) {
    under(fault)
    t.match(
      await send(vault, { method: 'GET', path }),
      { status: 200 },
      `${fault}: what has no output is as it was`,
    )
  }
})

t.test('what goes slowly goes in pieces, a beat apart', async (t) => {
  const beats: number[] = []
  async function* source(): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.alloc(5000)
  }
  const request = Object.assign(new PassThrough(), { socket: new PassThrough() })
  const under = (bytesPerSecond: number): AsyncIterable<Buffer> =>
    applyToBody({ fault: 'slow', bytesPerSecond }, source(), request as unknown as IncomingMessage)
  for await (const piece of under(40_000)) beats.push(piece.length)
  t.strictSame(beats, [2000, 2000, 1000])
  const begun = performance.now()
  for await (const piece of under(10)) {
    t.equal(piece.length, 1)
    t.ok(performance.now() - begun > 90, 'less than a byte a beat takes longer than a beat')
    break
  }
  request.socket.destroy()
  let count = 0
  for await (const piece of under(1)) count += piece.length
  t.equal(count, 5000, 'of a client that has gone nothing is waited for')
})

t.test('a client that hangs up amid a slow upload does not keep the vault from closing', async (t) => {
  const vault = await localVaultFor(t, { faults: [{ fault: 'slow', bytesPerSecond: 1000 }] })
  const body = Buffer.alloc(MIB)
  const path = '/-/vaults/docs/archives'
  await t.rejects(
    send(vault, { method: 'POST', path, body, headers: hashHeaders(body), hangUpAfter: MIB / 2 }),
  )
  await vault.close() // within the timeout of the test: a chunk of 64 KiB takes a minute
})

t.test('faults also meet requests without a body, and can be cleared', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true, faults: [{ fault: 'reset-amid' }] })
  const ask = () => send(vault, { method: 'GET', path: '/-/vaults' })
  await t.rejects(ask(), { code: 'ECONNRESET' })
  vault.faults.clear()
  t.equal((await ask()).status, 200)
  vault.faults.add({ fault: 'wrong-hash' })
  t.equal((await ask()).status, 200, 'what has no hash is answered as it is')
})

t.test('a client that hangs up amid a request that is to be reset is no trouble', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true, faults: [{ fault: 'reset-amid' }] })
  const body = Buffer.alloc(MIB)
  const path = '/-/vaults/docs/archives'
  await t.rejects(send(vault, { method: 'POST', path, body, headers: hashHeaders(body), hangUpAfter: 1000 }))
  await come(vault, 'UploadArchive')
  vault.faults.clear()
  t.equal((await send(vault, { method: 'GET', path: '/-/vaults' })).status, 200)
})

t.test('a body that stalls is not waited for without end, whatever is to become of it', async (t) => {
  for (const fault of ['reset-amid', 'throttle', 'error-html'] as const) {
    const vault = await localVaultFor(t, { dir: t.testdir(), idleTimeout: 60, faults: [{ fault }] })
    const put = ['POST /-/vaults/docs/archives HTTP/1.1', 'Host: a', 'Content-Length: 9999', '', 'some']
    const text = await rawConnection(t, vault, ...put).closed()
    t.match(text, fault === 'reset-amid' ? /^$/ : /^HTTP\/1\.1 /, fault)
  }
})

t.test('a stalled request does not keep the vault from closing', async (t) => {
  const vault = await localVaultFor(t, { faults: [{ fault: 'stall' }] })
  const stalled = send(vault, { method: 'GET', path: '/-/vaults' })
  stalled.catch(() => undefined)
  await come(vault, 'ListVaults')
  await vault.close()
  await t.rejects(stalled)
})

t.test('what has come is counted by operation', async (t) => {
  const vault = await localVaultFor(t, { createVaults: true })
  const body = Buffer.alloc(1000)
  const path = '/-/vaults/docs/archives'
  await send(vault, { method: 'POST', path, body, headers: hashHeaders(body) })
  await send(vault, {
    method: 'POST',
    path,
    body,
    headers: { ...hashHeaders(body), 'x-amz-sha256-tree-hash': 'x' },
  })
  await send(vault, { method: 'PUT', path: '/nowhere' })
  t.match(vault.traffic.of('UploadArchive'), {
    requests: 2,
    carriedOut: 1,
    bytes: 1000,
    underWay: 0,
    maxAtOnce: 1,
  })
  t.match(vault.traffic.of('ListVaults'), { requests: 0, carriedOut: 0, bytes: 0 })
})

/** Waits until a request of an operation has come. */
async function come(vault: LocalVault, operation: string): Promise<void> {
  while (vault.traffic.of(operation).requests === 0) await new Promise((resolve) => setImmediate(resolve))
}
