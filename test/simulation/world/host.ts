/** A machine of the simulation: its processes, its clock, and its connection to the shared disk. */

/** A machine. */
export class Host {
  readonly name: string
  /** How far the time of day of this host is from the true time, in milliseconds. */
  clockOffsetMs = 0
  /** The time until which the host cannot reach the shared disk; 0 if it can. */
  cutOffUntilMs = 0
  /** The number of times the host was started: the boot ID of its processes contains it. */
  boots = 1
  #pids = 100

  constructor(name: string) {
    this.name = name
  }

  /** The ID of a new process. */
  nextPid(): number {
    return ++this.#pids
  }
}
