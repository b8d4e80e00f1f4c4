/** The long help of `put`. */
import type { CommandDetails } from '../command-details.js'

/** Paragraphs and examples of `put`. */
export const PUT_DETAILS: CommandDetails = {
  paragraphs: [
    'The bytes come from stdin, from FILE, or from a command after --. A FILE that begins with a dash is written as ./-file; - is stdin.',
    'put VAULT -- COMMAND runs the command and stores its output. The archive is completed only if the command exits with the status 0. Otherwise the exit code is 3, and no archive is made of the output, even if it ended: a failed dump is never stored as a success. A command that cannot be started is exit code 2. Every word after -- belongs to the command, also options such as --json. No shell interprets it: for a pipeline give sh -c or bash -c. The command has the stdin, stderr, environment and folder of this process.',
    'With a pipe, as in pg_dump shop | glacier-pipe put backups, put cannot know that pg_dump failed: it sees only that the input ended, and stores what came as a complete archive. After set -o pipefail in bash, ksh and zsh, the exit code of the pipeline tells it afterwards, but the archive is stored all the same, and ls shows it like any other.',
    "A pipeline inside the command has the same problem: sh reports only the status of its last program. Give bash -o pipefail -c 'pg_dump shop | zstd', or let the last program fail if its input is cut.",
    'When put is stopped or fails, the command receives SIGTERM, and SIGKILL five seconds later. SIGHUP is passed on. SIGINT of a terminal reaches the command by itself; SIGTERM follows after five seconds. Programs that the command has started receive no signal, but can no longer write.',
    'Messages, hints and the catalog show the command as "…", since it may contain passwords; a message of its failure names the program alone. With --resume, the command runs again, and its output is compared with the parts that are stored: parts that are the same are not sent again. Volumes that are stored must be the same.',
    'If a stream takes several archives and the command fails later, the volumes that are stored stay, as an incomplete set: ls marks it, and get refuses it without --incomplete.',
    'The output of the command is a socket, not a pipe: a command cannot open /dev/stdout. Use its own option for stdout, often -, or append | cat in a shell.',
    'FILE may be a regular file, a FIFO, a device, a terminal or <(command). /dev/stdin and /dev/fd/N are read as the descriptors that they name, and give the stream no name. put waits until a FIFO is opened for writing. If FILE changes while it is read, the bytes that were read are stored, with a warning and exit code 0.',
    'The name, which is --name or the base name of FILE, is stored in the description as JSON that the migration tool of AWS reads: {"Path":"db.dump"}, and with --description {"Path":"db.dump","Description":"…"}. It may have at most 1,024 characters; characters outside ASCII take six each. get, rm and verify find the archive by this name, also after "catalog rebuild". Without a name, the description is that of --description; characters outside ASCII are escaped as JSON there too. A description that has a name already, as JSON with a Path, is stored as it is, unless --name is given.',
    'To resume an upload, pipe the same source in again from its beginning. Each part is hashed and compared with that of the service: equal parts are skipped, and different parts are sent. Part size and description stay those of the upload. A put that fails prints the command that resumes it, with all options that were given.',
    'A stream that fills an archive continues in another archive. put prints the ID of the first volume, which identifies the set of all volumes. An archive has at most 10,000 parts.',
    'Memory holds at least four parts, of which one is reserved to keep a silent upload alive. If it holds fewer parts than --concurrency, fewer requests are made at once. --hash-threads 0 is slower and uses one processor less. With --limit-rate, fewer parts are sent at once, so that none takes long.',
    'A request that fails is repeated until nothing has succeeded for the time of --retry-for; 0 never repeats a request. A single request that fails while others succeed is reported after 15 minutes, and given up after four times that time.',
    '--dry-run prints the part size, the memory, and for a source of known size the number of parts, archives and requests, and what the upload and a month of storage cost. --no-volumes fails before the first byte is sent that does not fit into the archive.',
    'In the place of VAULT, s3://BUCKET/KEY stores the stream as an object of an S3 bucket, which needs the package @aws-sdk/client-s3 beside this one. The key is written as it is, without escapes, and takes the place of the name: --resume selects the newest unfinished upload to the same bucket and key. An object that exists is not overwritten without --overwrite: put fails before it reads the source or starts a command. With --local or --local-dir, the bucket is in the folder of the local vault, and is created if it is missing.',
    'An object is stored in the class DEEP_ARCHIVE unless --storage-class says another. --tag, --metadata, --content-type, --kms-key-id, --lock-mode with --lock-until, --requester-pays and --bucket-owner are those of S3. A stream of more than 10,000 parts continues in the object KEY.volume2. If a shorter stream replaces it, KEY.volume2 stays, is charged for, and is no part of the new stream: rm of the key deletes it as well. --description is kept in the metadata of the object.',
    'With --json, put prints an object for each archive: archiveId, vault, size, treeHash, partSize, parts, description, location, volume, firstVolume. For an object: archiveId, bucket, key, size, hash (algorithm, value, partSize), storageClass, versionId, parts, description, volume, firstVolume.',
  ],
  examples: [
    {
      purpose: 'store a dump only if it succeeds',
      line: 'glacier-pipe put backups --name db.dump -- pg_dump --format=custom shop',
    },
    {
      purpose: 'store the archive of a folder only if tar succeeds',
      line: 'glacier-pipe put backups --name photos.tar -- tar -c photos',
    },
    {
      purpose: 'compress and encrypt in a pipeline; any failure in it counts',
      line: "glacier-pipe put backups -- bash -o pipefail -c 'tar -c photos | zstd | age -R recipient.txt'",
    },
    { purpose: 'store a file', line: 'glacier-pipe put backups srv.tar' },
    {
      purpose: 'store a file as an object of a bucket',
      line: 'glacier-pipe put s3://my-backups/srv.tar srv.tar',
    },
    {
      purpose: 'store the output of a pipe; pipefail reports a failure of tar, but the archive is stored',
      line: 'set -o pipefail; tar -c photos | glacier-pipe put backups --name photos-from-a-pipe.tar',
    },
  ],
}
