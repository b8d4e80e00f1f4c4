/** Breakages of the store of a bucket. */
import type { Saboteur } from '../saboteur.js'

const network = 'bucket'

/** Breakages of the store of a bucket. */
export const BUCKET_SABOTEURS: readonly Saboteur[] = [
  {
    name: 'completion-without-condition',
    about: 'an upload is completed whether or not an object of the key exists',
    network,
    file: 's3/s3-store.ts',
    find: '...upload, ...expected, ifAbsent }',
    replace: '...upload, ...expected }',
  },
  {
    name: 'old-intent-replaces',
    about: 'what an earlier run was about to store replaces an object that is newer',
    network,
    file: 's3/s3-store.ts',
    find: 'this.#ifAbsent || keepsExisting',
    replace: 'this.#ifAbsent || size < 0',
  },
  {
    name: 'put-without-condition',
    about: 'an object is stored in one request whether or not another of the key exists',
    network,
    file: 's3/s3-store.ts',
    find: 'sendLimit, onSent, ifAbsent: this.#ifAbsent }',
    replace: 'sendLimit, onSent }',
  },
  {
    name: 'abort-after-lost-completion',
    about: 'an upload is aborted because its completion had no response',
    network,
    file: 's3/s3-store.ts',
    find: '      const etag = this.#etags',
    replace: '      await this.abortUpload(request).catch(() => undefined)\n      const etag = this.#etags',
  },
  {
    name: 'composite-is-not-compared',
    about: 'an object of the right size counts as the one that was sent',
    network,
    file: 's3/object-at-key.ts',
    find: 'found.hash ? compositeOf(found.hash) === hash :',
    replace: 'found.hash ? true :',
  },
  {
    name: 'etag-is-not-compared',
    about: 'an object without a checksum counts as the one that was sent',
    network,
    file: 's3/object-at-key.ts',
    find: 'etag !== undefined && found.etag === etag',
    replace: "found.size > 0 || typeof etag === 'string'",
  },
  {
    name: 'replaced-part-is-trusted',
    about: 'a part that the server has counts as the one that was sent, whatever its ETag is',
    network,
    file: 's3/upload-parts.ts',
    find: 'return sent?.etag === etag ? sent : undefined',
    replace: 'return sent && { ...sent, etag }',
  },
  {
    name: 'only-the-first-page',
    about: 'only the first page of the parts of an upload is read before its completion',
    network,
    file: 's3/upload-parts.ts',
    find: 'client.listParts({ ...upload, ...page })',
    replace: 'client.listParts({ ...upload, limit: page.limit })',
  },
  {
    name: 'left-upload-is-aborted-by-anyone',
    about: 'an upload that is not needed any more is aborted by a process that has lost it',
    network,
    file: 'upload/completion.ts',
    find: '    await journal.assertOwner() // another process may fill it again by now\n',
    replace: '    void journal\n',
  },
]
