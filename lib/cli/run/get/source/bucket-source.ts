/** An object of a bucket as the source of a `get`. */
import { printAddress } from '../../../../s3/s3-address.js'
import { restoreTimesOf } from '../../../../s3/restore/restore-times.js'
import type { Tier } from '../../../../store/retrieval-store.js'
import { UsageError } from '../../../command-errors.js'
import type { GetOptions } from '../../../commands/archives/get.js'
import type { Io } from '../../../io.js'
import { VAULT_READ_OPTIONS, without } from '../../../options/object-options.js'
import { printNote } from '../../../output/print.js'
import { catalogFileOf } from '../../data-folder.js'
import { findObjects, type FoundObject } from '../../objects/find-objects.js'
import type { ObjectOperand } from '../../objects/object-operand.js'
import { withObjects, type ObjectRequests } from '../../objects/object-requests.js'
import type { RetrievalTarget } from '../retrieval-target.js'
import type { GetSource } from './get-source.js'
import { isCheckedLate, lateNote } from './late-check.js'
import { readsOf } from './object-reads.js'
import { memoryNote, noteRestoreCost, printRestorePlan } from './restore-plan.js'
import { restoreWords } from './restore-words.js'

/** The tier of a restore that no tier is given for, as at the service. */
const DEFAULT_TIER: Tier = 'Standard'
/** How long a restored copy is kept that no time is given for. */
const DEFAULT_DAYS = 1

/** The object that a `get` retrieves, with the later volumes of its set. */
export function bucketSource(operand: ObjectOperand, given: GetOptions): GetSource {
  const options = { tier: DEFAULT_TIER, ...without(given, VAULT_READ_OPTIONS) }
  const { tier, days = DEFAULT_DAYS } = options
  return {
    options,
    connect: (io, run) =>
      withObjects(operand, options, io, async (requests) => {
        const { store, place } = requests
        const objects = await objectsOf(requests, options, io)
        for (const object of objects) assertTier(object, tier)
        const restores = { objects, tier, days }
        return run({
          store,
          target: targetOf(objects, options),
          words: restoreWords(restores),
          describeJob: (jobId) => store.describeJob({ jobId, signal: io.signal }),
          printPlan: async (retrieval) =>
            printRestorePlan(readsOf(retrieval, objects, store), restores, place, options, io),
          noteCost: async (retrieval) => {
            for (const note of [memoryNote(objects, options), lateNote(objects, options)])
              if (note !== undefined && !options.quiet) printNote(io, note)
            await noteRestoreCost(readsOf(retrieval, objects, store), restores, place, options, io)
          },
        })
      }),
  }
}

function objectsOf(
  requests: ObjectRequests,
  { volumes, incomplete, range, quiet, ...options }: GetOptions,
  io: Io,
): Promise<FoundObject[]> {
  const warn = (line: string): void => {
    printNote(io, line)
  }
  return findObjects(requests, {
    file: catalogFileOf(options, io.env),
    volumes,
    incomplete,
    isEndKnown: range?.end !== undefined,
    verb: 'retrieved',
    note: quiet ? () => undefined : warn,
    warn,
  })
}

/** @throws {UsageError} an object is of a storage class that does not have the tier */
function assertTier({ archiveId, facts }: FoundObject, tier: Tier): void {
  const times = restoreTimesOf(facts)
  if (!times || tier in times) return
  throw new UsageError(
    `--tier ${tier} does not exist for ${archiveId}, which is of the class ${facts.storageClass}. Choose one of: ${Object.keys(times).join(', ')}.`,
  )
}

function targetOf(objects: readonly FoundObject[], { range }: GetOptions): RetrievalTarget {
  const sizes = objects.map(({ facts }) => facts.size)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return {
    options: {
      archiveId: objects.map(({ address }) => printAddress(address)),
      archiveSizes: sizes,
      archiveHashes: objects.map(({ hash }) => hash),
      ...(range && { range: { start: range.start, end: range.end ?? total } }),
    },
    isCheckedLate: objects.some(isCheckedLate),
  }
}
