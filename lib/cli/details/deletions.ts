/** The long help of the commands that delete archives. */
import { SELECTOR_DETAILS } from './selectors.js'
import type { CommandDetails } from '../command-details.js'
import { SINGLE_REQUESTS } from './other-commands.js'

/** Where costs are explained. */
const COSTS = 'Costs are estimates: see "Costs" in the manual. --prices FILE replaces the prices.'

/** Paragraphs and examples of `rm`. */
export const RM_DETAILS: CommandDetails = {
  paragraphs: [
    SELECTOR_DETAILS,
    'rm refuses what several archives match, also a name of which there are several and latest: it lists them with the beginnings of their IDs, and the exit code is 2.',
    'rm lists what it will delete, states what the early deletion of archives younger than 90 days costs, and asks at a terminal. Without a terminal, give --yes. --dry-run prints the same to stdout and deletes nothing; with --json as one object. If all archives are given by their whole IDs, it needs only the catalog and sends nothing.',
    'The ID of a first volume deletes the whole set. Later volumes are deleted first, so that the same command continues after a crash; the next prune of the vault deletes the rest as well. The ID of a later volume alone is refused with exit code 2; --no-volumes deletes only the given archives. An archive that the catalog has in another vault is refused too, also in one of the same name in another region, at another endpoint or in another account. An archive that the catalog does not know is deleted. Each deletion is recorded in the catalog.',
    'rm s3://BUCKET/KEY deletes an object; more addresses or keys may follow, and rm s3://BUCKET KEY is the same. The volumes of a stream are deleted with it: those that the catalog has, and objects KEY.volume2 and so on that state their number in their metadata. The early deletion is that of the storage class. An object that is another one than the catalog has is not deleted, and neither is one that is stored at the key while rm runs: the deletion names the ETag of the object that rm has seen. In a bucket with versions, an object is only hidden, and rm says so. A key that is stored again is listed again.',
    SINGLE_REQUESTS,
    COSTS,
  ],
  examples: [
    {
      purpose: 'print what would be deleted, and the cost',
      line: 'glacier-pipe rm --dry-run backups photos.tar',
    },
  ],
}

/** Paragraphs and examples of `empty`. */
export const EMPTY_DETAILS: CommandDetails = {
  paragraphs: [
    'empty states how many archives the catalog and the last inventory have, their size, and what the early deletion of those younger than 90 days costs. It then requires the name of the vault to be typed: a y is not enough. Without a terminal, give --yes: the command line has the name of the vault. --dry-run prints the same to stdout and deletes nothing; with --json as one object.',
    'It deletes the archives in the inventory, for which it may wait for hours, and those that only the catalog has, and records each deletion. Of what is stored meanwhile, it deletes only what the inventory has. The service deletes a vault only if its last inventory is empty.',
    COSTS,
  ],
  examples: [
    { purpose: 'state what would be deleted, and the cost', line: 'glacier-pipe empty --dry-run backups' },
  ],
}

/** Paragraphs and examples of `prune`. */
export const PRUNE_DETAILS: CommandDetails = {
  paragraphs: [
    'prune deletes the archives that no --keep option keeps. The options mean what they mean to "restic forget": archives ' +
      'are grouped by name; --keep-daily 7 keeps the newest archive of each of the last seven days that have one; if there ' +
      'are fewer such days than that, the oldest archive is kept too; and --keep-within counts back from the newest archive ' +
      'of the name. An archive is kept if one option keeps it. Days, weeks and months are those of the local time zone. ' +
      'At least one --keep option is needed.',
    'A set of volumes counts once, and is deleted whole. Archives without a name or a readable time, sets that are incomplete or whose end is ' +
      'not known, archives that may exist, and archives about which the catalog contradicts itself are never deleted, and ' +
      'do not count as kept. Only the archives that the catalog has of this vault, region, endpoint and account are ' +
      'considered: run "glacier-pipe catalog rebuild" first on a machine that did not store them.',
    'An archive younger than 90 days is kept, since the service charges for 90 days anyway; a set counts as its youngest ' +
      'volume. A later prune deletes it. --now deletes it at once.',
    'Before it deletes, prune prints what it keeps, with the reasons, and what it deletes, and asks. Without a terminal, ' +
      '--yes is needed. If the catalog is changed before the answer, so that the plan no longer holds, nothing is deleted. --dry-run prints the same to stdout and deletes nothing; --json prints one object for each archive. ' +
      'An archive that cannot be deleted does not stop the others, and the exit code is 1. If prune is interrupted in the ' +
      'middle of a set, the next prune of the vault deletes the rest of it.',
    'prune s3://BUCKET, or s3://BUCKET/PREFIX for the keys that begin so, deletes objects. The key takes the place of the ' +
      'name, without the full dates in it: db/2026-11-29.dump and db/2026-11-30.dump are counted together, as db/*.dump. ' +
      'A date is written as 2026-11-30, 2026/11/30, 2026_11_30, 2026.11.30 or 20261130, and a time may follow it: ' +
      'T05:45:00Z, T0545 or 05:45, and 20261130054500 without a separator. Any other number stays, so that parts ' +
      'of one backup are not counted as two. An object without such a date is counted alone, and always kept. --name ' +
      'is for the whole key. The days that are charged are those of the storage class.',
    'Each object is looked at before it is deleted. It is kept, with a line that says why, if it is another one than the ' +
      'catalog has, if it has no SHA-256 that shows that it is the same, if the policies do not permit to look at it, or if the bucket has a volume of it that the catalog does ' +
      'not know; the exit code is 1 then. The objects that are kept in its place are looked at before: if one of them is not ' +
      'there as the catalog has it, none of the others is deleted. If the objects of a series were not stored in the order of their dates, ' +
      'all are kept. An object that a lifecycle rule has moved to another class is kept as long as that class is charged for, unless --now is given. In a bucket with versions, objects are only hidden, and prune says so.',
    COSTS,
  ],
  examples: [
    {
      purpose: 'print what a policy would delete',
      line: 'glacier-pipe prune backups --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run',
    },
    {
      purpose: 'keep a year of monthly database dumps; for cron',
      line: "glacier-pipe prune backups --name 'db-*' --keep-last 3 --keep-monthly 12 --yes",
    },
    {
      purpose: 'print what would be deleted of the objects db/2026-11-30.dump and so on',
      line: 'glacier-pipe prune s3://my-backups/db/ --keep-daily 7 --keep-monthly 12 --dry-run',
    },
  ],
}
