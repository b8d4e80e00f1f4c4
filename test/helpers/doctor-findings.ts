/** The findings of `doctor`. */

/** A finding, as `doctor --json` prints it. */
export interface DoctorLine {
  readonly check: string
  readonly status: string
  readonly finding: string
  readonly remedy?: string
}

/** The exit code of `doctor`, and the findings by the names of their checks. */
export async function doctorFindings(
  world: {
    readonly run: (args: readonly string[]) => Promise<{ readonly code: number; readonly out: string }>
  },
  ...args: readonly string[]
): Promise<{ code: number; found: Record<string, DoctorLine> }> {
  const { code, out } = await world.run(['doctor', '--json', ...args])
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as DoctorLine)
  return { code, found: Object.fromEntries(lines.map((line) => [line.check, line])) }
}
