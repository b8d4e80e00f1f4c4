/** The cost of a retrieval: for `get --dry-run`, and for the notice before it starts. */
import type { Cost } from '../../../costs/cost.js'
import { costOfRetrieval, type PricedTier } from '../../../costs/request-costs.js'
import { vaultRetrievalRules } from '../../../glacier/retrieval-rules.js'
import {
  outputSizeOf,
  planRetrieval,
  type JobPlan,
  type RetrievalPlanOptions,
} from '../../../retrieve/retrieval-plan.js'
import type { GetOptions } from '../../commands/archives/get.js'
import type { Io } from '../../io.js'
import { asUsageError } from '../../options/option-names.js'
import { costJson, formatCost, isUnknown } from '../../output/cost-text.js'
import { formatCount, formatSize } from '../../output/format.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { isOnThisMachine, priceNote, type Place } from '../costs/archive-costs.js'
import { regionalPrices } from '../costs/regional-prices.js'

/** The tier of a job that no tier is given for. */
const DEFAULT_TIER: PricedTier = 'Standard'

/** A retrieval, and the file that it writes. */
export interface PricedRetrieval extends RetrievalPlanOptions {
  /** The path of the file; `undefined` if it is not shown. */
  readonly file?: string | undefined
}

interface PricedJob extends Pick<JobPlan, 'archiveId' | 'range'> {
  readonly size: number | undefined
  readonly file: string | undefined
}

interface PlannedCost {
  readonly jobs: readonly PricedJob[]
  readonly tier: PricedTier
  readonly cost: Cost
  /** The number of jobs, the tier and the bytes. */
  readonly what: string
  /** Which prices they are. */
  readonly note: string
}

/** Prints the jobs of retrievals and their cost, for `--dry-run`. Nothing is started. */
export async function printRetrievalPlan(
  retrievals: readonly PricedRetrieval[],
  place: Place,
  options: GetOptions,
  io: Io,
): Promise<void> {
  const { jobs, tier, cost, what, note } = await plannedCost(retrievals, place, options)
  if (options.json) {
    await printJson(io, { jobs, tier, cost: costJson(cost) })
    return
  }
  for (const job of jobs) {
    const range = job.range ? `  bytes ${job.range.start}-${job.range.end - 1}` : ''
    const file = job.file === undefined ? '' : `  ${job.file}`
    await printData(io, `${sizeText(job.size).padStart(10)}  ${job.archiveId}${range}${file}`)
  }
  await printData(io, `${costSentence(what, cost)} ${note} Nothing is started.`)
}

/** Prints what retrievals cost, before it starts: on a terminal, for a vault at AWS. */
export async function noteRetrievalCost(
  retrievals: readonly PricedRetrieval[],
  place: Place,
  options: GetOptions,
  io: Io,
): Promise<void> {
  if (retrievals.every(({ jobId }) => jobId !== undefined) || !isCostNoted(place, options, io)) return
  const { cost, what, note } = await plannedCost(retrievals, place, options)
  printNote(io, `${costSentence(what, cost)} ${note}`)
}

/** Whether a cost is printed before it arises: on a terminal, for a place at AWS. */
export function isCostNoted(place: Place, { quiet }: Pick<GetOptions, 'quiet'>, io: Io): boolean {
  return !isOnThisMachine(place) && quiet !== true && io.stderr.isTTY === true
}

/** A job that exists already is used again, and costs nothing more. */
function costSentence(what: string, cost: Cost): string {
  return isUnknown(cost)
    ? `${what}. The cost is unknown.`
    : `${what}: ${formatCost(cost)}, unless the jobs exist already.`
}

async function plannedCost(
  retrievals: readonly PricedRetrieval[],
  place: Place,
  options: GetOptions,
): Promise<PlannedCost> {
  const prices = await regionalPrices(options)
  const { tier = DEFAULT_TIER } = options
  const jobs = asUsageError(() => retrievals.flatMap(jobsOf))
  const jobBytes = jobs.map(({ size }) => size)
  const cost = costOfRetrieval({ jobBytes, tier }, prices.of(place.region))
  const bytes = jobBytes.every((size) => size !== undefined)
    ? jobBytes.reduce((sum, size) => sum + size, 0)
    : undefined
  const count = formatCount(jobs.length, 'retrieval job')
  return { jobs, tier, cost, what: `${count}, ${tier}, ${sizeText(bytes)}`, note: priceNote([place], prices) }
}

function jobsOf({ file, ...retrieval }: PricedRetrieval): PricedJob[] {
  const { jobs } = planRetrieval(retrieval, vaultRetrievalRules())
  return jobs.map((job) => ({ archiveId: job.archiveId, size: outputSizeOf(job), range: job.range, file }))
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? 'of unknown size' : formatSize(bytes)
}
