import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ended, start } from '../../../helpers/command.js'
import { settled } from '../../../helpers/gate.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import { killAfter, put, recordsOf, startPut, vaultFor, type PutWorld } from '../../../helpers/put.js'
import { MIB } from '../../../../lib/sizes.js'

// Who owns an upload: real processes, paused, killed and robbed of their lock.

const bytes = patternBytes(5 * MIB)

/** A put that has begun an upload and sent three parts, and waits for more of its source. */
async function putUnderWay(
  test: Test,
  world: PutWorld,
  ...args: string[]
): Promise<{ child: ReturnType<typeof start>; uploadId: string }> {
  const child = startPut([...world.where, ...args], world.keys)
  test.teardown(() => child.kill('SIGKILL'))
  const before = world.vault.traffic.of('UploadMultipartPart').carriedOut
  child.stdin.write(bytes.subarray(0, 3 * MIB))
  while (world.vault.traffic.of('UploadMultipartPart').carriedOut < before + 3) await settled(1)
  const begun = (await recordsOf(world.catalog)).findLast((record) => record.type === 'begun')
  return { child, uploadId: begun?.type === 'begun' ? begun.uploadId : '' }
}

t.test(
  'an upload whose process runs, or is paused, is refused to others; once it is killed it is not',
  async (t) => {
    for (const named of [['--name', 'db'], []]) {
      const world = await vaultFor(t, t.testdir())
      const { vault, where, keys, catalog } = world
      const { child, uploadId } = await putUnderWay(t, world, ...named)
      const before = await recordsOf(catalog)
      for (const pause of [false, true]) {
        if (pause) child.kill('SIGSTOP')
        for (const how of [['--resume', ...named], [`--upload-id=${uploadId}`]]) {
          const second = await put([...how, ...where], keys, Readable.from([bytes]))
          t.match(second, {
            code: 1,
            stderr: new RegExp(
              `^glacier-pipe: The upload ${uploadId} is owned by process ${child.pid} on \\S+ since \\S+Z\\. [^\n]*\n$`,
            ),
          })
          t.equal(second.stdout.length, 0)
        }
      }
      t.strictSame(await recordsOf(catalog), before)
      t.equal(vault.traffic.of('UploadMultipartPart').requests, 3)
      child.kill('SIGKILL')
      await ended(child)
      const found = await put(['--resume', ...named, ...where], keys, Readable.from([bytes]))
      t.match(found, { code: 0, stderr: new RegExp(`Resuming the upload ${uploadId}`) })
      t.equal(vault.traffic.of('UploadMultipartPart').carriedOut, 5, 'each part once')
      await vault.close()
    }
  },
)

t.test('an upload of another first part is no reason to refuse a stream without a name', async (t) => {
  const world = await vaultFor(t, t.testdir())
  const { where, keys } = world
  const { child } = await putUnderWay(t, world)
  const other = await put(['--resume', ...where], keys, Readable.from([patternBytes(2 * MIB, 1)]))
  t.match(other, { code: 0, stderr: /Starting a new upload\. (That upload stays|Those uploads stay) open/ })
  const first = ended(child)
  child.stdin.end(bytes.subarray(3 * MIB))
  t.match(await first, { code: 0 })
})

t.test('who no longer holds the lock does not complete, abort or record anything more', async (t) => {
  for (const onFailure of ['keep', 'abort']) {
    const world = await vaultFor(t, t.testdir())
    const { vault, catalog } = world
    const { child, uploadId } = await putUnderWay(t, world, '--on-failure', onFailure)
    const before = await recordsOf(catalog)
    await rm(`${catalog}.locks`, { recursive: true })
    const found = ended(child)
    child.stdin.end(bytes.subarray(3 * MIB))
    t.match(await found, {
      code: 3,
      stderr: new RegExp(`no longer owns the lock on the [^\n]*The upload is kept: its ID is ${uploadId}`),
    })
    t.strictSame(await recordsOf(catalog), before)
    t.equal(vault.traffic.of('CompleteMultipartUpload').requests, 0)
    t.equal(vault.traffic.of('AbortMultipartUpload').requests, 0)
    await vault.close()
  }
})

t.test(
  'killed between a request that stores an archive and its answer, the archive is known to be possible',
  async (t) => {
    const world = await vaultFor(t, t.testdir())
    const { vault, where, keys, catalog } = world
    vault.faults.add({ operation: 'UploadArchive', fault: 'lose-answer' })
    const child = startPut(where, keys)
    const killed = killAfter(child, vault, 'UploadArchive', 1)
    child.stdin.end('hello world')
    await killed
    vault.faults.clear()
    const [sending, ...more] = await recordsOf(catalog)
    t.match(sending, { type: 'sending', size: 11 })
    t.ok(
      more.every(({ type }) => type === 'sending'),
      'one for each request',
    )
    const found = await put(['--resume', ...where], keys, Readable.from([Buffer.from('hello world')]))
    t.match(found, { code: 0 }, 'and it is not sent again by its intent')
    t.match((await recordsOf(catalog)).at(-1), { type: 'archive', archiveId: found.stdout.toString().trim() })
  },
)

t.test('as the README has it, until … | put --resume ends, whatever becomes of the source', async (t) => {
  const sources = {
    'the same': bytes,
    changed: Buffer.concat([bytes.subarray(0, MIB), Buffer.alloc(2 * MIB, 1), bytes.subarray(3 * MIB)]),
    shorter: bytes.subarray(0, 2 * MIB),
    unrelated: patternBytes(3 * MIB, 9),
  }
  for (const [what, source] of Object.entries(sources)) {
    const world = await vaultFor(t, t.testdir())
    const { vault, where, keys } = world
    const { child } = await putUnderWay(t, world)
    child.kill('SIGKILL')
    await ended(child)
    const codes: (number | null)[] = []
    let stdout = ''
    while (codes.at(-1) !== 0 && codes.length < 4) {
      const found = await put(['--resume', ...where], keys, Readable.from([source]))
      codes.push(found.code)
      stdout = found.stdout.toString()
    }
    t.strictSame(codes, what === 'shorter' ? [3, 0] : [0], what)
    const got = await ended(start(['get', ...where, 'docs', '--', stdout.trim()], keys))
    t.ok(got.stdout.equals(source), what)
    await vault.close()
  }
})
