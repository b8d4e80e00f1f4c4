import { once } from 'node:events'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Test } from 'tap'
import { readCatalog } from '../../lib/catalog/catalog.js'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import type { LocalVault, LocalVaultOptions } from '../../lib/local/index.js'
import { MIB } from '../../lib/sizes.js'
import { commandHere, ended, partsIn, runHere, stage, start, type Ended } from './command.js'
import { settled } from './gate.js'
import { localVaultFor } from './local-vault.js'
import { patternBytes } from './pattern-source.js'
import { VirtualClock } from './virtual-clock.js'

/** Runs a command in this process, on the local vault of a folder. */
export async function here(
  dir: string,
  args: readonly string[],
  input: Uint8Array = Buffer.alloc(0),
  terminals: Parameters<typeof stage>[1] = [],
): Promise<{ code: number; out: string; err: string }> {
  const it = stage(input, terminals, {}, new VirtualClock())
  const code = await runHere([...args, '--local-dir', dir], it)
  return { code, out: it.out(), err: it.err() }
}

/** The records of a catalog. */
export async function recordsOf(file: string): Promise<CatalogRecord[]> {
  const records: CatalogRecord[] = []
  for await (const record of readCatalog(file)) records.push(record)
  return records
}

/** A vault in this process, for commands in others. */
export interface PutWorld {
  readonly vault: LocalVault
  /** The options by which a command reaches it. */
  readonly where: string[]
  readonly keys: NodeJS.ProcessEnv
  readonly catalog: string
}

/** A local vault in this process, for commands in others: what came of them is counted here. */
export async function vaultFor(
  test: Test,
  dir: string,
  options: Partial<LocalVaultOptions> = {},
): Promise<PutWorld> {
  const vault = await localVaultFor(test, { dir, createVaults: true, ...options })
  const catalog = join(dir, 'catalog.jsonl')
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const { accessKeyId, secretAccessKey } = vault.credentials
  return {
    vault,
    where,
    keys: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    catalog,
  }
}

/** Starts the built command's `put` of parts of 1 MiB. */
export function startPut(args: readonly string[], keys: NodeJS.ProcessEnv): ReturnType<typeof start> {
  const child = start(['put', 'docs', '--part-size', '1MiB', ...args], keys)
  child.stdin.on('error', () => undefined) // the command may end before it has read everything
  return child
}

/** Puts a stream in parts of 1 MiB, in this process. */
export function put(args: readonly string[], keys: NodeJS.ProcessEnv, source: Readable): Promise<Ended> {
  return commandHere(['put', 'docs', '--part-size', '1MiB', ...args], keys, source)
}

/** Interrupts a put once it has sent three parts; its upload ID, as stderr has it. */
export async function stopAfterParts(
  child: ReturnType<typeof start>,
  dir: string,
): Promise<{ uploadId: string; partial: Ended }> {
  child.stdin.on('error', () => undefined)
  child.stdin.write(patternBytes(3 * MIB))
  await partsIn(dir, 3)
  child.kill('SIGINT')
  const partial = await ended(child)
  return { partial, uploadId: /--upload-id=(\S+)/.exec(partial.stderr)?.[1] ?? '' }
}

/** Kills a put when the vault has carried out so many requests of an operation since now, and waits until it is quiet. */
export async function killAfter(
  child: ReturnType<typeof start>,
  vault: LocalVault,
  operation: string,
  count: number,
): Promise<void> {
  const before = vault.traffic.of(operation).carriedOut
  while (vault.traffic.of(operation).carriedOut < before + count) await settled(1)
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  while (Object.values(vault.traffic.all()).some(({ underWay }) => underWay > 0)) await settled(1)
}
