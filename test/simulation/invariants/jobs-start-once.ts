/** A job is started once, also if the response to the request is lost: each job costs money. */
import type { Environment } from '../actors/environment.js'

/** Looks for two jobs of one order. The description of a job has a random token of its order. */
export function checkJobsStartOnce({ world, service }: Environment): void {
  const jobs = new Map<string, string>()
  for (const { operation, who, outcome, responseId, request, faults } of service.history.records) {
    if (operation !== 'startRetrieval' && operation !== 'startInventory') continue
    // A request that is carried out after the search for its job is the reason for which a second job may exist.
    if (outcome !== 'accepted' || faults.includes('request-late')) continue
    const { description = '' } = request
    const other = jobs.get(description)
    if (other !== undefined)
      world.fail('a job is started once', `${who} starts ${responseId}, which has been started as ${other}`)
    jobs.set(description, String(responseId))
  }
}
