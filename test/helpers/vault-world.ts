import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { LocalVault } from '../../lib/local/index.js'
import { runHere, stage } from './command.js'
import { configuredCredentials, localVaultFor } from './local-vault.js'
import { VirtualClock } from './virtual-clock.js'

let credentials: ReturnType<typeof configuredCredentials> | undefined

/** The result of a command. */
export interface CommandResult {
  readonly code: number
  readonly out: string
  readonly outBytes: Buffer
  readonly err: string
}

/** Commands on the vault of one test, with a catalog of its own. */
export interface VaultWorld {
  readonly vault: LocalVault
  readonly catalog: string
  readonly run: (args: readonly string[], input?: Uint8Array | string) => Promise<CommandResult>
  /** Stores bytes; the archive ID. */
  readonly put: (bytes: Uint8Array | string, ...args: string[]) => Promise<string>
}

/** A local vault for the commands of one test. They run in this process with a virtual clock. */
export async function vaultWorldFor(
  test: Test,
  options: Parameters<typeof localVaultFor>[1] = {},
): Promise<VaultWorld> {
  const vault = await localVaultFor(test, {
    credentials: await (credentials ??= configuredCredentials(t)),
    createVaults: true,
    inventoryInterval: 0,
    ...options,
  })
  const catalog = join(vault.dir, 'catalog.jsonl')
  const where = ['--endpoint', vault.endpoint, '--region', vault.region, '--catalog', catalog]
  const run: VaultWorld['run'] = async ([command = '', ...args], input = '') => {
    const it = stage(Buffer.from(input as Uint8Array), [], {}, new VirtualClock())
    const words = ['catalog', 'vault'].includes(command) ? [command, args.shift() ?? ''] : [command]
    const places = command === 'hash' ? [] : command === 'ls' ? ['--catalog', catalog] : where
    const code = await runHere([...words, ...places, ...args], it)
    return { code, out: it.out(), outBytes: it.outBytes(), err: it.err() }
  }
  const put: VaultWorld['put'] = async (bytes, ...args) => {
    const stored = await run(['put', 'docs', '--part-size', '1MiB', ...args], bytes)
    test.equal(stored.code, 0, stored.err)
    return stored.out.trim()
  }
  return { vault, catalog, run, put }
}
