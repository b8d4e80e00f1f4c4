/** The options that are functions to be called about requests, warnings and failures. */
import type { RulesOf } from '../../options/check-options.js'
import { FUNCTION } from '../../options/rules.js'
import type { RequestLog } from '../http/request-log.js'

/** Options of {@link startLocalVault} about requests, warnings and failures. */
export interface ReportingOptions {
  /**
   * Called with an entry for each request, when the request is over; default none. An error that it throws becomes a
   * warning.
   */
  readonly log?: RequestLog | undefined
  /** Called with a sentence about anything that needs attention; default `process.emitWarning`. It must not throw. */
  readonly onWarning?: ((message: string) => void) | undefined
  /**
   * Called with each failure of the server: the error behind a 5xx response, and damage on disk that is left out of a list.
   * The error has the paths, which no response has. An error that it throws is an uncaught exception.
   */
  readonly onFailure?: ((error: Error) => void) | undefined
}

/** The rules of {@link ReportingOptions}. */
export const REPORTING_RULES: RulesOf<ReportingOptions> = {
  log: FUNCTION,
  onWarning: FUNCTION,
  onFailure: FUNCTION,
}
