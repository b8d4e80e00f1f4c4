/**
 * `verify FILE s3://BUCKET/KEY`: compares a file part by part with an object, or with all volumes of a set, by the SHA-256 of
 * the parts that the service states. Nothing is restored, and nothing is read of the objects.
 */
import { HashMismatchError, UnverifiableError } from '../../../errors.js'
import { withPath } from '../../../fs/system-reason.js'
import { COMPOSITE_SCHEME } from '../../../s3/composite-scheme.js'
import type { DescribedArchive } from '../../../store/retrieval-store.js'
import type { VerifyOptions } from '../../commands/archives/verify.js'
import type { Io } from '../../io.js'
import { VAULT_READ_OPTIONS, without } from '../../options/object-options.js'
import { printData, printJson, printNote } from '../../output/print.js'
import { catalogFileOf } from '../data-folder.js'
import { sectionHashes } from '../hash/section-hashes.js'
import { findObjects } from '../objects/find-objects.js'
import type { ObjectOperand } from '../objects/object-operand.js'
import { withObjects } from '../objects/object-requests.js'

/** A volume to compare with, as the service describes it. */
interface DescribedVolume extends DescribedArchive {
  readonly archiveId: string
}

/**
 * Runs `verify` with an object of a bucket.
 *
 * @throws {UnverifiableError} `ERR_UNVERIFIABLE`: the service has no SHA-256 of the parts of an object
 * @throws {HashMismatchError} `ERR_HASH_MISMATCH`: a part has another hash than these bytes of the file
 * @throws {SizeMismatchError} `ERR_SIZE_MISMATCH`: the file has another size
 */
export async function verifyObject(
  file: string,
  operand: ObjectOperand,
  given: VerifyOptions,
  io: Io,
): Promise<void> {
  const options = without(given, VAULT_READ_OPTIONS)
  const volumes = await describedVolumes(operand, options, io)
  await compareParts(file, volumes, io).catch((error: unknown) => {
    throw withPath(error, file)
  })
  if (options.json) await printJson(io, resultOf(file, volumes))
  else await printData(io, `${file}: OK`)
}

/** The object and its volumes, as the service describes them. */
function describedVolumes(
  operand: ObjectOperand,
  options: VerifyOptions,
  io: Io,
): Promise<DescribedVolume[]> {
  const { volumes, quiet } = options
  return withObjects(operand, options, io, async (requests) => {
    const warn = (line: string): void => {
      printNote(io, line)
    }
    const objects = await findObjects(requests, {
      file: catalogFileOf(options, io.env),
      volumes,
      isEndKnown: false,
      verb: 'compared',
      note: quiet ? () => undefined : warn,
      warn,
    })
    const described: DescribedVolume[] = []
    for (const { archiveId, address } of objects) {
      const volume = { archiveId, ...(await requests.describe(address)) }
      if (volume.beginHash) throw new UnverifiableError(archiveId, 'has no SHA-256 of its parts')
      described.push(volume)
    }
    return described
  })
}

/** Compares each part with the same bytes of the file, up to the first part that differs. */
async function compareParts(file: string, volumes: readonly DescribedVolume[], io: Io): Promise<void> {
  const parts = volumes.flatMap(({ parts }, i) =>
    parts.map(({ start, end, hash }, j) => ({ size: end - start, hash, volume: i + 1, part: j + 1 })),
  )
  let position = 0
  for await (const { section, hash: found } of sectionHashes(file, parts, COMPOSITE_SCHEME, io)) {
    const { size, hash, volume, part } = section
    const which = volumes.length > 1 ? `part ${part} of volume ${volume}` : `part ${part}`
    const where = `bytes ${position}-${position + size - 1} of ${file} (${which})`
    if (found !== hash) throw new HashMismatchError('archive', where, hash, found)
    position += size
  }
}

function resultOf(file: string, volumes: readonly DescribedVolume[]): object {
  const shown = volumes.map(({ archiveId, size, hash, parts }) => {
    const partSize = parts[0]?.end // the first part begins at 0
    return { archiveId, size, hash: { algorithm: COMPOSITE_SCHEME.algorithm, value: hash, partSize } }
  })
  const [only, ...others] = shown
  if (others.length === 0) return { file, ...only }
  const size = volumes.reduce((sum, volume) => sum + volume.size, 0)
  return { file, archiveId: only?.archiveId, size, volumes: shown }
}
