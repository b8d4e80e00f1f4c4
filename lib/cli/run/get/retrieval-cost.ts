/** The cost of a retrieval: for `get --dry-run`, and for the notice before it starts. */
import type { Cost } from '../../../costs/cost.js'
import { costOfRetrieval, type PricedTier } from '../../../costs/request-costs.js'
import { GLACIER_LIMITS } from '../../../glacier/limits.js'
import {
  outputSizeOf,
  planRetrieval,
  type JobPlan,
  type RetrievalPlanOptions,
} from '../../../retrieve/retrieval-plan.js'
import type { GetOptions } from '../../commands/archives/get.js'
import type { Io } from '../../io.js'
import { asUsageError } from '../../options/option-names.js'
import { costJson, formatCost } from '../../output/cost-text.js'
import { formatCount, formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { priceNote, type Place } from '../costs/archive-costs.js'
import { regionalPrices } from '../costs/regional-prices.js'

/** The tier of a job that no tier is given for. */
const DEFAULT_TIER: PricedTier = 'Standard'

interface PlannedCost {
  readonly jobs: readonly JobPlan[]
  readonly tier: PricedTier
  readonly cost: Cost
  /** The number of jobs, the tier and the bytes. */
  readonly what: string
  /** Which prices they are. */
  readonly note: string
}

/** Prints the jobs of a retrieval and their cost, for `--dry-run`. Nothing is started. */
export async function printRetrievalPlan(
  retrieval: RetrievalPlanOptions,
  place: Place,
  options: GetOptions,
  io: Io,
): Promise<void> {
  const { jobs, tier, cost, what, note } = await plannedCost(retrieval, place, options)
  if (options.json) {
    const shown = jobs.map((job) => ({ archiveId: job.archiveId, size: outputSizeOf(job), range: job.range }))
    await printJson(io, { jobs: shown, tier, cost: costJson(cost) })
    return
  }
  for (const job of jobs) {
    const range = job.range ? `  bytes ${job.range.start}-${job.range.end - 1}` : ''
    await printData(io, `${sizeText(outputSizeOf(job)).padStart(10)}  ${job.archiveId}${range}`)
  }
  await printData(
    io,
    `${what}: ${formatCost(cost)}, unless the jobs exist already. ${note} Nothing is started.`,
  )
}

/** Prints what a retrieval costs, before it starts: on a terminal, for a vault at AWS. */
export async function noteRetrievalCost(
  retrieval: RetrievalPlanOptions,
  place: Place,
  options: GetOptions,
  io: Io,
): Promise<void> {
  const isPaid = retrieval.jobId === undefined && !place.endpoint?.startsWith('local')
  if (!isPaid || options.quiet || !io.stderr.isTTY) return
  const { cost, what, note } = await plannedCost(retrieval, place, options)
  printNote(io, `${what}: ${formatCost(cost)}, unless the jobs exist already. ${note}`)
}

async function plannedCost(
  retrieval: RetrievalPlanOptions,
  place: Place,
  options: GetOptions,
): Promise<PlannedCost> {
  const prices = await regionalPrices(options)
  const { tier = DEFAULT_TIER } = options
  const { jobs } = asUsageError(() => planRetrieval(retrieval, GLACIER_LIMITS))
  const jobBytes = jobs.map(outputSizeOf)
  const cost = costOfRetrieval({ jobBytes, tier }, prices.of(place.region))
  const bytes = jobBytes.every((size) => size !== undefined)
    ? jobBytes.reduce((sum, size) => sum + size, 0)
    : undefined
  const count = formatCount(jobs.length, 'retrieval job')
  return { jobs, tier, cost, what: `${count}, ${tier}, ${sizeText(bytes)}`, note: priceNote([place], prices) }
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? 'of unknown size' : formatSize(bytes)
}
