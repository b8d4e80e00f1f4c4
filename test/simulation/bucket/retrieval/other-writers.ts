/** Whatever others do to the objects of the simulated bucket while a process retrieves them. */
import { LIMITS } from '../../world/world.js'
import { compositeHash, sha256Of, SOMEBODY, type SimObject } from '../bucket-content.js'
import type { BucketContext } from '../bucket-context.js'
import { maybeDelete } from '../conditional-writes.js'

/** The kinds of objects that take the place of another one. */
const REPLACEMENTS = ['other-bytes', 'longer', 'shorter', 'same-bytes'] as const
const MINUTE_MS = 60_000

/** By choice, somebody deletes or replaces the object at a key now. */
export function maybeChange(context: BucketContext, key: string): void {
  maybeDelete(context, key)
  if (context.objectAt(key) && context.happens('object-replaced', `bucket/${key}/replaced`))
    replace(context, key)
}

/** By choice, somebody deletes or replaces the object at a key within so many minutes. */
export function maybeChangeLater(context: BucketContext, key: string, minutes: number): void {
  const { faults, choices, scheduler } = context.world
  for (const kind of ['object-replaced', 'object-deleted'] as const) {
    const name = `bucket/${key}/${kind}-later`
    if (!faults.happens(kind, name)) continue
    scheduler.after(MINUTE_MS * choices.between(`${name}/min`, 1, Math.max(1, minutes)), () => {
      if (faults.rate(kind) === 0 || !context.objectAt(key)) return
      faults.tookEffect(kind)
      context.world.note(SOMEBODY, () => `${kind}: ${key}`)
      if (kind === 'object-deleted') context.delete(key)
      else replace(context, key)
    })
  }
}

function replace(context: BucketContext, key: string): void {
  const object = context.objectAt(key)
  if (!object) return
  const { choices } = context.world
  const bytes = replacementOf(object, choices.pick(`bucket/${key}/replacement`, REPLACEMENTS, 0.6))
  const storageClass = choices.pick(`bucket/${key}/other-class`, ['same', 'STANDARD', 'GLACIER'], 0.5)
  const partSize = choices.pick(`bucket/${key}/other-part-size`, [LIMITS.maxPartSize, 16, 32], 0.5)
  const parts: { readonly bytes: Uint8Array; readonly sha256: string }[] = []
  for (let at = 0; at < bytes.length; at += partSize) {
    const part = bytes.subarray(at, at + partSize)
    parts.push({ bytes: part, sha256: sha256Of(part) })
  }
  context.store(
    { who: SOMEBODY, key },
    {
      ...{ bytes, parts, metadata: {}, uploadId: undefined },
      hash: compositeHash(parts.map(({ sha256 }) => sha256)),
      storageClass: storageClass === 'same' ? object.storageClass : storageClass,
    },
  )
}

/** At least one byte: an object of parts has one. */
function replacementOf({ bytes }: SimObject, how: (typeof REPLACEMENTS)[number]): Uint8Array {
  switch (how) {
    case 'other-bytes':
      return Uint8Array.from(bytes, (byte) => byte ^ 0x55)
    case 'longer':
      return Buffer.concat([bytes, Buffer.alloc(33, 3)])
    case 'shorter':
      return Uint8Array.from(bytes.subarray(0, Math.max(1, bytes.length >> 1)))
    default:
      return Uint8Array.from(bytes)
  }
}
