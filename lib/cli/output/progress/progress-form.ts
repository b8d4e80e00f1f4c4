/** The form in which progress is shown, by the options, the stream and the environment. */
import type { Io } from '../../io.js'
import type { OutputOptions } from '../../options/connection-options.js'

/**
 * The form of progress:
 *
 * - `line`: a line that is redrawn in place
 * - `log`: a whole line a minute
 * - `json`: an object a second
 * - `none`: nothing
 */
export type ProgressForm = 'line' | 'log' | 'json' | 'none'

/**
 * The form of progress. No form has colours, so `NO_COLOR` changes nothing. A terminal whose `TERM` is `dumb` gets the
 * lines of a log, since it cannot redraw.
 *
 * @param isDataOnTerminal - whether data is printed on a terminal, between which a line cannot be redrawn
 */
export function progressForm(
  { quiet = false, progress }: OutputOptions,
  { stderr, env }: Pick<Io, 'stderr' | 'env'>,
  isDataOnTerminal = false,
): ProgressForm {
  if (progress === 'json') return 'json'
  if (quiet || progress === 'never') return 'none'
  if (progress === 'always') return 'line'
  if (isDataOnTerminal) return 'none'
  return stderr.isTTY === true && env.TERM !== 'dumb' ? 'line' : 'log'
}
