/** The identity of a process, by which a recycled process ID is not mistaken for the process that had it before. */

/** A process, as it is named in a lock and in a catalog record. */
export interface ProcessIdentity {
  /** The host's name. */
  readonly host: string
  readonly pid: number
  /** When the process started, as the system states it; only to be compared for equality. */
  readonly startTime?: string | undefined
  /** The boot during which the process runs; changes when the system restarts. */
  readonly bootId?: string | undefined
  /** The PID namespace in which `pid` is valid; differs between containers. */
  readonly pidNamespace?: string | undefined
}
