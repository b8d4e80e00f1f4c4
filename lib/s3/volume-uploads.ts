/**
 * The uploads of the volumes of a stream. Each volume has a key of its own, which a request needs besides the ID of the
 * upload: the ID of a later volume's upload begins with its number, so that nothing has to be remembered.
 */
import type { VolumeMark } from '../store/archive-store.js'
import { printAddress, type ObjectAddress } from './s3-address.js'

/** The number of a volume, and the ID of its upload at the service. */
export interface VolumeUpload {
  /** From 1. */
  readonly volume: number
  /** The ID as the service knows it. */
  readonly serviceId: string
}

/** The ID of a volume's upload: `ID` for the first volume, `volume2:ID` for the second. */
export function uploadIdOf({ volume, serviceId }: VolumeUpload): string {
  return volume === 1 ? serviceId : `volume${volume}:${serviceId}`
}

/** The volume of an upload. The IDs of the service have no colon. */
export function volumeUploadOf(uploadId: string): VolumeUpload {
  const [, volume, serviceId] = /^volume([1-9]\d{0,5}):(.*)$/s.exec(uploadId) ?? []
  return serviceId === undefined ? { volume: 1, serviceId: uploadId } : { volume: Number(volume), serviceId }
}

/** The description of a later volume: its number. Its key says of which stream it is. */
export function describeVolume({ volume }: Pick<VolumeMark, 'volume'>): string {
  return JSON.stringify({ Volume: volume })
}

/** The mark in a description that {@link describeVolume} made; `undefined` for any other. */
export function volumeMarkIn(description: string | undefined, stream: ObjectAddress): VolumeMark | undefined {
  const [, number] = /^\{"Volume":([1-9]\d{0,5})\}$/.exec(description ?? '') ?? []
  const volume = Number(number)
  return volume > 1 ? { volume, firstVolume: printAddress(stream) } : undefined
}
