/** The object that the operands of a command stand for: its address, or a bucket and a text that the catalog has to explain. */
import { invariant } from '../../../invariant.js'
import { isS3Address, parseObjectAddress, type ObjectAddress } from '../../../s3/s3-address.js'
import { UsageError } from '../../command-errors.js'
import type { Io } from '../../io.js'
import { bucketAddressOf } from '../../options/bucket-operand.js'
import type { ConnectionOptions } from '../../options/connection-options.js'
import { objectAddressOf } from '../../options/destination.js'
import type { BucketConnection } from '../bucket-connection.js'
import { selectArchives } from '../select/select-archives.js'

/** A bucket, and a name, an ID or `latest`. */
export interface SelectedObject {
  readonly bucket: string
  readonly text: string
}

/** An object that operands stand for. */
export type ObjectOperand = ObjectAddress | SelectedObject

/**
 * The object of operands; `undefined` if the first one is the name of a vault.
 *
 * @param texts - the operands after the first
 * @throws {UsageError} they are no address of an object, and no bucket with one text after it
 */
export function objectOperandOf(place: string, texts: readonly string[]): ObjectOperand | undefined {
  if (!isS3Address(place)) return undefined
  const [text, ...others] = texts
  if (text === undefined) return objectAddressOf(place)
  const { bucket, prefix } = bucketAddressOf(place)
  if (prefix === '' && others.length === 0) return { bucket, text }
  throw new UsageError(
    `Give the address of one object, as s3://${bucket}/KEY, or one name or "latest" after s3://${bucket}, not ${[place, ...texts].join(' ')}.`,
  )
}

/**
 * Finds the address of an object.
 *
 * @param accountId - of the bucket, if it is known
 * @throws {UsageError} the text stands for no object of the bucket, or for several
 * @throws {CatalogError} `ERR_CATALOG`: the catalog cannot be read
 */
export async function addressOf(
  operand: ObjectOperand,
  connection: BucketConnection,
  accountId: string | undefined,
  options: ConnectionOptions,
  io: Io,
): Promise<ObjectAddress> {
  if ('key' in operand) return operand
  const { bucket, text } = operand
  const vaultName = `s3://${bucket}`
  const place = async () => ({ vaultName, address: await connection.address(), accountId })
  const [selected] = await selectArchives([text], { vaultName, options, io, place, isStrict: false })
  invariant(selected !== undefined, 'one text selects one archive')
  const address = parseObjectAddress(selected.archiveId)
  if (address?.bucket === bucket) return address
  throw new UsageError(`${text} is not in ${vaultName}.`)
}
