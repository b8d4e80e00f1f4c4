import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { recordsIn as recordsOfLine } from '../../../../lib/catalog/lines/parse-line.js'
import type { CatalogRecord } from '../../../../lib/catalog/record.js'
import type { FaultKind, FaultRule, LocalVault } from '../../../../lib/local/index.js'
import { retrieveArchive } from '../../../../lib/vault/retrieve-archive.js'
import { treeHashOf } from '../../../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../../../lib/sizes.js'
import { runHere, stage } from '../../../helpers/command.js'
import { clientFor, configuredCredentials, localVaultFor } from '../../../helpers/local-vault.js'
import { patternBytes } from '../../../helpers/pattern-source.js'
import type { UploadFault } from '../../../helpers/upload-fault.js'
import { VirtualClock } from '../../../helpers/virtual-clock.js'

const credentials = await configuredCredentials(t)

/** A command that ran in this process against a vault, with pauses that take no time. */
interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly clock: VirtualClock
}

async function put(vault: LocalVault, input: Uint8Array, ...args: string[]): Promise<Ran> {
  const clock = new VirtualClock()
  const it = stage(input, [], {}, clock)
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalogOf(vault)]
  const code = await runHere(['put', 'docs', '--part-size', '1MiB', ...where, ...args], it)
  return { code, out: it.out(), err: it.err(), clock }
}

function catalogOf({ dir }: LocalVault): string {
  return join(dir, 'catalog.jsonl')
}

async function archivesIn({ dir }: LocalVault): Promise<number> {
  const names = await readdir(join(dir, 'vaults', 'docs', 'archives')).catch(() => [])
  return new Set(names.map((name) => name.split('.')[0])).size
}

async function recordsIn(vault: LocalVault): Promise<CatalogRecord[]> {
  return (await readFile(catalogOf(vault), 'utf8')).split('\n').flatMap(recordsOfLine)
}

/** How many requests may have stored an archive that the catalog does not know. */
function openIntents(records: readonly CatalogRecord[]): number {
  const idsOf = (...types: string[]): (string | undefined)[] =>
    records.flatMap((record) => ('intentId' in record && types.includes(record.type) ? record.intentId : []))
  const resolved = new Set(idsOf('archive', 'mismatched', 'rejected'))
  return idsOf('sending').filter((id) => !resolved.has(id)).length
}

async function isStored(t: Test, vault: LocalVault, archiveId: string, bytes: Buffer): Promise<boolean> {
  const client = clientFor(t, vault)
  return (await buffer(retrieveArchive({ client, vaultName: 'docs', archiveId }))).equals(bytes)
}

/** The result of a fault that meets each request: the exit code, and the text on stderr. */
type Ending = readonly [code: number, err: RegExp]

const EXHAUSTED = /The request was given up after \d+ attempts in 300 s/
const KEPT =
  /The upload is kept: its ID is [\w-]{92}\..*\nglacier-pipe: To resume, pipe the same source in again: … \| glacier-pipe put .*--upload-id=[\w-]{92} docs\n$/

interface Row {
  /** Where it meets each request of: an initiation, a part, a completion, a whole archive. */
  readonly always: readonly [initiate: Ending, part: Ending, complete: Ending, whole: Ending]
  /** Archives more than one that a whole archive leaves where it is met once. */
  readonly orphans?: number
  /** Whether meeting it once is already the end. */
  readonly final?: true
}

const transient: Row = {
  always: [
    [1, EXHAUSTED],
    [3, KEPT],
    [3, KEPT],
    [1, EXHAUSTED],
  ],
}
const gone: Ending = [1, /The service does not have the upload .* start a new upload/]
const untaken: Ending = [1, /The upload ID was not found/]

const TABLE: Record<UploadFault, Row> = {
  timeout: transient,
  'timeout-without-body': transient,
  throttle: transient,
  'error-500': transient,
  'error-503': transient,
  'error-html': transient,
  'reset-before': transient,
  'reset-amid': transient,
  'lose-answer': { ...transient, orphans: 1 },
  stall: transient,
  'expired-token': {
    always: [
      [1, /token included in the request is expired/],
      [3, KEPT],
      [3, KEPT],
      [1, /is expired/],
    ],
  },
  'expired-upload': { always: [untaken, gone, gone, untaken], final: true },
  'checksum-mismatch': {
    always: [
      [1, /Checksum mismatch: expected 0+, computed f+/],
      [3, KEPT],
      [3, /Checksum mismatch.* At the service: 4 parts, 3145733 bytes of hash [0-9a-f]{64}/],
      [1, /Checksum mismatch/],
    ],
  },
  'wrong-hash': {
    always: [
      [0, /stored/],
      [3, KEPT],
      [4, /The hash of the archive [\w-]{138} at the service does not match/],
      [4, /The hash of the archive [\w-]{138} does not match/],
    ],
    orphans: 1,
  },
}

const PLACES: readonly [
  where: string,
  operation: string,
  nth: number,
  size: number,
  ending: 0 | 1 | 2 | 3,
][] = [
  ['an initiation', 'InitiateMultipartUpload', 1, 3 * MIB + 5, 0],
  ['a part', 'UploadMultipartPart', 2, 3 * MIB + 5, 1],
  ['the last part', 'UploadMultipartPart', 4, 3 * MIB + 5, 1],
  ['a completion', 'CompleteMultipartUpload', 1, 3 * MIB + 5, 2],
  ['a whole archive', 'UploadArchive', 1, 100, 3],
]

for (const [fault, { always, orphans = 0, final }] of Object.entries(TABLE)) {
  t.test(`${fault}, met once and each time`, async (t) => {
    // Only a stall takes real time. No other may: on a busy machine requests that are carried out would be given up.
    const stalls = fault === 'stall'
    const impatience = stalls ? ['--timeout', '0.2s'] : []
    for (const [where, operation, nth, size, ending] of PLACES) {
      const bytes = patternBytes(size)
      const rule = { fault: fault as FaultKind, operation }
      const vault = await localVaultFor(t, {
        credentials,
        dir: t.testdir(),
        createVaults: true,
        faults: [{ ...rule, nth }],
      })
      const once = await put(vault, bytes, ...impatience)
      const what = `${fault}, once, at ${where}`
      if (final) {
        t.match(once, { code: always[ending][0], err: always[ending][1], out: '' }, what)
      } else {
        t.match(once, { code: 0, out: /^[\w-]{138}\n$/ }, what)
        t.ok(await isStored(t, vault, once.out.trim(), bytes), `${what}: the archive is right`)
        await vault.close() // what was given up may be stored still
        // On a busy machine, more than the first request may be given up. All but the last one were.
        const { carriedOut, requests } = vault.traffic.of(operation)
        const more = stalls ? carriedOut - 1 : orphans
        const unanswered = stalls ? requests - 1 : 1
        t.equal(await archivesIn(vault), 1 + (ending === 3 ? more : 0), `${what}: the archives in the vault`)
        const records = await recordsIn(vault)
        t.equal(records.at(-1)?.type, 'archive', `${what}: it is in the catalog`)
        t.equal(
          openIntents(records),
          ending === 3 && ORPHANING.has(fault) ? unanswered : 0,
          `${what}: an archive that may exist is recorded`,
        )
        t.equal(
          records.filter(({ type }) => type === 'mismatched').length,
          fault === 'wrong-hash' && ending >= 2 ? 1 : 0,
          `${what}: each ID the service named is recorded`,
        )
      }
      await vault.close()

      const other = await localVaultFor(t, {
        credentials,
        dir: t.testdir(),
        createVaults: true,
        faults: [rule],
      })
      const [code, err] = always[ending]
      const ran = await put(other, bytes, '--retry-for', stalls ? '1s' : '5m', ...impatience)
      const expected = stalls && err === EXHAUSTED ? /The request was given up after \d+ attempts in/ : err
      t.match(ran, { code, err: expected }, `${fault}, each time, at ${where}`)
      t.equal(ran.out === '', code !== 0)
      await other.close()
    }
  })
}

/** Faults after which a request that is not idempotent may have been carried out. */
const ORPHANING = new Set([
  'error-500',
  'error-503',
  'error-html',
  'reset-before',
  'reset-amid',
  'lose-answer',
  'stall',
])

t.test('an upload of 64 parts through all kinds of trouble is one archive, and right', async (t) => {
  const bytes = patternBytes(64 * MIB)
  const operation = 'UploadMultipartPart'
  const faults: FaultRule[] = [
    { operation, every: 3, fault: 'reset-amid' },
    { operation, every: 5, fault: 'timeout-without-body' },
    { operation, every: 7, fault: 'throttle' },
    { operation: 'CompleteMultipartUpload', nth: 1, fault: 'lose-answer' },
  ]
  const vault = await localVaultFor(t, { credentials, createVaults: true, faults })
  const ran = await put(vault, bytes, '--json')
  t.equal(ran.code, 0, ran.err)
  const archive = JSON.parse(ran.out) as { archiveId: string; treeHash: string; parts: number }
  t.match(archive, { parts: 64, treeHash: treeHashOf(bytes) })
  t.equal(await archivesIn(vault), 1)
  t.ok(await isStored(t, vault, archive.archiveId, bytes))
  t.equal(vault.traffic.of('CompleteMultipartUpload').requests, 2)
  t.ok(vault.traffic.of(operation).requests > 64 * 1.5)
})

t.test('pauses are told once a request has failed several times, and not each', async (t) => {
  const rule = { operation: 'UploadMultipartPart', times: 20, fault: 'error-503' } as const
  const vault = await localVaultFor(t, { credentials, createVaults: true, faults: [rule] })
  const { err, code } = await put(vault, patternBytes(2 * MIB))
  t.equal(code, 0)
  t.match(
    err,
    /glacier-pipe: UploadMultipartPart: Service unavailable\. \(ServiceUnavailableException\) Attempt 4 follows in \d+ s\.\n/,
  )
  t.equal(err.split('Service unavailable').length, 2)
  const quiet = await localVaultFor(t, { credentials, dir: t.testdir(), createVaults: true, faults: [rule] })
  t.match(await put(quiet, patternBytes(2 * MIB), '-q'), { code: 0, err: '' })
})
