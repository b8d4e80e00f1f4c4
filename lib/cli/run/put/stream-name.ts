/** The name of a stream: in the description of its archive, where every catalog finds it, and in its identity. */
import { basename } from 'node:path'
import { nameIn } from '../../../glacier/archive-name.js'
import { encodeDescription } from '../../../glacier/description.js'
import { namedDescription } from '../../../glacier/named-description.js'
import { volumeMarkOf } from '../../../glacier/volume-description.js'
import type { PutOptions } from '../../commands/archives/put.js'
import { descriptorOf } from './put-input.js'

type NameOptions = Pick<PutOptions, 'name' | 'description'>

/**
 * The description of a new stream: JSON with its name, and the text of `--description` beside it. Without a name, or if
 * the text has the form of another tool with a name, it is the text as it is.
 *
 * @throws {RangeError} it is too long, or would make the archive a volume of a set
 */
export function streamDescription(
  file: string | undefined,
  { name, description = '' }: NameOptions,
): string | undefined {
  const givenName = name ?? (nameIn(description) === undefined ? fileNameOf(file) : undefined)
  if (givenName !== undefined) return namedDescription(givenName, description)
  if (volumeMarkOf(description))
    throw new RangeError(
      'The description has the form of that of a later volume of a set, and the archive would be taken for one. Give a --name too.',
    )
  return description === '' ? undefined : encodeDescription(description)
}

/**
 * The name by which `--resume` recognizes a stream. Earlier versions recorded the description in place of a name: an
 * upload that one of them began is recognized by the same options.
 */
export function streamName(file: string | undefined, { name, description }: NameOptions): string | undefined {
  return name ?? (description === '' ? undefined : description) ?? fileNameOf(file)
}

/** The base name of a file; `undefined` for stdin and other descriptors. */
function fileNameOf(file: string | undefined): string | undefined {
  return file === undefined || descriptorOf(file) !== undefined ? undefined : basename(file)
}
