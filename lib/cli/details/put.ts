/** The long help of `put`. */
import type { CommandDetails } from '../command-details.js'

export const PUT_DETAILS: CommandDetails = {
  paragraphs: [
    'FILE may be a regular file, a FIFO, a device, a terminal or <(command). /dev/stdin and /dev/fd/N are read as the descriptors that they name, and give the stream no name. put waits until a FIFO is opened for writing. If FILE changes while it is read, the bytes that were read are stored, with a warning and exit code 0.',
    'The name, which is --name or the base name of FILE, is stored in the description as JSON that the migration tool of AWS reads: {"Path":"db.dump"}, and with --description {"Path":"db.dump","Description":"…"}. It may have at most 1,024 characters; characters outside ASCII take six each. get, rm and verify find the archive by this name, also after "catalog rebuild". Without a name, the description is that of --description; characters outside ASCII are escaped as JSON there too. A description that has a name already, as JSON with a Path, is stored as it is, unless --name is given.',
    'To resume an upload, pipe the same source in again from its beginning. Each part is hashed and compared with that of the service: equal parts are skipped, and different parts are sent. Part size and description stay those of the upload. A put that fails prints the command that resumes it, with all options that were given.',
    'A stream that fills an archive continues in another archive. put prints the ID of the first volume, which identifies the set of all volumes. An archive has at most 10,000 parts.',
    'Memory holds at least four parts, of which one is reserved to keep a silent upload alive. If it holds fewer parts than --concurrency, fewer requests are made at once. --hash-threads 0 is slower and uses one processor less. With --limit-rate, fewer parts are sent at once, so that none takes long.',
    'A request that fails is repeated until nothing has succeeded for the time of --retry-for; 0 never repeats a request. A single request that fails while others succeed is reported after 15 minutes, and given up after four times that time.',
    '--dry-run prints the part size, the memory, and for a source of known size the number of parts, archives and requests, and what the upload and a month of storage cost. --no-volumes fails before the first byte is sent that does not fit into the archive.',
    'With --json, put prints an object for each archive: archiveId, vault, size, treeHash, partSize, parts, description, location, volume, firstVolume.',
    'If a command before put in a pipe fails, put sees the end of the data, and stores the bytes until then. With "set -o pipefail" the shell reports the failure after the archive is stored.',
  ],
}
