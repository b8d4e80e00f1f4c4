/**
 * `doctor [VAULT]` and `doctor s3://BUCKET`: checks everything that commands need, and says what to do about each problem.
 */
import { totalmem } from 'node:os'
import { systemFiles } from '../../../runtime/system-files.js'
import { systemRuntime } from '../../../runtime/runtime.js'
import { isS3Address } from '../../../s3/s3-address.js'
import { ReportedError, UsageError } from '../../command-errors.js'
import type { DoctorOptions } from '../../commands/doctor.js'
import type { Io } from '../../io.js'
import { bucketAddressOf } from '../../options/bucket-operand.js'
import { formatCount } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { withBucketConnection } from '../bucket-connection.js'
import { withConnection } from '../connection.js'
import { catalogFileOf, localDirOf } from '../data-folder.js'
import { localVaultProblem } from '../local-folder.js'
import { bucketChecks } from './bucket-checks.js'
import { catalogCheck, diskCheck, mirrorCheck } from './catalog-checks.js'
import { findingsOf, type Check, type NamedFinding } from './check.js'
import { connectionChecks } from './connection-checks.js'
import { missingLocalFinding } from './local-check.js'
import { memoryCheck, nodeCheck, usableMemory } from './machine-checks.js'
import { serviceChecks } from './service-checks.js'

/** Runs a function with the checks of a place, while what they need is open. */
type WithChecks = (run: (checks: (signal: AbortSignal) => Check[]) => Promise<number>) => Promise<number>

/**
 * Runs `doctor`.
 *
 * @param place - the name of a vault or the address of a bucket; `undefined` to check what all vaults need
 * @throws {UsageError} options that contradict each other
 * @throws {ReportedError} a check failed
 */
export async function doctor(place: string | undefined, options: DoctorOptions, io: Io): Promise<void> {
  assertPlace(place, options)
  const withChecks = await checksOf(place, options, io)
  const failures = await withChecks((checks) => reportAll(checks, options, io))
  if (failures === 0) return
  if (!options.quiet) printNote(io, `${formatCount(failures, 'check')} failed.`)
  throw new ReportedError('a check failed')
}

/** @throws {UsageError} an option is given that needs a place */
function assertPlace(place: string | undefined, { write, requesterPays, bucketOwner }: DoctorOptions): void {
  if (place !== undefined) return
  if (write)
    throw new UsageError(
      '--write needs the name of a vault or the address of a bucket: glacier-pipe doctor VAULT --write',
    )
  if (requesterPays || bucketOwner !== undefined)
    throw new UsageError(
      '--requester-pays and --bucket-owner need the address of a bucket: glacier-pipe doctor s3://BUCKET',
    )
}

/** The checks of the place. */
async function checksOf(place: string | undefined, options: DoctorOptions, io: Io): Promise<WithChecks> {
  const problem = await localVaultProblem(options, io.env)
  if (problem) {
    const finding = missingLocalFinding(problem, place)
    return (run) => run(() => [{ name: 'local', run: () => finding }])
  }
  const { accountId, bucketOwner: expectedBucketOwner, requesterPays } = options
  const common = { write: options.write === true, now: Date.now }
  if (place === undefined || !isS3Address(place))
    return (run) =>
      withConnection(options, io, ({ client, retryingClient: repeating }) =>
        run((signal) => [
          ...connectionChecks(client, 'glacier', options, io),
          ...serviceChecks({ client, repeating, vaultName: place, accountId, ...common }, signal),
        ]),
      )
  const { bucket, prefix } = bucketAddressOf(place)
  const isLocal = localDirOf(options, io.env) !== undefined
  return (run) =>
    withBucketConnection(options, io, ({ client, retryingClient: repeating }) =>
      run((signal) => {
        const checked = { bucket, prefix, expectedBucketOwner, requesterPays }
        const region = (): Promise<string> => client.region()
        return [
          ...connectionChecks(client, 's3', options, io),
          ...bucketChecks({ client, repeating, place: checked, region, isLocal, ...common }, signal),
        ]
      }),
    )
}

/** Runs all checks and prints their findings; returns the number of failures. */
async function reportAll(
  checksOfPlace: (signal: AbortSignal) => Check[],
  options: DoctorOptions,
  io: Io,
): Promise<number> {
  const stop = new AbortController()
  const signal = AbortSignal.any([io.signal, stop.signal])
  let failures = 0
  try {
    const checks = [...machineChecks(), ...checksOfPlace(signal), ...catalogChecks(options, io)]
    for await (const finding of findingsOf(checks, signal)) {
      if (finding.status === 'failed') failures++
      await print(finding, options, io)
    }
  } finally {
    stop.abort() // a request that hangs must not delay the end
  }
  io.signal.throwIfAborted()
  return failures
}

function machineChecks(): Check[] {
  return [
    { name: 'node', run: () => nodeCheck(process.version) },
    { name: 'memory', run: () => memoryCheck(usableMemory(totalmem(), process.constrainedMemory())) },
  ]
}

function catalogChecks(options: DoctorOptions, io: Io): Check[] {
  const file = catalogFileOf(options, io.env)
  const { catalogMirror: mirror } = options
  const checks: Check[] = [
    { name: 'catalog', run: () => catalogCheck(file, systemRuntime) },
    { name: 'disk', run: () => diskCheck(file, systemFiles) },
  ]
  if (mirror === undefined) return checks
  return [...checks, { name: 'mirror', run: () => mirrorCheck(file, mirror, systemFiles) }]
}

const WORDS = { ok: 'ok', warning: 'warning', failed: 'FAILED' }

async function print(
  { check, status, finding, remedy }: NamedFinding,
  { json, quiet }: DoctorOptions,
  io: Io,
): Promise<void> {
  if (json) return printJson(io, { check, status, finding, remedy })
  if (quiet && status === 'ok') return
  await printData(io, `${WORDS[status].padEnd(8)} ${check.padEnd(12)} ${finding}`)
  if (remedy !== undefined) await printData(io, `${' '.repeat(22)}${remedy}`)
}
