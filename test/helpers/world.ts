import { readFile, writeFile, appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { CatalogRecord } from '../../lib/catalog/record.js'
import type { LocalVault } from '../../lib/local/index.js'
import { runHere, stage } from './command.js'
import { localVaultFor } from './local-vault.js'
import { VirtualClock } from './virtual-clock.js'

/** How a command ended. */
export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A vault server and a catalog of one test, and commands that use them. */
export interface World {
  readonly vault: LocalVault
  readonly catalog: string
  /** The fields of a record that state its vault. */
  readonly place: { readonly region: string; readonly endpoint: string; readonly vaultName: string }
  readonly run: (args: readonly string[], input?: Uint8Array | string) => Promise<Ran>
  /** Stores bytes in the vault `docs`; the archive IDs. */
  readonly put: (bytes: Uint8Array | string, ...args: string[]) => Promise<string[]>
  readonly records: () => Promise<CatalogRecord[]>
  readonly append: (...records: readonly object[]) => Promise<void>
  /** Keeps the records for which a function says so. */
  readonly keep: (isKept: (record: CatalogRecord) => boolean) => Promise<void>
}

/** Makes a {@link World}. */
export async function worldFor(
  test: Test,
  credentials: LocalVault['credentials'],
  options: Parameters<typeof localVaultFor>[1] = {},
): Promise<World> {
  const vault = await localVaultFor(test, {
    credentials,
    createVaults: true,
    inventoryInterval: 0,
    ...options,
  })
  const { endpoint, region } = vault
  const catalog = join(vault.dir, 'catalog.jsonl')
  const where = ['--endpoint', endpoint, '--region', region, '--catalog', catalog]
  const run: World['run'] = async ([command = '', ...args], input = '') => {
    const it = stage(Buffer.from(input as Uint8Array), [], {}, new VirtualClock())
    const words = ['catalog', 'vault'].includes(command) ? [command, args.shift() ?? ''] : [command]
    const code = await runHere(
      [...words, ...(command === 'ls' ? ['--catalog', catalog] : where), ...args],
      it,
    )
    return { code, out: it.out(), err: it.err() }
  }
  const records: World['records'] = async () =>
    (await readFile(catalog, 'utf8').catch(() => ''))
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CatalogRecord)
  const text = (all: readonly object[]): string => all.map((record) => `${JSON.stringify(record)}\n`).join('')
  return {
    vault,
    catalog,
    place: { region, endpoint, vaultName: 'docs' },
    run,
    async put(bytes, ...args) {
      const before = (await records()).length
      const stored = await run(['put', 'docs', '--part-size', '1MiB', ...args], bytes)
      test.equal(stored.code, 0, stored.err)
      return (await records()).slice(before).flatMap((it) => (it.type === 'archive' ? it.archiveId : []))
    },
    records,
    append: (...all) => appendFile(catalog, text(all)),
    async keep(isKept) {
      await writeFile(catalog, text((await records()).filter(isKept)))
    },
  }
}
