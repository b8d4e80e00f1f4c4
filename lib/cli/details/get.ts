/** The long help of `get`. */
import type { CommandDetails } from '../command-details.js'
import { NEWEST_DETAILS, SELECTOR_DETAILS } from './selectors.js'

export const GET_DETAILS: CommandDetails = {
  paragraphs: [
    SELECTOR_DETAILS,
    NEWEST_DETAILS,
    'The ID of a set, which is that of its first volume, retrieves all volumes as one stream, and --range is a range of that stream. Several IDs are retrieved as one stream, in the given order.',
    'A range is written as 0-9 (from the first offset to the last one, as in curl: ten bytes), as 10GiB+1GiB (offset and length), or as 500- (to the end). An end with a unit is a boundary, and the byte at it is not retrieved: 10GiB-11GiB is one gibibyte. Only certain ranges can be verified: up to an eighth more is retrieved, and a range may start several jobs.',
    'A job of the same archive and range is used again, if it is complete, or in progress and at least as fast as --tier. Therefore a command that was stopped, or failed with exit code 3, is simply run again. Expedited takes minutes, Standard 3 to 5 hours, and Bulk 5 to 12 hours.',
    'With -o, bytes are written to FILE.partial, which is renamed when it is complete and on disk; - is stdout. If you run the command again, it verifies the bytes that are there, and retrieves only the rest. Of a --range, nothing is kept.',
    '--no-wait prints the ID of the job; for a large set, the jobs whose output can be read within a day.',
    '--dry-run prints the jobs, their bytes and what they cost, and starts none. On a terminal, the cost is printed before a retrieval starts, unless --quiet is given or the vault is on this machine. A job that exists already costs nothing more.',
    'A request that fails is repeated until nothing has succeeded for the time of --retry-for; 0 never repeats a request.',
  ],
  examples: [
    { purpose: 'retrieve the newest archive of a name', line: 'glacier-pipe get backups db.dump -o db.dump' },
    {
      purpose: 'retrieve the archive of a name as it was at the end of a day',
      line: 'glacier-pipe get backups db.dump@2026-03-01 -o db.dump',
    },
    {
      purpose: 'pipe the newest archive of the vault into a command',
      line: 'glacier-pipe get backups latest | tar -x',
    },
  ],
}
