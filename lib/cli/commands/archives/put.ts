/** The command `put VAULT [FILE]` or `put VAULT -- CMD ARGS…`, where VAULT may be `s3://BUCKET/KEY`: its options and their help. */
import { Option, type Command } from 'commander'
import {
  addConnectionOptions,
  creatingLocalVault,
  type ConnectionOptions,
} from '../../options/connection-options.js'
import { takingDestination } from '../../options/destination.js'
import { addObjectOptions, type ObjectOptions } from '../../options/object-options.js'
import { takeCommandWords } from '../../options/command-words.js'
import { catalogMirrorOption, type CatalogWriteOptions } from '../../options/catalog-mirror.js'
import { addPricesOption, type CostOptions } from '../../options/cost-options.js'
import { parseThreads } from '../../options/values/numbers.js'
import { parsePath, parseText } from '../../options/values/text.js'
import { parseSize } from '../../options/values/size.js'
import { addTransferOptions, type TransferOptions } from '../../options/transfer-options.js'

/** The operands of `put` that say what it stores: a file or a command; neither is stdin. */
export interface PutSource {
  /** The path. */
  readonly file: string | undefined
  /** The program whose output is stored, and its arguments. */
  readonly command?: readonly string[] | undefined
}

/** The options of `put`. */
export interface PutOptions
  extends ConnectionOptions, TransferOptions, CatalogWriteOptions, CostOptions, ObjectOptions {
  /** The name of the stream in a vault; default the description, or the base name of the file. */
  readonly name?: string
  readonly description?: string
  /** Bytes in each part. */
  readonly partSize?: number
  /** Approximate bytes of the source. */
  readonly expectedSize?: number
  /** Maximum bytes sent per second. */
  readonly limitRate?: number
  readonly hashThreads?: number
  /** Whether to resume the newest unfinished upload of the stream. */
  readonly resume?: boolean
  /** The upload to resume. */
  readonly uploadId?: string
  readonly onFailure: 'keep' | 'abort'
  /** Whether a long stream may take several archives. */
  readonly volumes: boolean
  /** Maximum bytes in an archive. */
  readonly maxArchiveSize?: number
  readonly dryRun?: boolean
}

/**
 * Declares `put`.
 *
 * @param run - runs the command
 */
export function addPutCommand(
  program: Command,
  run: (destination: string, source: PutSource, options: PutOptions) => Promise<void>,
): void {
  const put = program.command('put <vault>')
  const commandWords = takeCommandWords(put)
  addTransferOptions(
    addConnectionOptions(
      creatingLocalVault(takingDestination(put))
        .argument('[file]', '', parsePath)
        .usage('[options] <vault | s3://bucket/key> [file | -- <command> [argument...]]')
        .description(
          'store stdin, a file, or the output of a command in a vault or a bucket; print the archive ID',
        )
        .option(
          '--name <text>',
          'name of the stream in a vault, stored in the description; default the name of FILE',
          parseText,
        )
        .option('--description <text>', 'text in the description; with the name, at most 1,024 characters')
        .option(
          '--part-size <size>',
          'size of each part: a power of two from 1MiB (8MiB in a bucket) to 4GiB; default 16MiB, or more for a large source',
          parseSize,
        )
        .option(
          '--expected-size <size>',
          'approximate size of the source, which determines the part size',
          parseSize,
        )
        .option('--limit-rate <size>', 'maximum number of bytes sent per second', parseSize)
        .option(
          '--hash-threads <number>',
          'number of threads that hash parts; default 2; 0 hashes on the main thread',
          parseThreads,
        )
        .option(
          '--resume',
          'resume the newest unfinished upload of the same stream, or start a new upload if none is unfinished',
        )
        .option('--upload-id <id>', 'resume this upload, whatever its name', parseText)
        .addOption(
          new Option('--on-failure <action>', 'keep or abort an upload that fails or is stopped')
            .choices(['keep', 'abort'])
            .default('keep'),
        )
        .option(
          '--max-archive-size <size>',
          'maximum size of an archive; a longer stream continues in another archive; default 5TB, 39TiB in a bucket',
          parseSize,
        )
        .option('--no-volumes', 'fail if the stream does not fit into one archive')
        .addOption(catalogMirrorOption())
        .option('--dry-run', 'print the plan of the upload and what it costs; read and send nothing'),
    ),
  )
  addPricesOption(addObjectOptions(put)).action(
    (destination: string, file: string | undefined, options: PutOptions) =>
      run(destination, { file, command: commandWords() }, options),
  )
}
