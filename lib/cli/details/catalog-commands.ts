/** The long help of the commands that read the catalog and inventories. */
import { DATE_DETAILS, NEWEST_DETAILS, SELECTOR_DETAILS } from './selectors.js'
import type { CommandDetails } from '../command-details.js'

export const LS_DETAILS: CommandDetails = {
  paragraphs: [
    'The catalog has the archives that this machine stored, and those that "catalog rebuild" found in an inventory. Case and Unicode normalization make no difference to --name. Names are read from descriptions in the formats of this tool, of the migration tool of AWS, mt-aws-glacier and FastGlacier. For an archive whose description has none of these formats, the name of its stream is shown, and the description if it has no name.',
    'The lines are sorted by time, the newest last: name, size, when it was stored, its age, when deletion is free (90 days after it was stored: the service charges for them anyway), the ID, the vault if none is given, region and endpoint where they differ, and the state if there is something to say. IDs are shortened to a beginning that no other ID of the catalog has, which get, rm and verify take; --full prints whole IDs, and times in UTC. On a terminal, the table has titles and fits the width: columns are left out, and names are cut in the middle. Elsewhere nothing is cut, and two spaces or more separate the columns. For programs, use --json.',
    'A set of volumes is one line: the ID of its first volume, the total size, and the number of known volumes; incomplete says that a volume is missing or another should follow, unknown that the end of the set is not recorded. An archive that may exist, because the response to a request was lost, has no ID. An archive whose stored tree hash differs from that of the bytes sent is marked wrong; rm deletes it.',
    'ls s3://BUCKET lists the objects that the catalog has of a bucket, and ls s3://BUCKET/PREFIX those whose keys begin so; catalog rebuild adds those that only the bucket has. The name of an object is its key, and its ID, its address, is never shortened. When its deletion is free follows from its storage class.',
    DATE_DETAILS,
    '--cost adds what the storage of each archive costs a month, with what the service adds to each (32 KiB in a vault), and prints the total on stderr; with --json as costPerMonth.',
    'With --json, ls prints the records of the catalog, each with id and name. For a set, it prints that of the first volume with the total size, the time of the last volume, setId, volumes, state, missing and duplicates (archives of a volume that was stored twice).',
  ],
}

export const VERIFY_DETAILS: CommandDetails = {
  paragraphs: [
    SELECTOR_DETAILS,
    NEWEST_DETAILS,
    'The file is hashed and compared with the catalog, or with --inventory with the inventory of the vault. The exit code is 4 if it differs.',
    'For the ID of a first volume, the file is compared with all volumes of the set, and with --no-volumes only with that archive. For the ID of a later volume, it is compared with that volume. A set with a missing volume is an error; a set whose end is missing or not known is a warning. The file is read and hashed with a thread for each processor, at most four.',
    'verify FILE s3://BUCKET/KEY, or s3://BUCKET NAME, compares the file part by part with the SHA-256 of each part that S3 states of the object, and of the later volumes of its set. Nothing is restored, and the catalog is asked only for the name and the volumes. The message about a difference names the first part that differs. --inventory, --job, --sns-topic and --account-id are for vaults.',
  ],
}

export const REBUILD_DETAILS: CommandDetails = {
  paragraphs: [
    'The archives that only the inventory has are added, except those that the catalog has as deleted or with a wrong tree hash. The volumes of sets are linked by their descriptions. The archives of unknown uploads, and of requests without a recorded outcome, are recognized by their size and tree hash, and recorded as stored, with their name and their position in the set. If the catalog has different tree hashes for one archive ID, that of the inventory is recorded as correct.',
    'With --json, it prints an object with vaultName, inventory, added, reconciled and settled.',
    'With s3://BUCKET or s3://BUCKET/PREFIX, the catalog is compared with the list of the bucket, without a job. The service states the SHA-256 of an object only to a request about that object, so that each object costs one. All objects with a SHA-256 are added, also those of other programs: what can be compared is worth a record. An object that was replaced, or stored again after it was deleted, gets a new record. With --json, it prints an object with vaultName, objects, added, replaced, reconciled and withoutHash.',
  ],
}

export const DIFF_DETAILS: CommandDetails = {
  paragraphs: [
    'With s3://BUCKET or s3://BUCKET/PREFIX, the catalog is compared with the list of the bucket, which is never old; each object costs a request.',
    'It prints + before archives that only the vault has, - before archives that only the catalog has, and the reason, as "was unknown: completion of upload …". An inventory is up to about a day old: the reason also says if an archive was stored or deleted since.',
  ],
}

export const INVENTORY_DETAILS: CommandDetails = {
  paragraphs: [
    'It prints the creation date, size, archive ID and name of each archive. --since and --before are filters of the service, and dates as in ls. A job that was started since the last inventory was taken is used again; --job selects one.',
  ],
}

export const EXPORT_DETAILS: CommandDetails = {
  paragraphs: [
    'The copy has one record per line, in JSON, between a first line that names its format and a last line with the number of records. It is a catalog itself: --catalog reads it.',
    'Lines that are damaged are left out. A file that exists is not overwritten.',
  ],
  examples: [
    {
      purpose: 'copy the catalog to another disk',
      line: 'glacier-pipe catalog export /mnt/usb/catalog.jsonl',
    },
    {
      purpose: 'store the catalog in a vault, with the backups that it describes',
      line: 'set -o pipefail; glacier-pipe catalog export | glacier-pipe put backups --name catalog',
    },
  ],
}

export const IMPORT_DETAILS: CommandDetails = {
  paragraphs: [
    'The whole file is checked before the first record is added: a line that is not a valid record is refused with its number, and nothing is added. Running the same import again adds nothing.',
    'No record of the catalog is changed. Records that it has are left out, as are records of archives that it knows as deleted and of uploads that it knows as ended. If the file states another tree hash for an archive, that is a conflict: a warning prints both records, and "catalog rebuild" settles it.',
    'A lost catalog is restored by importing its mirror or an export into a new one. If neither exists, "catalog rebuild" restores the archives from the inventory, but not the unfinished uploads.',
  ],
  examples: [
    {
      purpose: 'restore a lost catalog from its mirror',
      line: 'glacier-pipe catalog import /mnt/usb/catalog.jsonl',
    },
    {
      purpose: 'see what the catalog of another machine would add',
      line: 'ssh db1 glacier-pipe catalog export | glacier-pipe catalog import --dry-run -',
    },
  ],
}
