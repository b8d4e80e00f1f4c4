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
    'With -o, bytes are written to FILE.partial, which is renamed when it is complete and on disk; - is stdout. If you run the command again, it verifies the bytes that are there, and retrieves only the rest. Of a --range, nothing is kept. To a FIFO, a device or a socket, verified bytes are written as they arrive. /dev/stdout is the same as -.',
    '--match retrieves many archives: of each name that matches the pattern, as "ls --name" takes it, the newest complete archive, into a file of its own in the folder of -o. PATTERN@2026-03-01 is the newest up to the end of that local day. Archives that are not retrieved because they are incomplete are named on stderr. The folder is made, but not the folders above it.',
    'With --match, a file has the name of its archive. Characters that a file name cannot have, such as / and :, are written as % and hexadecimal digits, and so is a dot or dash at the beginning. Names that are too long, or that differ only in case, end with ~ and a part of a hash. An existing file is never replaced: one that has the size and the tree hashes of an archive of that name is complete and is skipped, a partial file is resumed, and any other file is an error before a job is started.',
    'With --match, jobs are started ahead as long as all that is started can be read within the 24 hours for which outputs are kept, at the measured rate (1 MiB/s until ten minutes have been measured). Archives are read one after the other in the order in which they become ready, each with all of --concurrency and --memory. The failure of one does not stop the others. The exit code is 3 if the same command may retrieve the rest, 4 if the bytes of one are wrong, and otherwise 1. The path of each complete file is printed on stdout; with --json, an object with state (retrieved, present or failed), name, file, archiveId, time and size.',
    '--no-wait prints the IDs of the jobs; of a large set, and with --match, of those whose output can be read within a day. It says when the jobs are expected to be complete, or until when their output is kept, in local time, and which command retrieves it. With --json, each object has jobId, tier, expectedFrom, expectedTo and readyUntil.',
    '--sns-topic takes the ARN of an Amazon SNS topic in the region of the vault, which the service notifies when a job is over. It applies to jobs that the command starts: a job that exists keeps its own topic, and a note says so.',
    '--dry-run prints the jobs, their bytes and what they cost, and starts none. On a terminal, the cost is printed before a retrieval starts, unless --quiet is given or the vault is on this machine. A job that exists already costs nothing more.',
    'In the place of VAULT, s3://BUCKET/KEY retrieves an object of an S3 bucket, with the later volumes of its set, KEY.volume2 and so on: from the catalog, or else by a look at each next key. s3://BUCKET NAME retrieves the object that the catalog has by that name, which is its key, and s3://BUCKET latest the newest one. Then a volume that is older than the one before it is an error, since a stream that was replaced has left it. Each part is verified by its own SHA-256 before a byte of it is written. An object of a class that must be restored is restored, which --no-wait only starts; a restore that is running is used, also one of another process. The restored copy is kept for --days: give as many as the reading takes. GLACIER has the three tiers; DEEP_ARCHIVE has Standard, which takes up to 12 hours, and Bulk, up to 48. --dry-run states what the restores, their copies for that time, and the requests cost. The latest version is retrieved. --match, --job, --sns-topic and --account-id are for vaults.',
    'An object that another program has stored without SHA-256 of its parts can be verified only when all of its bytes have arrived, by the MD5 that its ETag is. With -o FILE, the file gets its name when they are verified; a retrieval that fails begins again, and a --range is refused. To stdout, a FIFO or a device, such an object is written only with --check-late: the bytes are output before they are verified, except for the last ones, and the exit code is 4 if they are wrong. An object that was uploaded in parts without SHA-256, or is encrypted with a key of KMS, has no such MD5 and is refused. An object that put has stored with a server that has no hashes of parts is verified in the same way, by the SHA-256 that the catalog has or by the MD5 of its parts.',
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
    {
      purpose: 'restore the newest object of a bucket that the catalog has, and pipe it into a command',
      line: 'glacier-pipe get s3://my-backups latest | tar -x',
    },
    {
      purpose: 'restore an object of a bucket, and retrieve it into a file',
      line: 'glacier-pipe get s3://my-backups/srv.tar --tier Bulk -o srv.tar',
    },
    {
      purpose: 'retrieve the newest archive of each name that begins with srv-, into a folder',
      line: "glacier-pipe get backups --match 'srv-*' -o restored",
    },
  ],
}
