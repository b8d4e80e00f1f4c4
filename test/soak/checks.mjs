/**
 * What must hold at the end: compared are what the puts have said, the lines of the catalog, and the folders of the vaults.
 * Nothing of the library takes part but the retrieval itself.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { glacierClient, retrieveArchive } from '../../dist/index.js'
import { sha256 } from './random.mjs'
import { hashOf } from './state.mjs'

/** @typedef {import('./state.mjs').State} State */
/** @typedef {Record<string, any>} CatalogLine */

const VAULT = 'soak'
/** A rise of the memory of a server over half of the soak that counts as a leak: bytes, and a fraction of its level. */
const MAX_RISE_BYTES = 33_554_432
const MAX_RISE_RATIO = 0.25
const MAX_DESCRIPTOR_RISE = 8
/** The end of the name of a file that tries whether the disk has room. */
const TRIAL = /\.[0-9a-f]{12}\.room$/

/**
 * Reads the records of a catalog. Lines that a killed process has cut off are counted.
 *
 * @param {string} catalog
 */
export async function readLines(catalog) {
  /** @type {CatalogLine[]} */
  const records = []
  let torn = 0
  for (const line of (await readFile(catalog, 'utf8').catch(() => '')).split('\n')) {
    if (line === '') continue
    try {
      records.push(JSON.parse(line))
    } catch {
      torn++
    }
  }
  return { records, torn }
}

/**
 * Checks that each stream whose put has succeeded is in the catalog and in the vault, and that its bytes come back.
 *
 * @param {State} state
 * @param {readonly CatalogLine[]} records
 * @returns the number of streams that were retrieved, and of those that `prune` has deleted
 */
export async function checkStored(state, records) {
  const deleted = new Set(records.filter(({ type }) => type === 'deleted').map(({ archiveId }) => archiveId))
  let pruned = 0
  let retrieved = 0
  for (const { archiveId, stream, run } of state.stored.values()) {
    const volumes = new Map()
    for (const record of records)
      if (record.type === 'archive' && (record.archiveId === archiveId || record.firstVolume === archiveId))
        volumes.set(record.volume, record)
    if (volumes.size === 0) state.violate(`the catalog does not have ${archiveId}`, run)
    if ([...volumes.values()].some((record) => deleted.has(record.archiveId))) {
      pruned++
      continue
    }
    const pieces = []
    for (const [, record] of [...volumes].sort(([a], [b]) => a - b)) {
      const bytes = await bytesOf(stream.server.endpoint, record.archiveId).catch(
        (/** @type {unknown} */ error) => {
          state.violate(`${record.archiveId} cannot be retrieved: ${String(error)}`, run)
          return Buffer.alloc(0)
        },
      )
      pieces.push(bytes)
    }
    if (sha256(Buffer.concat(pieces)) === hashOf(stream)) retrieved++
    else state.violate(`${archiveId} does not come back as it was sent`, run)
  }
  return { retrieved, pruned }
}

/**
 * Checks that the catalog has a record, or an intent, of each archive in a vault, with the same content.
 *
 * @param {State} state
 * @param {readonly CatalogLine[]} records
 * @param {import('./server.mjs').Server} server
 * @returns the number of archives in the vault
 */
export async function checkVault(state, records, server) {
  const settled = new Set()
  for (const { type, intentId, uploadId } of records)
    if (type === 'archive' || type === 'rejected') settled.add(intentId ?? uploadId)
  const folder = join(server.dir, 'vaults', VAULT, 'archives')
  const names = await readdir(folder).catch(() => [])
  const archives = new Set(names)
  for (const name of names) {
    const { archiveId, size, treeHash } = JSON.parse(
      await readFile(join(folder, name, 'archive.json'), 'utf8'),
    )
    const isSame = (/** @type {CatalogLine} */ record) => record.size === size && record.treeHash === treeHash
    const known = records.filter((record) => record.archiveId === archiveId && record.type === 'archive')
    const intents = records.filter(
      ({ type, intentId, uploadId, ...record }) =>
        ['sending', 'completing', 'unknown'].includes(type) &&
        !settled.has(intentId ?? uploadId) &&
        isSame(record),
    )
    if (known.length === 0 && intents.length === 0) state.violate(`the catalog knows nothing of ${archiveId}`)
    if (!known.every(isSame)) state.violate(`the catalog has another size or hash for ${archiveId}`)
  }
  const deleted = new Set(records.filter(({ type }) => type === 'deleted').map(({ archiveId }) => archiveId))
  for (const { type, archiveId, endpoint } of records)
    if (
      type === 'archive' &&
      endpoint === server.endpoint &&
      !deleted.has(archiveId) &&
      !archives.has(archiveId)
    )
      state.violate(`the vault has lost ${archiveId}`)
  return names.length
}

/**
 * Checks that no lock, partial or temporary file is left when no process runs. A process that is killed while it tries
 * whether the disk has room for its records leaves that file, which is counted.
 *
 * @param {State} state
 * @param {string} catalog
 * @param {string} outputs
 * @param {readonly import('./server.mjs').Server[]} servers
 * @returns the number of such trials
 */
export async function checkLeftovers(state, catalog, outputs, servers) {
  const expected = new Set([basename(catalog), `${basename(catalog)}.locks`])
  const left = (await readdir(dirname(catalog))).filter(
    (name) => name.startsWith(basename(catalog)) && !expected.has(name),
  )
  const within = async (/** @type {string} */ dir) =>
    (await readdir(dir).catch(() => [])).map((name) => join(dir, name))
  left.push(...(await within(`${catalog}.locks`)))
  left.push(...(await readdir(outputs)).filter((name) => !/^\d+$/.test(name)))
  for (const { dir } of servers) {
    left.push(...(await within(join(dir, 'tmp'))), ...(await within(join(dir, 'locks'))))
  }
  const isTrial = (/** @type {string} */ path) => TRIAL.test(path)
  for (const path of left.filter((one) => !isTrial(one))) state.violate(`left behind: ${path}`)
  return left.filter(isTrial).length
}

/**
 * Checks that memory and descriptors of a server do not rise.
 *
 * @param {State} state
 * @param {import('./server.mjs').Server} server
 * @param {{ memory: { rise: number, level: number }, descriptors: { rise: number } }} curves
 */
export function checkCurves(state, { name }, { memory, descriptors }) {
  if (memory.rise > Math.max(MAX_RISE_BYTES, MAX_RISE_RATIO * memory.level))
    state.violate(
      `the memory of the server ${name} rises by ${Math.round(memory.rise)} bytes over half of the soak`,
    )
  if (descriptors.rise > MAX_DESCRIPTOR_RISE)
    state.violate(
      `the descriptors of the server ${name} rise by ${descriptors.rise.toFixed(1)} over half of the soak`,
    )
}

/**
 * @param {string} endpoint
 * @param {string} archiveId
 */
function bytesOf(endpoint, archiveId) {
  const client = glacierClient({ endpoint, region: 'us-east-1' })
  return buffer(retrieveArchive({ client, vaultName: VAULT, archiveId }))
}
