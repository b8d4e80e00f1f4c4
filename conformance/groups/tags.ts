/** AddTagsToVault, RemoveTagsFromVault and ListTagsForVault. */
import { guess, guide, type Group } from '../assertion.js'
import { fieldsOf, hasMessage, hasStatus, isEqual, isRefusal } from '../expectations.js'
import { invalid, missing } from '../refusals.js'
import { step, vaultStep, type Session } from '../session.js'
import type { Answer } from '../wire.js'

const ADD = 'api-AddTagsToVault'
const REMOVE = 'api-RemoveTagsFromVault'
const RULES = 'tagging'

const vault = vaultStep('tags')
const emptyVault = vaultStep('tags-none')
const fullVault = vaultStep('tags-full')

async function add(session: Session, Tags: unknown, path = vault): Promise<Answer> {
  return session.post('POST', `${await path(session)}/tags?operation=add`, { Tags })
}

async function remove(session: Session, TagKeys: unknown, path = vault): Promise<Answer> {
  return session.post('POST', `${await path(session)}/tags?operation=remove`, { TagKeys })
}

async function tagsOf(session: Session, path = vault): Promise<Readonly<Record<string, unknown>>> {
  const answer = await session.call('GET', `${await path(session)}/tags`)
  hasStatus(answer, 200)
  return fieldsOf(answer).Tags as Readonly<Record<string, unknown>>
}

/** Tags with numbered keys. */
function numbered(from: number, count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`key ${from + i}`, 'x']))
}

const full = step('a vault with 50 tags', async (session) => {
  for (let from = 0; from < 50; from += 10) hasStatus(await add(session, numbered(from, 10), fullVault), 204)
})
const oneMore = step('tag number 51', async (session) => {
  await full(session)
  return add(session, { more: 'x' }, fullVault)
})

const GOOD: Readonly<Record<string, readonly [key: string, value: string]>> = {
  'key-128': ['k'.repeat(128), 'x'],
  'value-255': ['long', 'v'.repeat(255)],
  'value-empty': ['empty', ''],
  characters: ['a_./=+-@ 1', '_./=+-@ 1'],
  letters: ['gr\u00fcn \u5bb6', '\u0431'],
}

const BAD: Readonly<Record<string, readonly [what: string, key: string, value: string]>> = {
  'key-129': ['a key of 129 characters', 'k'.repeat(129), 'x'],
  'key-empty': ['an empty key', '', 'x'],
  'key-aws': ['a key that begins with "aws:"', 'aws:key', 'x'],
  'key-characters': ['a key with "*"', 'a*b', 'x'],
  'value-256': ['a value of 256 characters', 'long', 'v'.repeat(256)],
  'value-characters': ['a value with "*"', 'key', 'a*b'],
}

/** Tags. */
export const tags: Group = {
  name: 'tags',
  title: 'AddTagsToVault, RemoveTagsFromVault, ListTagsForVault',
  assertions: [
    guide(
      'api-ListTagsForVault',
      'none',
      'The tags of a vault without tags are an empty object.',
      async (session) => {
        isEqual('Tags', await tagsOf(session, emptyVault), {})
      },
    ),
    guide(ADD, 'add', 'Tags that were added are listed.', async (session) => {
      hasStatus(await add(session, { one: '1', two: '2' }), 204)
      const { one, two } = await tagsOf(session)
      isEqual('tags', [one, two], ['1', '2'])
    }),
    guide(ADD, 'replace', 'A key that is there is given the new value.', async (session) => {
      hasStatus(await add(session, { replaced: '1' }), 204)
      hasStatus(await add(session, { replaced: '2' }), 204)
      isEqual('value', (await tagsOf(session)).replaced, '2')
    }),
    guide(RULES, 'case', 'Keys that differ in case are two keys.', async (session) => {
      hasStatus(await add(session, { case: '1', CASE: '2' }), 204)
      const found = await tagsOf(session)
      isEqual('values', [found.case, found.CASE], ['1', '2'])
    }),
    ...Object.entries(GOOD).map(([id, [key, value]]) =>
      guide(
        RULES,
        id,
        `The tag ${shortened(key)}: ${shortened(value)} is accepted and listed.`,
        async (session) => {
          hasStatus(await add(session, { [key]: value }), 204)
          isEqual('value', (await tagsOf(session))[key], value)
        },
      ),
    ),
    ...Object.entries(BAD).map(([id, [what, key, value]]) =>
      invalid(RULES, id, `A tag with ${what}`, async (session) => add(session, { [key]: value })),
    ),
    guide(ADD, 'ten', 'A request may have 10 tags.', async (session) => {
      hasStatus(await add(session, numbered(0, 10)), 204)
    }),
    invalid(ADD, 'eleven', 'A request with 11 tags', async (session) => add(session, numbered(0, 11))),
    invalid(ADD, 'zero', 'A request with no tags', async (session) => add(session, {})),
    missing(ADD, 'no-tags', 'A request without Tags', async (session) => add(session, undefined)),
    guide(ADD, 'fifty', 'A vault may have 50 tags.', async (session) => {
      await full(session)
      isEqual('tags', Object.keys(await tagsOf(session, fullVault)).length, 50)
    }),
    guide(ADD, 'fifty-one', 'Tag number 51 is refused with 400 LimitExceededException.', async (session) => {
      isRefusal(await oneMore(session), 400, 'LimitExceededException')
    }),
    guide(ADD, 'fifty-replaced', 'A vault with 50 tags may have one of them replaced.', async (session) => {
      await full(session)
      hasStatus(await add(session, { 'key 0': 'other' }, fullVault), 204)
    }),
    guess(
      'The sandbox gsandbox has this text; no report of a user does.',
      'fifty-one-text',
      'The refusal of tag number 51 speaks of the quota.',
      async (session) => {
        const text =
          'The quota for the number of tags that can be assigned to this resource has been reached.'
        hasMessage(await oneMore(session), text)
      },
    ),
    guide(REMOVE, 'remove', 'Tags that were removed are not listed.', async (session) => {
      hasStatus(await add(session, { kept: '1', removed: '2' }), 204)
      hasStatus(await remove(session, ['removed']), 204)
      const found = await tagsOf(session)
      isEqual('tags', [found.kept, 'removed' in found], ['1', false])
    }),
    guide(REMOVE, 'remove-none', 'Removing a key there is none of answers 204.', async (session) => {
      hasStatus(await remove(session, ['never added'], emptyVault), 204)
    }),
    invalid(REMOVE, 'remove-eleven', 'A request to remove 11 keys', async (session) =>
      remove(session, Object.keys(numbered(0, 11))),
    ),
    invalid(REMOVE, 'remove-zero', 'A request to remove no keys', async (session) => remove(session, [])),
    missing(REMOVE, 'no-keys', 'A request without TagKeys', async (session) => remove(session, undefined)),
    guide(RULES, 'refused-kept', 'A refused request changes no tag.', async (session) => {
      const before = await tagsOf(session)
      await add(session, { unchanged: '1', 'aws:key': 'x' })
      isEqual('tags', await tagsOf(session), before)
    }),
  ],
}

function shortened(text: string): string {
  return text.length > 20 ? `of ${text.length} characters` : JSON.stringify(text)
}
