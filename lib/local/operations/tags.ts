/** Operations on a vault's tags (docs/glacier-protocol.md#tags). */
import { bodyOf, listOf, mapOf, requiredMember, structure, TEXT } from '../requests/body-shape.js'
import { nameOf, type OperationResponse, type RequestContext } from '../requests/request-context.js'
import { invalidParameter, limitExceeded, shortened } from '../service/api-error.js'

/** The maximum number of tags of a vault, and of a request. */
const MAX_TAGS = 50
const MAX_TAGS_PER_REQUEST = 10
/** A key cannot have a colon, and therefore cannot begin with `aws:`, which the service reserves. */
const KEY = /^[\p{L}\p{N} _./=+@-]{1,128}$/u
const VALUE = /^[\p{L}\p{N} _./=+@-]{0,255}$/u

/** Members of AddTagsToVaultInput and RemoveTagsFromVaultInput of the model. */
const ADDED = structure({ Tags: mapOf(TEXT) })
const REMOVED = structure({ TagKeys: listOf(TEXT) })

/** AddTagsToVault: an existing key gets the new value. */
export async function addTagsToVault(context: RequestContext): Promise<OperationResponse> {
  const added = requiredMember(bodyOf(context, ADDED).Tags, 'Tags')
  assertCount(added.length)
  for (const [key, value] of added) {
    assertKey(key)
    if (!VALUE.test(value)) throw invalidParameter(`Invalid value of the tag ${key}.`)
  }
  await context.stores.settings.change(nameOf(context, 'vaultName'), ({ tags }) => {
    const merged = { ...tags, ...Object.fromEntries(added) }
    if (Object.keys(merged).length > MAX_TAGS) {
      throw limitExceeded(
        'The quota for the number of tags that can be assigned to this resource has been reached.',
      )
    }
    return { tags: merged }
  })
  return { status: 204 }
}

/** RemoveTagsFromVault: unknown keys are ignored. */
export async function removeTagsFromVault(context: RequestContext): Promise<OperationResponse> {
  const removed = requiredMember(bodyOf(context, REMOVED).TagKeys, 'TagKeys')
  assertCount(removed.length)
  for (const key of removed) assertKey(key)
  await context.stores.settings.change(nameOf(context, 'vaultName'), ({ tags }) => ({
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.includes(key))),
  }))
  return { status: 204 }
}

/** ListTagsForVault. */
export async function listTagsForVault(context: RequestContext): Promise<OperationResponse> {
  const { tags } = await context.stores.settings.read(nameOf(context, 'vaultName'))
  return { status: 200, json: { Tags: tags } }
}

function assertKey(key: string): void {
  if (!KEY.test(key)) throw invalidParameter(`Invalid tag key: ${shortened(key)}`)
}

function assertCount(count: number): void {
  if (count >= 1 && count <= MAX_TAGS_PER_REQUEST) return
  throw invalidParameter(`Invalid number of tags: ${count}. A request has 1 to ${MAX_TAGS_PER_REQUEST}.`)
}
