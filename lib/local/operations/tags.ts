/** Operations on a vault's tags (protocol.md 1.5, 2). */
import { jsonBody, nameOf, type Answer, type Exchange } from '../http/exchange.js'
import { invalidParameter, limitExceeded, missingParameter } from '../service-fault.js'

const MOST_TAGS = 50
const MOST_AT_ONCE = 10
const KEY = /^[\p{L}\p{N} _./=+@-]{1,128}$/u
const VALUE = /^[\p{L}\p{N} _./=+@-]{0,255}$/u

/** AddTagsToVault: a key that is there is given the new value. */
export async function addTagsToVault(exchange: Exchange): Promise<Answer> {
  const { Tags } = jsonBody(exchange)
  if (typeof Tags !== 'object' || Tags === null || Array.isArray(Tags)) throw missingParameter('Tags')
  const added = Object.entries(Tags)
  assertCount(added.length)
  for (const [key, value] of added) {
    if (!KEY.test(key) || /^aws:/i.test(key)) throw invalidParameter(`Invalid tag key: ${key}`)
    if (typeof value !== 'string' || !VALUE.test(value))
      throw invalidParameter(`Invalid value of the tag ${key}.`)
  }
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), ({ tags }) => {
    const together = { ...tags, ...(Object.fromEntries(added) as Record<string, string>) } // checked above
    if (Object.keys(together).length > MOST_TAGS) {
      throw limitExceeded(
        'The quota for the number of tags that can be assigned to this resource has been reached.',
      )
    }
    return { tags: together }
  })
  return { status: 204 }
}

/** RemoveTagsFromVault: keys there are none of are as good as removed. */
export async function removeTagsFromVault(exchange: Exchange): Promise<Answer> {
  const { TagKeys } = jsonBody(exchange)
  if (!Array.isArray(TagKeys)) throw missingParameter('TagKeys')
  assertCount(TagKeys.length)
  await exchange.stores.settings.change(nameOf(exchange, 'vaultName'), ({ tags }) => ({
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys.includes(key))),
  }))
  return { status: 204 }
}

/** ListTagsForVault. */
export async function listTagsForVault(exchange: Exchange): Promise<Answer> {
  const { tags } = await exchange.stores.settings.read(nameOf(exchange, 'vaultName'))
  return { status: 200, json: { Tags: tags } }
}

function assertCount(count: number): void {
  if (count >= 1 && count <= MOST_AT_ONCE) return
  throw invalidParameter(`Invalid number of tags: ${count}. A request has 1 to ${MOST_AT_ONCE}.`)
}
