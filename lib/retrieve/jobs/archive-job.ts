/** The jobs of a retrieval plan. */
import type { Job, RetrievalStore } from '../../store/retrieval-store.js'
import { outputSizeOf, type ArchiveJobPlan, type JobPlan } from '../retrieval-plan.js'
import { FinishedJob } from './finished-job.js'
import type { JobContext } from './job-context.js'
import type { ScheduledJob } from './job-schedule.js'
import type { JobDefinition } from './job-definition.js'
import { RenewableJob } from './renewable-job.js'
import type { RetrievalJob } from './retrieval-job.js'

/** The tiers, the slowest first. */
const TIERS: readonly unknown[] = ['Bulk', 'Standard', 'Expedited']

/** A job of a plan, and the plan itself. */
export interface PlannedJob extends ScheduledJob {
  readonly plan: JobPlan
}

/** Makes the jobs of a plan, in its order. They are neither found nor started yet. */
export function plannedJobs(context: JobContext<RetrievalStore>, plans: readonly JobPlan[]): PlannedJob[] {
  return plans.map((plan) => ({
    plan,
    job: jobOf(plan, context),
    archiveId: plan.archiveId,
    size: outputSizeOf(plan),
  }))
}

function jobOf(plan: JobPlan, context: JobContext<RetrievalStore>): RetrievalJob {
  if (plan.archiveId === undefined) return new FinishedJob(context, plan.jobId)
  return new RenewableJob(context, definitionOf(plan, context), plan.jobId)
}

function definitionOf(
  plan: ArchiveJobPlan,
  { store, signal, snsTopic }: Pick<JobContext<RetrievalStore>, 'store' | 'signal' | 'snsTopic'>,
): JobDefinition {
  const { archiveId, range, tier } = plan
  return {
    archiveId,
    matches: (job) => isRetrievalOf(job, plan),
    start: (description) => store.startRetrieval({ signal, archiveId, range, tier, description, snsTopic }),
  }
}

function isRetrievalOf(job: Job, { archiveId, range, tier = 'Standard' }: ArchiveJobPlan): boolean {
  if (job.action !== 'ArchiveRetrieval' || job.archiveId !== archiveId || !job.range) return false
  const { start, end } = range ?? { start: 0, end: job.archiveSize }
  if (job.range.start !== start || job.range.end !== end) return false
  // Of a running job whose tier is unknown, another one would be paid for a second time.
  return (
    job.status === 'Succeeded' || job.tier === undefined || TIERS.indexOf(job.tier) >= TIERS.indexOf(tier)
  )
}
