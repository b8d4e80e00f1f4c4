/** `doctor [VAULT]`: checks everything that commands need, and says what to do about each problem. */
import { totalmem } from 'node:os'
import { systemFiles } from '../../../runtime/system-files.js'
import { systemRuntime } from '../../../runtime/runtime.js'
import { ReportedError, UsageError } from '../../command-errors.js'
import type { DoctorOptions } from '../../commands/doctor.js'
import type { Io } from '../../io.js'
import { formatCount } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { withConnection, type Connection } from '../connection.js'
import { catalogFileOf, localDirOf } from '../data-folder.js'
import { catalogCheck, diskCheck, mirrorCheck } from './catalog-checks.js'
import { findingsOf, ok, withoutRegion, type Check, type NamedFinding } from './check.js'
import { credentialsCheck, regionCheck } from './credentials-checks.js'
import { localCheck } from './local-check.js'
import { memoryCheck, networkCheck, nodeCheck, usableMemory } from './machine-checks.js'
import { serviceChecks } from './service-checks.js'

/**
 * Runs `doctor`.
 *
 * @throws {UsageError} options that contradict each other
 * @throws {ReportedError} a check failed
 */
export async function doctor(vaultName: string | undefined, options: DoctorOptions, io: Io): Promise<void> {
  if (options.write && vaultName === undefined)
    throw new UsageError('--write needs the name of a vault: glacier-pipe doctor VAULT --write')
  const failures = await withConnection(options, io, (connection) =>
    reportAll(connection, vaultName, options, io),
  )
  if (failures === 0) return
  if (!options.quiet) printNote(io, `${formatCount(failures, 'check')} failed.`)
  throw new ReportedError('a check failed')
}

/** Runs all checks and prints their findings; returns the number of failures. */
async function reportAll(
  connection: Connection,
  vaultName: string | undefined,
  options: DoctorOptions,
  io: Io,
): Promise<number> {
  const stop = new AbortController()
  const signal = AbortSignal.any([io.signal, stop.signal])
  let failures = 0
  try {
    const checks = [
      ...machineChecks(),
      ...connectionChecks(connection, options, io),
      ...serviceChecks({ client: connection.client, vaultName, ...serviceOptions(options) }, signal),
      ...catalogChecks(options, io),
    ]
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

function serviceOptions({ accountId, write }: DoctorOptions): {
  accountId: string | undefined
  write: boolean
  now: () => number
} {
  return { accountId, write: write === true, now: Date.now }
}

function machineChecks(): Check[] {
  return [
    { name: 'node', run: () => nodeCheck(process.version) },
    { name: 'memory', run: () => memoryCheck(usableMemory(totalmem(), process.constrainedMemory())) },
  ]
}

function connectionChecks({ client }: Connection, options: DoctorOptions, io: Io): Check[] {
  const dir = localDirOf(options, io.env)
  if (dir !== undefined) return [{ name: 'local', run: () => ok(`the local vault in ${dir} is used`) }]
  const { connection } = client
  return [
    { name: 'local', run: () => localCheck(io) },
    { name: 'credentials', run: () => credentialsCheck(connection, options, Date.now) },
    { name: 'region', run: () => regionCheck(connection, options, io.env) },
    {
      name: 'network',
      run: async () => {
        const endpoint = await endpointOf(client)
        return endpoint === undefined ? withoutRegion() : networkCheck(endpoint, io.env)
      },
    },
  ]
}

/** The URL that requests go to; `undefined` if it depends on the region, and none is set. */
export async function endpointOf(
  client: Pick<Connection['client'], 'endpoint' | 'region'>,
): Promise<string | undefined> {
  const region = await client.region().catch(() => undefined)
  const endpoint = await client.endpoint().catch(() => undefined)
  return endpoint ?? (region && `https://glacier.${region}.amazonaws.com`)
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
